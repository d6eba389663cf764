import type { Embedder } from "../embed/embedder.js";
import { createFunctionEmbedder } from "../embed/function-embedder.js";

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
    abortSignal?: AbortSignal;
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
}

/** An embedder of any AI SDK embedding model. */
export async function fromAISDK(
  model: AISDKEmbeddingModel,
  { id, dimensions, batchSize, concurrency }: AISDKEmbedderOptions = {},
): Promise<Embedder> {
  const limit = (await model.maxEmbeddingsPerCall) ?? 512;
  const parallel = await model.supportsParallelCalls;
  return createFunctionEmbedder(
    async (texts, { signal }) => {
      const { embeddings } = await model.doEmbed({ values: [...texts], abortSignal: signal });
      return embeddings;
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
