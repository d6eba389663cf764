import type { Embedder, EmbedOptions } from "../embed/embedder.js";
import { checkSameEmbedder } from "../embed/same-embedder.js";
import type { Adapter } from "./adapter.js";
import { applyAdapter } from "./apply.js";
import { checkAdapter } from "./check.js";
import { adapterFingerprint } from "./fingerprint.js";

/**
 * An embedder whose vectors have gone through an adapter, each side by its own map. A cache belongs inside, around the
 * embedder: its vectors serve any adapter.
 *
 * @throws RangeError where the adapter was fitted on another embedder; from `embed`, where vectors have other dimensions.
 */
export function withAdapter(embedder: Embedder, adapter: Adapter): Embedder {
  checkAdapter(adapter, "withAdapter");
  const { embedder: fittedOn } = adapter.metadata;
  if (fittedOn !== null) {
    const wanted = `"${fittedOn}", which the adapter was fitted on (prefixes belong to it)`;
    checkSameEmbedder("withAdapter: embedder", wanted, embedder.id, fittedOn);
  }
  const { embedBatches } = embedder;
  return {
    id: `${embedder.id}+${adapterFingerprint(adapter)}`,
    symmetric: false,
    dimensions: adapter.outputDimensions,
    async embed(texts, options = {}) {
      const { side = "passage" } = options;
      return applyAdapter(adapter, await embedder.embed(texts, options), { side });
    },
    ...(embedBatches !== undefined && {
      async *embedBatches(texts: readonly string[], options: EmbedOptions = {}) {
        const { side = "passage" } = options;
        for await (const { indices, vectors } of embedBatches.call(embedder, texts, options)) {
          yield { indices, vectors: applyAdapter(adapter, vectors, { side }) };
        }
      },
    }),
  };
}
