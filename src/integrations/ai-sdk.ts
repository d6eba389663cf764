import type { AbortSignalLike } from "../base/progress.js";
import { refuse } from "../base/checks.js";
import { backoff } from "../embed/requests/backoff.js";
import type { Embedder } from "../embed/embedder.js";
import { checkBatching, createFunctionEmbedder } from "../embed/function-embedder.js";
import { finalCodes } from "../embed/requests/refused-calls.js";
import { retryAfter } from "../embed/requests/retry-after.js";
import { sleep } from "../base/sleep.js";
import { createRandom } from "../base/random.js";

/**
 * What is used of the Vercel AI SDK's `EmbeddingModel` (specification v1 to v4), by shape, so that the SDK is no
 * dependency: `openai.embedding("text-embedding-3-small")` and every other provider's model fit.
 */
export interface AISDKEmbeddingModel {
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number | undefined | PromiseLike<number | undefined>;
  readonly supportsParallelCalls: boolean | PromiseLike<boolean>;
  doEmbed(options: {
    values: string[];
    abortSignal?: AbortSignalLike;
  }): PromiseLike<{ embeddings: number[][] }>;
}

export interface AISDKEmbedderOptions {
  /** @default the model's provider and name */
  readonly id?: string | undefined;
  /** Length of the vectors; part of the id, since the model does not tell what it was configured to. @default unknown */
  readonly dimensions?: number | undefined;
  /** Texts per call. @default what the model takes, at most 512 */
  readonly batchSize?: number | undefined;
  /** Calls under way at once. @default 4 where the model allows it, else 1 */
  readonly concurrency?: number | undefined;
  /**
   * How often a call is made again that failed with an error the SDK calls retryable. (The SDK's `embedMany` repeats
   * calls, a model by itself does not.)
   * @default 8
   */
  readonly maxRetries?: number | undefined;
  /** The longest wait before a retry in milliseconds, whatever the provider asks. @default 60000 */
  readonly maxWaitMs?: number | undefined;
  /** Seed of the waits' jitter. @default 1 */
  readonly seed?: string | number | undefined;
}

/**
 * An embedder of any AI SDK embedding model.
 *
 * @throws RangeError when an option is out of range; from `embed`, for answers that do not fit their texts.
 */
export async function fromAISDK(
  model: AISDKEmbeddingModel,
  {
    id,
    dimensions,
    batchSize,
    concurrency,
    maxRetries = 8,
    maxWaitMs = 60_000,
    seed = 1,
  }: AISDKEmbedderOptions = {},
): Promise<Embedder> {
  const { doEmbed } = (model ?? {}) as Partial<AISDKEmbeddingModel>;
  if (typeof doEmbed !== "function") {
    const wanted = 'an embedding model, as openai.embedding("text-embedding-3-small") makes it';
    refuse("fromAISDK: model", wanted, model);
  }
  checkBatching("fromAISDK", { batchSize, concurrency });
  for (const [name, value] of Object.entries({ maxRetries, maxWaitMs })) {
    if (!(value >= 0)) refuse(`fromAISDK: ${name}`, "a number >= 0", value);
  }
  const random = createRandom(`${seed}/jitter`);
  const limit = (await model.maxEmbeddingsPerCall) ?? 512;
  const parallel = await model.supportsParallelCalls;
  return createFunctionEmbedder(
    async (texts, { signal }) => {
      for (let failures = 1; ; failures++) {
        try {
          const { embeddings } = await model.doEmbed({ values: [...texts], abortSignal: signal });
          return embeddings;
        } catch (error) {
          signal.throwIfAborted();
          const { retryable, askedMs } = readCallError(error);
          if (!retryable || failures > maxRetries) throw error;
          await sleep(backoff(failures, random, { askedMs, maxMs: maxWaitMs }), signal);
        }
      }
    },
    {
      id:
        id ??
        [model.provider, model.modelId, dimensions].filter((part) => part !== undefined).join("/"),
      dimensions,
      symmetric: true,
      batchSize: batchSize ?? Math.max(1, Math.min(limit, 512)),
      concurrency: concurrency ?? (parallel ? 4 : 1),
    },
  );
}

/** What the SDK's `APICallError` tells, by shape. */
function readCallError(error: unknown): { retryable: boolean; askedMs: number | undefined } {
  const { isRetryable, responseHeaders, data } = (error ?? {}) as {
    isRetryable?: unknown;
    responseHeaders?: Record<string, string>;
    data?: { error?: { code?: unknown; type?: unknown } };
  };
  // A used-up quota comes with status 429, which the SDK takes for a passing one.
  const final = finalCodes.has(data?.error?.code) || finalCodes.has(data?.error?.type);
  return {
    retryable: isRetryable === true && !final,
    askedMs: responseHeaders && retryAfter(new Headers(responseHeaders)),
  };
}
