import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createFakeBatchAPI, type BatchFault, type FakeBatch } from "./fake-batch-api.js";

/**
 * A server on loopback that speaks OpenAI's `POST /embeddings` as the real one does, and misbehaves when told to.
 * It keeps a log of everything it was asked, so that a test can check limits from the server's side.
 */
export interface FakeOpenAIServer {
  /** To hand to a client as `baseURL`. */
  readonly baseURL: string;
  /** Every request in order of arrival. */
  readonly log: readonly LoggedRequest[];
  /** How many times each text was answered with a vector that reached the end of its response. */
  readonly answered: ReadonlyMap<string, number>;
  /** Requests that came while the limits were used up; each was answered 429. */
  readonly violations: () => number;
  /** The Batch API's batches, in order of creation; a test may change their status. */
  readonly batches: readonly FakeBatch[];
  /** Requests in all. */
  readonly requests: () => number;
  /** Most requests that were under way at once. */
  readonly mostAtOnce: () => number;
  close(): Promise<void>;
}

export interface LoggedRequest {
  /** Milliseconds since the server started. */
  readonly at: number;
  readonly inputs: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage["headers"];
  readonly tokens: number;
  /** What was done with it. */
  readonly outcome: "answered" | Fault["kind"];
}

/** A way to misbehave. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly error?: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "reset" }
  /** Headers and half a body, then silence. */
  | { readonly kind: "stall" }
  /** Half a body, then the connection ends. */
  | { readonly kind: "half-body" }
  /** A page of HTML with status 200. */
  | { readonly kind: "html" }
  | { readonly kind: "wrong-count" }
  | { readonly kind: "nan" }
  | { readonly kind: "wrong-length" }
  | { readonly kind: "repeated-index" }
  /** Right, but in another order: the client must look at `index`. */
  | { readonly kind: "shuffled" }
  /** Right, but numbers where base64 was asked. */
  | { readonly kind: "floats" };

export interface FakeServerOptions {
  /** @default 8 */
  readonly dimensions?: number;
  /** Milliseconds before an answer. @default 0 */
  readonly delayMs?: number | ((inputs: readonly string[]) => number);
  /** How many tokens a text has. @default one per started four bytes */
  readonly countTokens?: (text: string) => number;
  /** Decides what goes wrong with a request; `undefined` answers it. */
  readonly misbehave?: (inputs: readonly string[], request: number) => Fault | undefined;
  /** Headers of every answer, made when it is sent. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /**
   * Limits that are kept as OpenAI's are, as buckets that fill up continuously, or as a strict sliding window; told in
   * `x-ratelimit-*` headers.
   */
  readonly limits?: {
    readonly requests: number;
    readonly tokens: number;
    /** @default 60000 */
    readonly windowMs?: number;
    /** @default "bucket" */
    readonly model?: "bucket" | "window";
  };
  /** How often a batch must be looked at until it is done. @default 2 */
  readonly batchLooks?: number;
  /** What goes wrong with the Batch API's calls. */
  readonly batchFault?: BatchFault;
  /** Keep inputs and bodies in the log. Off for very large runs. @default true */
  readonly keepLog?: boolean;
}

/** The vector this server gives a text: values in [-1, 1) from a hash of model, text and position. */
export function fakeVector(text: string, dimensions: number, model = "fake"): Float32Array {
  const vector = new Float32Array(dimensions);
  const digest = createHash("sha256").update(`${model}\n${text}`).digest();
  let state = digest.readUInt32LE(0) | 1;
  for (let j = 0; j < dimensions; j++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    vector[j] = state / 2 ** 31;
  }
  return vector;
}

export async function startFakeOpenAI({
  dimensions = 8,
  delayMs = 0,
  countTokens = (text) => Math.ceil(Buffer.byteLength(text) / 4),
  misbehave = () => undefined,
  headers = () => ({}),
  limits,
  batchLooks = 2,
  batchFault,
  keepLog = true,
}: FakeServerOptions = {}): Promise<FakeOpenAIServer> {
  const started = performance.now();
  const log: LoggedRequest[] = [];
  const answered = new Map<string, number>();
  const batchAPI = createFakeBatchAPI(
    (text, size, model) => fakeVector(text, size ?? dimensions, model),
    batchLooks,
    batchFault,
  );
  let requests = 0;
  let violations = 0;
  const budget = limits === undefined ? undefined : createBudget(limits);
  let open = 0;
  let mostAtOnce = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.socket.destroyed) return; // nobody waits for an answer any more
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    const inputs = typeof body.input === "string" ? [body.input] : (body.input as string[]);
    const tokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
    const refusal = budget?.take(tokens);
    if (refusal !== undefined) violations++;
    const rateHeaders = budget?.headers() ?? {};
    const fault = refusal ?? misbehave(inputs, requests);
    requests++;
    if (keepLog) {
      log.push({
        at: performance.now() - started,
        inputs,
        body,
        headers: request.headers,
        tokens,
        outcome: fault?.kind ?? "answered",
      });
    }
    const delay = typeof delayMs === "number" ? delayMs : delayMs(inputs);
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const size = typeof body.dimensions === "number" ? body.dimensions : dimensions;
    respond(response, fault, {
      inputs,
      tokens,
      model: String(body.model),
      base64: body.encoding_format === "base64",
      size,
      headers: { ...rateHeaders, ...headers() },
      delivered: () => {
        if (keepLog) for (const text of inputs) answered.set(text, (answered.get(text) ?? 0) + 1);
      },
    });
  };

  const server = createServer((request, response) => {
    open++;
    mostAtOnce = Math.max(mostAtOnce, open);
    response.on("close", () => open--);
    if (/^\/v1\/(files|batches)/.test(request.url ?? "")) {
      batchAPI
        .handle(request, response)
        .catch((error: unknown) => response.destroy(error as Error));
      return;
    }
    if (request.method !== "POST" || request.url !== "/v1/embeddings") {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ error: { message: `Invalid URL (${request.method} ${request.url})` } }),
      );
      return;
    }
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    log,
    answered,
    batches: batchAPI.batches,
    violations: () => violations,
    requests: () => requests,
    mostAtOnce: () => mostAtOnce,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The server's side of the limits. */
export function createBudget({
  requests,
  tokens,
  windowMs = 60_000,
  model = "bucket",
}: NonNullable<FakeServerOptions["limits"]>) {
  const limit = { requests, tokens };
  const level = { requests, tokens };
  let filledAt = performance.now();
  const uses: { at: number; tokens: number }[] = [];
  const left = (): {
    requests: number;
    tokens: number;
    resetMs: (name: "requests" | "tokens") => number;
  } => {
    const now = performance.now();
    if (model === "bucket") {
      for (const name of ["requests", "tokens"] as const) {
        const gain = ((now - filledAt) * limit[name]) / windowMs;
        level[name] = Math.min(limit[name], level[name] + gain);
      }
      filledAt = now;
      return {
        ...level,
        resetMs: (name) => ((limit[name] - level[name]) / limit[name]) * windowMs,
      };
    }
    while (uses.length > 0 && uses[0].at + windowMs <= now) uses.shift();
    return {
      requests: requests - uses.length,
      tokens: tokens - uses.reduce((sum, use) => sum + use.tokens, 0),
      resetMs: () => (uses.length === 0 ? 0 : uses[uses.length - 1].at + windowMs - now),
    };
  };
  return {
    /** Uses the budget, or says why not. */
    take(amount: number): Fault | undefined {
      const now = left();
      if (now.requests < 1 || now.tokens < amount) {
        const name = now.requests < 1 ? "requests" : "tokens";
        return {
          kind: "status",
          status: 429,
          headers: { "retry-after-ms": String(Math.ceil(windowMs / 10)) },
          error: {
            message: `Rate limit reached for ${name}`,
            type: name,
            code: "rate_limit_exceeded",
          },
        };
      }
      level.requests -= 1;
      level.tokens -= amount;
      uses.push({ at: performance.now(), tokens: amount });
      return undefined;
    },
    headers(): Record<string, string> {
      const now = left();
      return Object.fromEntries(
        (["requests", "tokens"] as const).flatMap((name) => [
          [`x-ratelimit-limit-${name}`, String(limit[name])],
          [`x-ratelimit-remaining-${name}`, String(Math.floor(now[name]))],
          [`x-ratelimit-reset-${name}`, `${Math.ceil(now.resetMs(name))}ms`],
        ]),
      );
    },
  };
}

interface Answer {
  readonly inputs: readonly string[];
  readonly tokens: number;
  readonly model: string;
  readonly base64: boolean;
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly delivered: () => void;
}

function respond(response: ServerResponse, fault: Fault | undefined, answer: Answer): void {
  const json = { "content-type": "application/json", ...answer.headers };
  switch (fault?.kind) {
    case "status": {
      response.writeHead(fault.status, { ...json, ...fault.headers });
      const error = fault.error ?? { message: `status ${fault.status}`, type: "server_error" };
      response.end(JSON.stringify({ error }));
      return;
    }
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "html":
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>Just a moment…</title>");
      return;
    default: {
      const text = JSON.stringify(bodyOf(answer, fault?.kind));
      if (fault?.kind === "stall" || fault?.kind === "half-body") {
        response.writeHead(200, { ...json, "content-length": String(Buffer.byteLength(text)) });
        response.write(text.slice(0, text.length / 2), () => {
          if (fault.kind === "half-body") response.destroy();
        });
        return;
      }
      response.writeHead(200, json);
      response.end(text);
      if (fault === undefined || fault.kind === "shuffled" || fault.kind === "floats") {
        answer.delivered();
      }
    }
  }
}

function bodyOf({ inputs, tokens, model, base64, size }: Answer, fault: Fault["kind"] | undefined) {
  const data = inputs.map((text, index) => {
    const vector = fakeVector(text, fault === "wrong-length" ? size + 1 : size, model);
    if (fault === "nan" && index === inputs.length - 1) vector[size - 1] = NaN;
    const embedding =
      base64 && fault !== "floats" ? Buffer.from(vector.buffer).toString("base64") : [...vector];
    return { object: "embedding", index: fault === "repeated-index" ? 0 : index, embedding };
  });
  if (fault === "wrong-count") data.pop();
  if (fault === "shuffled") data.reverse();
  return { object: "list", data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}
