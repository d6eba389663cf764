import type { AbortSignalLike } from "../../../base/progress.js";
import { untilAborted } from "../../../base/until-aborted.js";
import { refuse } from "../../../base/checks.js";

export interface QdrantOptions {
  /** Where the server is. @default "http://localhost:6333" */
  readonly url?: string | undefined;
  /** Sent as the header `api-key`. @default none */
  readonly apiKey?: string | undefined;
  /** @default the global fetch */
  readonly fetch?: FetchLike | undefined;
  /** Milliseconds that an answer may take. @default 60000 */
  readonly timeout?: number | undefined;
}

/** What is used of `fetch`, by shape: declarations name no type of the DOM's. */
export type FetchLike = (
  url: string,
  request: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignalLike;
  },
) => Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>;

/** Asks the server; its `result` comes back. */
export type QdrantRequest = (
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: unknown,
) => Promise<unknown>;

export function createQdrantRequest(
  {
    url = "http://localhost:6333",
    apiKey,
    fetch = globalThis.fetch,
    timeout = 60_000,
  }: QdrantOptions,
  signal?: AbortSignal,
): QdrantRequest {
  if (!URL.canParse(url)) refuse("qdrantCollection: url", "a URL", url);
  const base = url.replace(/\/$/, "");
  return async (method, path, body) => {
    const limit = AbortSignal.timeout(timeout);
    const request = fetch(`${base}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(apiKey === undefined ? {} : { "api-key": apiKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const response = await untilAborted(request, signal);
    const text = await response.text();
    if (response.ok) return (JSON.parse(text) as { result: unknown }).result;
    throw new QdrantError(`${method} ${path}`, response.status, text);
  };
}

/** An answer that is none. */
export class QdrantError extends Error {
  constructor(
    request: string,
    readonly status: number,
    text: string,
  ) {
    super(`Qdrant: ${request} was answered ${status}: ${text.slice(0, 300)}`);
  }
}

/** The path of a collection, whatever its name. */
export const collectionPath = (name: string, rest = ""): string =>
  `/collections/${encodeURIComponent(name)}${rest}`;
