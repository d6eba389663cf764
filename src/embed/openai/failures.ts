import { aboutInputs, finalCodes } from "../requests/refused-calls.js";
import { resetMs } from "../requests/rate-limiter.js";
import { retryAfter } from "../requests/retry-after.js";
import { AnsweredError, FaultyVectorsError, MalformedAnswerError } from "./decode-answer.js";
import { NoAnswerError } from "./endpoint.js";
import type { OpenAISettings } from "./settings.js";
import { AnswerTooLargeError } from "./server/guarded-fetch.js";
import { plainText, type ServerWords } from "./server/server-words.js";

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
  /**
   * `"input"`: the server refuses what was sent, not us: a smaller batch may pass. `"doubtful"`: two more attempts are
   * worth it, no more.
   */
  readonly kind: "retry" | "final" | "input" | "doubtful";
  /** Where the fault may lie: in how much was sent, in the server or one text, in the vectors that came. */
  readonly fault?: "size" | "server" | "vectors" | undefined;
  /** One sentence without the address. */
  readonly sentence: string;
  /** What the server asks us to wait, in milliseconds. */
  readonly waitMs?: number | undefined;
  /** When its limits are whole again, in milliseconds from now. */
  readonly resetMs?: number | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}

/** Statuses of a gateway that has waited too long, or of a body that is too long for it. */
const tooSlow: ReadonlySet<number> = new Set([408, 504, 522, 524]);
const worthRepeating: ReadonlySet<number> = new Set([408, 409, 424, 425, 429]);

/** Reads what the OpenAI client, the network or the decoder threw. */
export function classify(error: unknown): Failure {
  if (error instanceof MalformedAnswerError) {
    const fault = error instanceof FaultyVectorsError ? "vectors" : undefined;
    return { kind: "retry", fault, sentence: `the answer is wrong: ${error.message}` };
  }
  if (error instanceof SyntaxError) {
    return { kind: "retry", sentence: `the answer is no JSON: ${error.message}` };
  }
  if (error instanceof NoAnswerError) {
    return { kind: "retry", fault: "size", sentence: `the server gives ${error.message}` };
  }
  const tooLarge = causes(error).find((cause) => cause instanceof AnswerTooLargeError);
  if (tooLarge instanceof Error) return { kind: "doubtful", sentence: tooLarge.message };
  if (error instanceof AnsweredError) return classifyAnswered(error.words);
  const { status, headers, code, type, message } = error as {
    status?: unknown;
    headers?: unknown;
    code?: unknown;
    type?: unknown;
    message?: unknown;
  };
  if (typeof status !== "number") return classifyConnection(error);
  const name = typeof code === "string" ? code : typeof type === "string" ? type : undefined;
  const words = plainText(String(message ?? status));
  const common = { sentence: `the server answers ${words}`, status, code: name };
  return {
    ...common,
    ...kindOf(status, [code, type], words),
    ...(headers instanceof Headers && {
      waitMs: retryAfter(headers),
      resetMs: resetMs(headers),
    }),
  };
}

/**
 * Servers that load a model when it is first asked for say so under any status (LM Studio: 404, with the code of a model that is
 * not there). Of one that cannot be loaded they say something else.
 */
const loading =
  /\bmodels?\b.{0,100}\b(?:(?:is|are|being|still|currently) (?:\w+ )?load(?:ing|ed)|loading|(?:not|isn't|aren't) (?:yet |fully |currently )?(?:loaded|ready|initiali[sz]ed)|warming up|starting up)\b|\bloading (?:the )?(?:embedding )?models?\b|\bno (?:\w+ )?models? (?:(?:is|are|has been|have been) )?(?:currently )?(?:loaded|ready)\b|\b(?:server|service|engine) is (?:still )?(?:loading|starting|warming)|\bstill (?:loading|starting|warming)/i;
const failedToLoad = /\b(?:fail(?:ed|ure|s)?|error|unable|cannot|can't|could not|couldn't)\b/i;
const isLoading = (words: string): boolean => loading.test(words) && !failedToLoad.test(words);

/** What a status and what is said with it ask for. */
function kindOf(
  status: number,
  names: readonly unknown[],
  words: string,
): Pick<Failure, "kind" | "fault"> {
  if (status !== 401 && status !== 403 && isLoading(words)) return { kind: "retry" };
  if (names.some((name) => finalCodes.has(name))) return { kind: "final" };
  if (aboutInputs.has(status)) return { kind: "input" };
  if (worthRepeating.has(status) || status >= 500) {
    const fault = tooSlow.has(status) ? "size" : status >= 500 ? "server" : undefined;
    return { kind: "retry", fault };
  }
  return { kind: "final" };
}

/** An error under the status 200 is what its body says it is; where that says nothing, two more attempts may tell. */
function classifyAnswered({ message, status, code, type, waitMs }: ServerWords): Failure {
  const said = { sentence: `the server answers 200 with an error: ${message}`, status, waitMs };
  const common = { ...said, code: code ?? type };
  if (status !== undefined) return { ...common, ...kindOf(status, [code, type], message) };
  if (finalCodes.has(code) || finalCodes.has(type)) return { ...common, kind: "final" };
  return { ...common, kind: isLoading(message) ? "retry" : "doubtful" };
}

/** An error and what caused it, outermost first. */
function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let e = error; e !== undefined && e !== null && found.length < 10;) {
    found.push(e);
    e = (e as { cause?: unknown }).cause;
  }
  return found;
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
    return { kind: "doubtful", sentence: `the server cannot be reached (${detail})` };
  }
  return { kind: "retry", fault: "size", sentence: `the connection broke (${detail})` };
}

/** The error that ends a job, in one sentence without secrets. */
export function requestError(
  { address, redact }: Pick<OpenAISettings, "address" | "redact">,
  { sentence, status, code }: Failure,
  cause: unknown,
  tries = 1,
): EmbeddingRequestError {
  const tried = tries === 1 ? "" : ` (tried ${tries} times)`;
  return new EmbeddingRequestError(`${address}: ${redact(sentence)}${tried}`, {
    cause,
    status,
    code,
  });
}
