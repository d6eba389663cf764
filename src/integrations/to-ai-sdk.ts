import type { Adapter } from "../adapter/adapter.js";
import type { AdaptedEmbedder } from "../adapter/adapted-embedder.js";
import { checkDimensions, checkFits, checkIndex, type FitsOptions } from "../adapter/check-fits.js";
import { rowAdapter } from "../adapter/prepared/row-adapter.js";
import { judgementOf, type EmbedderJudgement } from "../adapter/judgement.js";
import { checkChoice, refuse } from "../base/checks.js";
import type { AbortSignalLike } from "../base/progress.js";
import { checkIsEmbedder } from "../embed/check-embedder.js";
import type { Embedder } from "../embed/embedder.js";
import { fromRows } from "../math/matrix.js";
import { numberRows } from "./number-rows.js";

type Side = "query" | "passage";

/** What is read of a call's options; the side of one call stands in `providerOptions: { embedtune: { side: "query" } }`. */
interface CallOptions {
  readonly values: string[];
  /** The AI SDK 7 may ask for a length. */
  readonly dimensions?: number | undefined;
  readonly abortSignal?: AbortSignalLike | undefined;
  readonly providerOptions?:
    Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

/** What stands in `providerMetadata.embedtune`: the adapter that vectors went through, and what was judged of it. */
type QuotedMetadata = Record<string, Record<string, string>>;

/** A model of the AI SDK's specification v3, by shape, so that the SDK is no dependency. */
export interface AISDKModel {
  readonly specificationVersion: "v3";
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  doEmbed(options: CallOptions): Promise<{
    embeddings: number[][];
    providerMetadata?: QuotedMetadata;
    warnings: never[];
  }>;
}

/** For the SDK's `wrapEmbeddingModel`. */
export interface AISDKMiddleware {
  readonly specificationVersion: "v3";
  wrapEmbed<Result extends { embeddings: number[][]; providerMetadata?: object }>(options: {
    doEmbed: () => PromiseLike<Result>;
    params: Pick<CallOptions, "providerOptions">;
    model: { readonly provider: string; readonly modelId: string };
  }): Promise<Result>;
}

export interface ToAISDKOptions {
  /** What texts are where a call does not say: `embed` mostly sees queries, `embedMany` passages, so one model for each. */
  readonly side: Side;
}

export interface AdapterMiddlewareOptions extends ToAISDKOptions, FitsOptions {}

function sideOf(
  { providerOptions }: Pick<CallOptions, "providerOptions">,
  side: Side,
  caller: string,
): Side {
  const own = providerOptions?.["embedtune"]?.["side"] ?? side;
  checkChoice(own, `${caller}: providerOptions.embedtune.side`, ["query", "passage"]);
  return own;
}

const quote = ({ adapter, verdict, sentence }: EmbedderJudgement): QuotedMetadata => ({
  embedtune: {
    adapter,
    ...(verdict === undefined ? {} : { verdict }),
    ...(sentence === undefined ? {} : { sentence }),
  },
});

/**
 * An embedder, adapted or not (`withAdapter`), as the AI SDK's embedding model: for `embed`, `embedMany` and whatever takes
 * a model. The embedder batches and repeats for itself; tokens it does not tell, since of what stands in a cache there are
 * none. What was judged of an adapted one stands in `providerMetadata.embedtune`.
 *
 * @throws RangeError on another side; from a call, where vectors of another length are asked for.
 */
export function toAISDK(embedder: Embedder, options: ToAISDKOptions): AISDKModel {
  // Whoever comes without types forgets the side first.
  const { side } = (options ?? {}) as ToAISDKOptions;
  checkIsEmbedder(embedder, "toAISDK");
  checkChoice(side, "toAISDK: side", ["query", "passage"]);
  const { judgement } = embedder as Partial<AdaptedEmbedder>;
  return {
    specificationVersion: "v3",
    provider: "embedtune",
    modelId: embedder.id,
    maxEmbeddingsPerCall: Infinity,
    supportsParallelCalls: true,
    async doEmbed(call) {
      const vectors = await embedder.embed(call.values, {
        side: sideOf(call, side, "toAISDK"),
        signal: call.abortSignal,
      });
      const { dimensions = vectors.cols } = call;
      if (dimensions !== vectors.cols && vectors.rows > 0) {
        refuse("toAISDK: dimensions", `the embedder's ${vectors.cols}, or left out`, dimensions);
      }
      return {
        embeddings: numberRows(vectors),
        ...(judgement === undefined ? {} : { providerMetadata: quote(judgement) }),
        warnings: [],
      };
    },
  };
}

/**
 * A middleware for the AI SDK's `wrapEmbeddingModel`: the model's vectors go through an adapter; usage, metadata and the rest
 * of its answer stay. An adapter that was fitted on vectors of `fromAISDK(model)` knows the model; another is refused.
 *
 * @throws RangeError, when a call is made, naming the remedy, where the adapter was fitted on another model or other
 *   dimensions.
 */
export function adapterMiddleware(
  adapter: Adapter,
  options: AdapterMiddlewareOptions,
): AISDKMiddleware {
  const place = "adapterMiddleware";
  const { side, index } = (options ?? {}) as AdapterMiddlewareOptions;
  checkChoice(side, `${place}: side`, ["query", "passage"]);
  checkIndex(adapter, place, index);
  const quoted = quote(judgementOf(adapter));
  const fitting = new Set<string>();
  const apply = rowAdapter(adapter);
  return {
    specificationVersion: "v3",
    async wrapEmbed({ doEmbed, params, model }) {
      const name = `${model.provider}/${model.modelId}`;
      if (!fitting.has(name)) {
        const ours = model.provider === "embedtune" ? [model.modelId] : [];
        checkFits(adapter, { names: [name, ...ours] }, place, options);
        fitting.add(name);
      }
      const own = sideOf(params, side, place);
      const result = await doEmbed();
      if (result.embeddings.length === 0) return result;
      const vectors = fromRows(result.embeddings);
      checkDimensions(adapter, vectors.cols, place);
      const adapted = apply(vectors, own);
      return {
        ...result,
        embeddings: numberRows(adapted),
        providerMetadata: { ...result.providerMetadata, ...quoted },
      };
    },
  };
}
