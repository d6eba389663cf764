import { checkVectorCount } from "../check-vectors.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "../embedder.js";
import type { NoMoreOptions } from "./no-more.js";

/** The embedder's own batches, or slices of `batchSize` texts where it has none. */
export async function* batchesOf(
  embedder: Embedder,
  texts: readonly string[],
  { signal, side, onWait, noMore }: EmbedOptions & NoMoreOptions,
  batchSize: number,
): AsyncIterable<EmbeddedBatch> {
  if (embedder.embedBatches !== undefined) {
    const options: EmbedOptions & NoMoreOptions = { signal, side, onWait, noMore };
    yield* embedder.embedBatches(texts, options);
    return;
  }
  for (let start = 0; start < texts.length; start += batchSize) {
    signal?.throwIfAborted();
    const slice = texts.slice(start, start + batchSize);
    const vectors = await embedder.embed(slice, { signal, side });
    checkVectorCount(embedder.id, vectors.rows, slice.length);
    yield { indices: Array.from(slice, (_, k) => start + k), vectors };
  }
}
