import { createRandom } from "../../../base/random.js";
import { sleep } from "../../../base/sleep.js";
import { backoff } from "../../requests/backoff.js";
import { classify, requestError } from "../failures.js";
import type { OpenAICallOptions } from "../client.js";
import type { OpenAISettings } from "../settings.js";

/** Calls of the Batch API, repeated after a wait where that may help. */
export interface RepeatedCalls {
  /** Repeats a call until it has an answer. @throws EmbeddingRequestError where no repetition will help. */
  persist<T>(call: () => PromiseLike<T>, signal: AbortSignal | undefined): Promise<T>;
  /**
   * Waits until another attempt may help.
   *
   * @param failures Attempts that failed so far, at least 1.
   * @throws EmbeddingRequestError where none will.
   */
  recover(error: unknown, failures: number, signal: AbortSignal | undefined): Promise<void>;
}

export function createRepeatedCalls({
  address,
  redact,
  maxRetries,
  maxWaitMs,
  seed,
}: Pick<
  OpenAISettings,
  "address" | "redact" | "maxRetries" | "maxWaitMs" | "seed"
>): RepeatedCalls {
  const random = createRandom(`${seed}/batch-jitter`);
  const recover: RepeatedCalls["recover"] = async (error, failures, signal) => {
    signal?.throwIfAborted();
    const failure = classify(error);
    if (failure.kind !== "retry" || failures > maxRetries) {
      const batches = { address: address.replace(/embeddings$/, "batches"), redact };
      throw requestError(batches, failure, error);
    }
    const wait = backoff(failures, random, { askedMs: failure.waitMs, maxMs: maxWaitMs });
    await sleep(wait, signal);
  };
  return {
    recover,
    async persist(call, signal) {
      for (let failures = 1; ; failures++) {
        try {
          return await call();
        } catch (error) {
          await recover(error, failures, signal);
        }
      }
    },
  };
}

/** What the client is told with each call: it does not repeat it by itself. */
export function callOptions(signal: AbortSignal | undefined): OpenAICallOptions {
  return {
    maxRetries: 0,
    // A signal of its own for each call: the client leaves a listener behind, and a day has thousands of calls.
    ...(signal === undefined ? {} : { signal: AbortSignal.any([signal]) }),
  };
}
