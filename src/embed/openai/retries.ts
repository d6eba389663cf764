import { createRandom } from "../../base/random.js";
import { sleep } from "../../base/sleep.js";
import { backoff } from "../requests/backoff.js";
import type { SizedInput } from "../requests/pack-batches.js";
import {
  OtherFormError,
  OtherNumbersError,
  OtherVectorsError,
  type EmbeddingAnswer,
} from "./decode-answer.js";
import type { EmbeddingsEndpoint, SendSignals } from "./endpoint.js";
import { classify, requestError, type Failure } from "./failures.js";
import { createPatience } from "./server/patience.js";
import type { ServerLimits } from "./server-limits.js";
import type { OpenAISettings } from "./settings.js";

/** How often what may help, and probably does not, is tried again. */
const doubtfulRetries = 2;
/** How often a batch is sent again as it is before smaller pieces of it are tried. */
const repeatsOf = { size: 1, server: 2, vectors: 2 } as const;

/** What does not pass as it is, though smaller pieces of it may. */
export interface BatchRefusal {
  readonly failure: Failure;
  readonly cause: unknown;
}

export interface RetryOptions {
  /** Not given back for another split: pieces of it have failed, too. @default false */
  readonly whole?: boolean | undefined;
  /** Attempts that failed before. @default 0 */
  readonly failures?: number | undefined;
  /** A piece of a batch that fails: given back at the first failure that may be its own. @default false */
  readonly piece?: boolean | undefined;
  /** Of a batch that was answered, what had no vectors: the fault is its own. @default false */
  readonly rest?: boolean | undefined;
}

/**
 * Sends a batch until it is answered or refused.
 *
 * @throws EmbeddingRequestError for a failure that no repetition will heal; the halt's reason.
 */
export type RequestWithRetries = (
  batch: readonly SizedInput[],
  signals: SendSignals,
  options?: RetryOptions,
) => Promise<EmbeddingAnswer | BatchRefusal>;

export function createRetries(
  settings: OpenAISettings,
  limits: ServerLimits,
  endpoint: EmbeddingsEndpoint,
): RequestWithRetries {
  const { maxRetries, maxLimitRetries, maxWaitMs, redact, seed } = settings;
  const random = createRandom(`${seed}/jitter`);
  const patience = createPatience(settings, limits);
  return async (
    batch,
    signals,
    { whole = false, failures: before = 0, piece = false, rest = false } = {},
  ) => {
    const began = performance.now();
    const counts = { size: 0, server: 0, vectors: 0 };
    let doubtful = 0;
    /** Of `failures`, those that were too many requests. */
    let limited = 0;
    /** Whether the fault may lie in this batch, so that pieces of it should be tried. */
    const giveBack = ({ fault }: Failure): boolean => {
      if (fault === undefined || whole) return false;
      if (piece) return true;
      if (++counts[fault] <= repeatsOf[fault]) return false;
      // A row that is wrong is its text's, where there is no other or others were right.
      const own = fault === "vectors" && (rest || batch.length === 1);
      if (own || batch.length === 1) return own;
      // A server that has answered others since is up; where there are no others, the pieces will tell.
      return fault === "size" || endpoint.answeredAt > began || endpoint.underWay === 0;
    };
    for (let failures = before + 1; ; failures++) {
      try {
        const answer = await endpoint.request(batch, signals);
        patience.answered();
        limits.answered(batch.length);
        return answer;
      } catch (cause) {
        signals.halt.throwIfAborted();
        const found = classify(cause);
        const failure = { ...found, sentence: redact(found.sentence) };
        const tooLarge = failure.status === 429 && limits.tokensExceededBy(batch);
        const never = endpoint.answeredAt === -Infinity;
        // How a server writes numbers is no accident, and no text's fault.
        const other = cause instanceof OtherVectorsError || cause instanceof OtherNumbersError;
        if (never && other) throw requestError(settings, failure, cause, failures);
        if (failure.kind === "input" || tooLarge || giveBack(failure)) return { failure, cause };
        if (failure.kind === "doubtful" || (never && cause instanceof OtherFormError)) doubtful++;
        if (failure.status === 429) limited++;
        const worthIt =
          failure.kind !== "final" &&
          limited <= maxLimitRetries &&
          failures - limited <= maxRetries;
        if (!worthIt || doubtful > doubtfulRetries) {
          // One text that fails where others pass is the text's fault.
          const own = batch.length === 1 && failure.fault === "server";
          if (own && endpoint.answeredAt > began) return { failure, cause };
          throw requestError(settings, failure, cause, failures);
        }
        const left = patience.left();
        if (left <= 0) throw requestError(settings, patience.givenUp(failure), cause, failures);
        const longest = Math.min(maxWaitMs, left);
        const wait = backoff(failures, random, { askedMs: failure.waitMs, maxMs: longest });
        signals.onWait?.({ for: failure.sentence, until: new Date(Date.now() + wait) });
        // Too many requests are everybody's: a wait of this one alone would leave the others running into it.
        if (failure.status === 429) limits.pause(Math.min(longest, failure.waitMs ?? wait));
        await sleep(wait, signals.halt);
      }
    }
  };
}
