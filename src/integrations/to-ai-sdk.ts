import type { Adapter } from "../adapter/adapter.js";
import { applyAdapter } from "../adapter/apply.js";
import { checkAdapter } from "../adapter/check.js";
import { checkChoice, refuse } from "../base/checks.js";
import type { AbortSignalLike } from "../base/progress.js";
import type { Embedder } from "../embed/embedder.js";
import { fromRows, rowOf, type Matrix } from "../math/matrix.js";

type Side = "query" | "passage";

/** What is read of a call's options; the side of one call stands in `providerOptions: { embedtune: { side: "query" } }`. */
interface CallOptions {
  readonly values: string[];
  readonly abortSignal?: AbortSignalLike | undefined;
  readonly providerOptions?:
    Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

/** A model of the AI SDK's specification v3, by shape, so that the SDK is no dependency. */
export interface AISDKModel {
  readonly specificationVersion: "v3";
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  doEmbed(options: CallOptions): Promise<{ embeddings: number[][]; warnings: never[] }>;
}

/** For the SDK's `wrapEmbeddingModel`. */
export interface AISDKMiddleware {
  readonly specificationVersion: "v3";
  wrapEmbed<Result extends { embeddings: number[][] }>(options: {
    doEmbed: () => PromiseLike<Result>;
    params: Pick<CallOptions, "providerOptions">;
    model: { readonly provider: string; readonly modelId: string };
  }): Promise<Result>;
}

export interface ToAISDKOptions {
  /** What texts are where a call does not say: `embed` mostly sees queries, `embedMany` passages, so one model for each. */
  readonly side: Side;
}

function sideOf(
  { providerOptions }: Pick<CallOptions, "providerOptions">,
  side: Side,
  caller: string,
): Side {
  const own = providerOptions?.["embedtune"]?.["side"] ?? side;
  checkChoice(own, `${caller}: providerOptions.embedtune.side`, ["query", "passage"]);
  return own;
}

const rowsOf = (matrix: Matrix): number[][] =>
  Array.from({ length: matrix.rows }, (_, i) => Array.from(rowOf(matrix, i)));

/**
 * An embedder, adapted or not (`withAdapter`), as the AI SDK's embedding model: for `embed`, `embedMany` and whatever takes
 * a model. The embedder batches and repeats for itself.
 *
 * @throws RangeError on another side.
 */
export function toAISDK(embedder: Embedder, { side }: ToAISDKOptions): AISDKModel {
  checkChoice(side, "toAISDK: side", ["query", "passage"]);
  return {
    specificationVersion: "v3",
    provider: "embedtune",
    modelId: embedder.id,
    maxEmbeddingsPerCall: Infinity,
    supportsParallelCalls: true,
    async doEmbed(options) {
      const vectors = await embedder.embed(options.values, {
        side: sideOf(options, side, "toAISDK"),
        signal: options.abortSignal,
      });
      return { embeddings: rowsOf(vectors), warnings: [] };
    },
  };
}

/**
 * A middleware for the AI SDK's `wrapEmbeddingModel`: the model's vectors go through an adapter. An adapter that was fitted on
 * vectors of `fromAISDK(model)` knows the model; another is refused.
 *
 * @param options.embedder Id of the embedder that the adapter was fitted on, where it is not the model's `provider/modelId`:
 *   says that the model gives the same vectors.
 * @throws RangeError, when a call is made, where the adapter was fitted on another model.
 */
export function adapterMiddleware(
  adapter: Adapter,
  { side, embedder }: ToAISDKOptions & { readonly embedder?: string | undefined },
): AISDKMiddleware {
  checkAdapter(adapter, "adapterMiddleware");
  checkChoice(side, "adapterMiddleware: side", ["query", "passage"]);
  const { embedder: fittedOn } = adapter.metadata;
  return {
    specificationVersion: "v3",
    async wrapEmbed({ doEmbed, params, model }) {
      const name = embedder ?? `${model.provider}/${model.modelId}`;
      if (fittedOn !== null && fittedOn !== name && !fittedOn.startsWith(`${name}/`)) {
        const wanted = `"${fittedOn}", which the adapter was fitted on; options.embedder says that the vectors are the same`;
        refuse("adapterMiddleware: model", wanted, name);
      }
      const own = sideOf(params, side, "adapterMiddleware");
      const result = await doEmbed();
      const adapted = applyAdapter(adapter, fromRows(result.embeddings), { side: own });
      return { ...result, embeddings: rowsOf(adapted) };
    },
  };
}
