import { serverWords } from "./server-words.js";

/** An answer that has more bytes than the vectors that were asked for can have. */
export class AnswerTooLargeError extends Error {
  override readonly name = "AnswerTooLargeError";
}

/** What the embedder tells its client's `fetch` about one request. */
export interface GuardedInit extends RequestInit {
  /** Bytes of the answer, decompressed, at most. @default no limit */
  readonly maxBytes?: number | undefined;
}

/** What is read of an error's body. */
const errorBytes = 65_536;

/**
 * `fetch` for a client of the package `openai`, which tells nothing of an error without its own envelope, shows whatever
 * the server sends, and reads an answer that never ends: errors come in OpenAI's form in the server's own words, without
 * secrets, and answers end at `maxBytes`.
 */
export function createGuardedFetch(
  redact: (text: string) => string,
): (url: string | URL | Request, init?: GuardedInit) => Promise<Response> {
  return async (url, { maxBytes, ...init } = {}) => {
    const response = await fetch(url, init);
    const { status, ok, body } = response;
    if (ok && (maxBytes === undefined || body === null)) return response;
    const headers = new Headers();
    for (const [name, value] of response.headers) {
      if (!/^(content-(length|encoding)|set-cookie)$/i.test(name)) headers.set(name, redact(value));
    }
    if (ok) {
      const bytes = await readBytes(response, maxBytes ?? Infinity);
      if (bytes.ended) return new Response(bytes.content, { status, headers });
      throw new AnswerTooLargeError(
        `its answer is cut at ${maxBytes} bytes, more than the vectors that were asked for have`,
      );
    }
    const { content } = await readBytes(response, errorBytes).catch((error: unknown) => {
      init.signal?.throwIfAborted();
      if (error instanceof TypeError) return { content: undefined }; // broken off: its status still tells
      throw error;
    });
    const { message, waitMs, ...names } = serverWords(redact(new TextDecoder().decode(content)));
    headers.set("content-type", "application/json");
    if (waitMs !== undefined && !headers.has("retry-after") && !headers.has("retry-after-ms")) {
      headers.set("retry-after-ms", String(waitMs));
    }
    const error = { ...names, message: message === "" ? response.statusText : message };
    return new Response(JSON.stringify({ error }), { status, headers });
  };
}

/** A body up to so many bytes; whether that was all of it. */
async function readBytes(
  { body }: Response,
  most: number,
): Promise<{ readonly content: Uint8Array<ArrayBuffer>; readonly ended: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done || value === undefined) break;
    chunks.push(value);
    length += value.length;
    if (length > most) {
      reader?.cancel().catch(() => undefined); // nobody waits for the rest
      break;
    }
  }
  const ended = length <= most;
  const content = new Uint8Array(ended ? length : most);
  let at = 0;
  for (const chunk of chunks) {
    content.set(chunk.subarray(0, content.length - at), at);
    at += Math.min(chunk.length, content.length - at);
  }
  return { content, ended };
}
