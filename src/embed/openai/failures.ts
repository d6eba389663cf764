import { retryAfter } from "../requests/retry-after.js";
import { MalformedAnswerError } from "./decode-answer.js";

/** An embedding request that failed for good. `cause` is what came. */
export class EmbeddingRequestError extends Error {
  override readonly name = "EmbeddingRequestError";
  /** HTTP status of the answer; `undefined` where none came. */
  readonly status: number | undefined;
  /** The provider's error code, e.g. `"insufficient_quota"`. */
  readonly code: string | undefined;

  constructor(
    message: string,
    options: { cause: unknown; status?: number | undefined; code?: string | undefined },
  ) {
    super(message, { cause: options.cause });
    this.status = options.status;
    this.code = options.code;
  }
}

/** What to make of a failed attempt. */
export interface Failure {
  /** `"input"`: the server refuses what was sent, not us: a smaller batch may pass. */
  readonly kind: "retry" | "final" | "input" | "unreachable";
  /** One sentence without the address. */
  readonly sentence: string;
  /** What the server asks us to wait, in milliseconds. */
  readonly waitMs?: number | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}

/** Errors that no waiting heals. */
export const finalCodes: ReadonlySet<unknown> = new Set([
  "insufficient_quota",
  "billing_not_active",
  "account_deactivated",
  "invalid_api_key",
  "model_not_found",
]);

/** Reads what the OpenAI client, the network or the decoder threw. */
export function classify(error: unknown): Failure {
  if (error instanceof MalformedAnswerError) {
    return { kind: "retry", sentence: `the answer is wrong: ${error.message}` };
  }
  if (error instanceof SyntaxError) {
    return { kind: "retry", sentence: `the answer is no JSON: ${error.message}` };
  }
  const { status, headers, code, type, message } = error as {
    status?: unknown;
    headers?: unknown;
    code?: unknown;
    type?: unknown;
    message?: unknown;
  };
  if (typeof status !== "number") return classifyConnection(error);
  const name = typeof code === "string" ? code : typeof type === "string" ? type : undefined;
  const sentence = `the server answers ${String(message ?? status)}`;
  const common = { sentence, status, code: name };
  if (finalCodes.has(code) || finalCodes.has(type)) {
    return { kind: "final", ...common };
  }
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return {
      kind: "retry",
      ...common,
      waitMs: headers instanceof Headers ? retryAfter(headers) : undefined,
    };
  }
  return {
    kind: status === 400 || status === 413 || status === 422 ? "input" : "final",
    ...common,
  };
}

function classifyConnection(error: unknown): Failure {
  const codes: string[] = [];
  const messages: string[] = [];
  for (let e = error; e instanceof Error; e = e.cause) {
    const { code } = e as { code?: unknown };
    if (typeof code === "string") codes.push(code);
    if (e.message !== "") messages.push(e.message);
    if (e instanceof AggregateError && e.errors[0] instanceof Error) e.cause ??= e.errors[0];
  }
  const detail = messages.at(-1) ?? String(error);
  const unreachable = codes.find((code) =>
    ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"].includes(code),
  );
  // What fetch refuses to try (a blocked port, a scheme it does not know) it will refuse again.
  if (unreachable !== undefined || /bad port|unknown scheme|parse url/i.test(detail)) {
    return { kind: "unreachable", sentence: `the server cannot be reached (${detail})` };
  }
  return { kind: "retry", sentence: `the connection broke (${detail})` };
}

/** The error that ends a job, in one sentence. */
export function requestError(
  address: string,
  { sentence, status, code }: Failure,
  cause: unknown,
  tries = 1,
): EmbeddingRequestError {
  const tried = tries === 1 ? "" : ` (tried ${tries} times)`;
  return new EmbeddingRequestError(`${address}: ${sentence}${tried}`, { cause, status, code });
}
