import { createRandom } from "../../base/random.js";
import { sleep } from "../../base/sleep.js";
import { backoff } from "../requests/backoff.js";
import type { SizedInput } from "../requests/pack-batches.js";
import type { EmbeddingAnswer } from "./decode-answer.js";
import type { EmbeddingsEndpoint, SendSignals } from "./endpoint.js";
import { classify, requestError, type Failure } from "./failures.js";
import type { ServerLimits } from "./server-limits.js";
import type { OpenAISettings } from "./settings.js";

/** How often a server that cannot be reached is tried again. */
const unreachableRetries = 2;

/** What the server refuses as it is, though smaller pieces of it may pass. */
export interface BatchRefusal {
  readonly failure: Failure;
  readonly cause: unknown;
}

/**
 * Sends a batch until it is answered or refused.
 *
 * @throws EmbeddingRequestError for a failure that no repetition will heal; the halt's reason.
 */
export type RequestWithRetries = (
  batch: readonly SizedInput[],
  signals: SendSignals,
) => Promise<EmbeddingAnswer | BatchRefusal>;

export function createRetries(
  { address, maxRetries, maxWaitMs, seed }: OpenAISettings,
  limits: ServerLimits,
  endpoint: EmbeddingsEndpoint,
): RequestWithRetries {
  const random = createRandom(`${seed}/jitter`);
  const retriesFor = ({ kind }: Failure): number => {
    if (kind === "retry") return maxRetries;
    return kind === "unreachable" ? Math.min(maxRetries, unreachableRetries) : 0;
  };
  return async (batch, signals) => {
    for (let failures = 1; ; failures++) {
      try {
        return await endpoint.request(batch, signals);
      } catch (cause) {
        signals.halt.throwIfAborted();
        const failure = classify(cause);
        const tooLarge = failure.status === 429 && limits.tokensExceededBy(batch);
        if (failure.kind === "input" || tooLarge) return { failure, cause };
        if (failures > retriesFor(failure)) throw requestError(address, failure, cause, failures);
        const wait = backoff(failures, random, { askedMs: failure.waitMs, maxMs: maxWaitMs });
        // Too many requests are everybody's: a wait of this one alone would leave the others running into it.
        if (failure.status === 429) limits.pause(Math.min(maxWaitMs, failure.waitMs ?? wait));
        await sleep(wait, signals.halt);
      }
    }
  };
}
