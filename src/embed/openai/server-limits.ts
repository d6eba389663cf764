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
  acquire(batch: readonly SizedInput[], signal: AbortSignal): Promise<RatePermit>;
  /** No request goes for so many milliseconds. */
  pause(milliseconds: number): void;
  /** The server has counted so many tokens in a batch. */
  learnTokens(batch: readonly SizedInput[], counted: number): void;
  /** A request of so many inputs was answered where a larger one was refused. */
  learnInputs(accepted: number): void;
}

export function createServerLimits({
  rateLimits,
  maxInputsPerRequest,
  maxTokensPerRequest,
}: Pick<
  OpenAISettings,
  "rateLimits" | "maxInputsPerRequest" | "maxTokensPerRequest"
>): ServerLimits {
  const limiter = createRateLimiter(rateLimits);
  let maxInputs = maxInputsPerRequest;
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
    acquire: (batch, signal) =>
      limiter.acquire(() => Math.ceil(tokensOf(batch) * scale.value), signal),
    pause: (milliseconds) => limiter.pause(milliseconds),
    learnTokens(batch, counted) {
      scale.learn(tokensOf(batch), counted);
    },
    learnInputs(accepted) {
      maxInputs = Math.min(maxInputs, accepted);
    },
  };
}
