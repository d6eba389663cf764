import { checkVectorCount } from "../check-vectors.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "../embedder.js";

/** The embedder's own batches, or slices of `batchSize` texts where it has none. */
export async function* batchesOf(
  embedder: Embedder,
  texts: readonly string[],
  { signal, side, onWait }: EmbedOptions,
  batchSize: number,
): AsyncIterable<EmbeddedBatch> {
  if (embedder.embedBatches !== undefined) {
    yield* embedder.embedBatches(texts, { signal, side, onWait });
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
