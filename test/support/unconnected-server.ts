import { vi } from "vitest";
import type { ScriptedRequest } from "./scripted-server.js";

export interface UnconnectedRequest extends ScriptedRequest {
  /** When it came, by `performance.now()`. */
  readonly at: number;
}

/** What is answered, as JSON. */
export interface UnconnectedAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A server in place of `fetch`, without a socket: answers cost no time, so that a test can set the clock. */
export function startUnconnected(script: (request: UnconnectedRequest) => UnconnectedAnswer) {
  const log: UnconnectedRequest[] = [];
  vi.stubGlobal("fetch", async (url: string | URL, init: RequestInit = {}) => {
    const body = JSON.parse(String(init.body)) as Record<string, unknown>;
    const request = {
      ...{ inputs: body.input as string[], body, url: String(url), number: log.length },
      headers: Object.fromEntries(new Headers(init.headers)),
      at: performance.now(),
    };
    log.push(request);
    const answer = script(request);
    return new Response(JSON.stringify(answer.body), {
      status: answer.status,
      headers: { "content-type": "application/json", ...answer.headers },
    });
  });
  return { baseURL: "http://127.0.0.1/v1", log, close: () => void vi.unstubAllGlobals() };
}
