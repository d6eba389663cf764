import type { Wait } from "../../base/progress.js";
import { tokensOf, type BatchLimits, type SizedInput } from "../requests/pack-batches.js";
import { createRateLimiter, type RatePermit } from "../requests/rate-limiter.js";
import type { OpenAISettings } from "./settings.js";
import { createTokenScale } from "./tokens/token-scale.js";

/** The first request of a server whose limits are not known goes alone, so it is a small one. */
const probe: BatchLimits = { maxInputs: 256, maxTokens: 30_000 };

/** What a server takes in a request and in a minute: what the caller said, corrected by what its answers teach. */
export interface ServerLimits {
  /** From now on inputs are sized in bytes, for want of a tokenizer. */
  sizeByBytes(): void;
  /** What the next batch should keep, in the unit that inputs are sized in; the first is smaller than others while the server's limits are not known. */
  next(): BatchLimits;
  /** Whether a batch that was packed before the limits were learnt would be refused for sure. */
  exceededBy(batch: readonly SizedInput[]): boolean;
  /** Whether several inputs together have more tokens than the server takes in a minute. */
  tokensExceededBy(batch: readonly SizedInput[]): boolean;
  /** Resolves when a request of the batch may go. */
  acquire(
    batch: readonly SizedInput[],
    signal: AbortSignal,
    onWait?: (wait: Wait) => void,
  ): Promise<RatePermit>;
  /** Milliseconds that the caller's own limits have made somebody wait. */
  readonly ownWaitMs: number;
  /** No request goes for so many milliseconds. */
  pause(milliseconds: number): void;
  /** The server has counted so many tokens in a batch. */
  learnTokens(batch: readonly SizedInput[], counted: number): void;
  /**
   * Requests of so many inputs were answered where a larger one was refused, or never came back.
   *
   * @param sure The server has said that it was too large; else it may have been an accident, and a second one must confirm it.
   */
  learnInputs(accepted: number, sure: boolean): void;
  /** A request of so many inputs was answered: what was learnt may have been an accident, so sizes grow again. */
  answered(inputs: number): void;
}

export function createServerLimits({
  rateLimits,
  maxInputsPerRequest,
  maxTokensPerRequest,
  maxWaitMs,
}: Pick<
  OpenAISettings,
  "rateLimits" | "maxInputsPerRequest" | "maxTokensPerRequest" | "maxWaitMs"
>): ServerLimits {
  const limiter = createRateLimiter(rateLimits, { maxWaitMs });
  let maxInputs = maxInputsPerRequest;
  /** Times that too many inputs were refused: the more, the surer it is. */
  let lessons = 0;
  let learnt = Infinity;
  /** Answered requests as large as is allowed now. */
  let full = 0;
  const scale = createTokenScale();
  let probing =
    rateLimits.requestsPerMinute === undefined && rateLimits.tokensPerMinute === undefined;
  const tokensExceededBy = (batch: readonly SizedInput[]): boolean =>
    batch.length > 1 && tokensOf(batch) * scale.value > (limiter.tokensPerMinute ?? Infinity);
  return {
    sizeByBytes: () => scale.sizeByBytes(),
    next() {
      const first = probing;
      probing = false;
      return {
        maxInputs: Math.min(maxInputs, first ? probe.maxInputs : Infinity),
        maxTokens: Math.min(
          // A tokenizer that is not the server's still counts what the caller has allowed.
          Math.floor(maxTokensPerRequest / Math.min(1, scale.value)),
          Math.floor((limiter.tokensPerMinute ?? Infinity) / scale.value),
          first ? probe.maxTokens : Infinity,
        ),
      };
    },
    exceededBy: (batch) => batch.length > maxInputs || tokensExceededBy(batch),
    tokensExceededBy,
    acquire: (batch, signal, onWait) =>
      limiter.acquire(() => Math.ceil(tokensOf(batch) * scale.value), signal, onWait),
    get ownWaitMs() {
      return limiter.ownWaitMs;
    },
    pause: (milliseconds) => limiter.pause(milliseconds),
    learnTokens(batch, counted) {
      scale.learn(tokensOf(batch), counted);
    },
    learnInputs(accepted, sure) {
      lessons++;
      if (!sure && lessons === 1) return;
      maxInputs = Math.max(1, Math.min(maxInputs, accepted));
      learnt = maxInputs;
      full = 0;
    },
    answered(inputs) {
      if (inputs > learnt) [lessons, learnt] = [1, Infinity]; // more passes than was learnt
      if (2 * inputs <= maxInputs || maxInputs >= maxInputsPerRequest) return;
      // After one refusal each request lets the next be twice as large; after each further one, four times as many must.
      if (++full < (lessons <= 1 ? 1 : 4 ** Math.min(lessons, 6))) return;
      maxInputs = Math.min(2 * maxInputs, maxInputsPerRequest);
      full = 0;
    },
  };
}
