import { checkTexts } from "./check-texts.js";
import type { Embedder, EmbedOptions } from "./embedder.js";

export interface Prefixes {
  /** Put before each query, e.g. `"query: "`. @default "" */
  readonly query?: string | undefined;
  /** Put before each passage, e.g. `"passage: "`. @default "" */
  readonly passage?: string | undefined;
}

/**
 * For models that were trained with a prefix per side (E5, BGE, nomic-embed, …). The prefixes become part of the id, so
 * that a cache never mixes vectors made with and without them.
 */
export function withPrefixes(embedder: Embedder, { query = "", passage = "" }: Prefixes): Embedder {
  const prefixed = (texts: readonly string[], { side = "passage" }: EmbedOptions): string[] => {
    checkTexts(texts, "embed"); // with a prefix none would look empty
    const prefix = side === "query" ? query : passage;
    return texts.map((text) => prefix + text);
  };
  const { embedBatches, estimate } = embedder;
  return {
    id: `${embedder.id}?query=${encodeURIComponent(query)}&passage=${encodeURIComponent(passage)}`,
    symmetric: embedder.symmetric === true && query === passage,
    get dimensions() {
      return embedder.dimensions;
    },
    embed: async (texts, options = {}) => embedder.embed(prefixed(texts, options), options),
    ...(embedBatches !== undefined && {
      async *embedBatches(texts: readonly string[], options: EmbedOptions = {}) {
        yield* embedBatches.call(embedder, prefixed(texts, options), options);
      },
    }),
    ...(estimate !== undefined && {
      estimate: async (texts: readonly string[], options: EmbedOptions = {}) =>
        estimate.call(embedder, prefixed(texts, options), options),
    }),
  };
}
