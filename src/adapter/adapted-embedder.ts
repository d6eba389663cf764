import { checkIsEmbedder } from "../embed/check-embedder.js";
import type { Embedder, EmbedOptions } from "../embed/embedder.js";
import { createMatrix, type Matrix } from "../math/matrix.js";
import type { Adapter } from "./adapter.js";
import { checkDimensions, checkFits, type FitsOptions } from "./check-fits.js";
import { judgementOf, type EmbedderJudgement } from "./judgement.js";
import { rowAdapter } from "./prepared/row-adapter.js";

/** An embedder that knows what was judged of it, for wrappers to quote. */
export interface AdaptedEmbedder extends Embedder {
  readonly judgement: EmbedderJudgement;
}

/**
 * An embedder whose vectors have gone through an adapter, each side by its own map. A cache belongs inside, around the
 * embedder: its vectors serve any adapter.
 *
 * @throws RangeError naming the remedy where the adapter was fitted on another embedder, or changes passages of an index that
 *   `options.index` calls untouched; from `embed`, where vectors have other dimensions.
 */
export function withAdapter(
  embedder: Embedder,
  adapter: Adapter,
  options: FitsOptions = {},
): AdaptedEmbedder {
  const place = "withAdapter";
  checkIsEmbedder(embedder, place);
  checkFits(adapter, { names: [embedder.id], dimensions: embedder.dimensions }, place, options);
  const { embedBatches, estimate } = embedder;
  const judgement = judgementOf(adapter);
  const apply = rowAdapter(adapter);
  const adapted = (vectors: Matrix, { side = "passage" }: EmbedOptions): Matrix => {
    if (vectors.rows === 0) return createMatrix(0, adapter.outputDimensions);
    checkDimensions(adapter, vectors.cols, place);
    return apply(vectors, side);
  };
  return {
    id: `${embedder.id}+${judgement.adapter}`,
    symmetric: false,
    dimensions: adapter.outputDimensions,
    judgement,
    embed: async (texts, given = {}) => adapted(await embedder.embed(texts, given), given),
    ...(embedBatches !== undefined && {
      async *embedBatches(texts: readonly string[], given: EmbedOptions = {}) {
        for await (const { indices, vectors } of embedBatches.call(embedder, texts, given)) {
          yield { indices, vectors: adapted(vectors, given) };
        }
      },
    }),
    // What is paid for is the embedder's: an adapter costs nothing.
    ...(estimate !== undefined && { estimate: estimate.bind(embedder) }),
  };
}
