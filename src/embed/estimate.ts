import { intern } from "../base/intern.js";
import { checkTexts } from "./check-texts.js";
import type { Embedder, EmbeddingEstimate, EmbedOptions, Range } from "./embedder.js";

/** What an estimate says of no texts at all. */
const nothing = { low: 0, high: 0 } as const;

/**
 * What embedding would take, before anything is spent: asks the embedder, which asks its cache first.
 *
 * @throws RangeError naming a text that is no string, or empty.
 */
export async function estimateEmbedding(
  embedder: Embedder,
  texts: readonly string[],
  options: Pick<EmbedOptions, "side" | "signal"> = {},
): Promise<EmbeddingEstimate> {
  checkTexts(texts, "estimateEmbedding");
  const { distinct } = intern(texts);
  if (distinct.length === 0) {
    return { texts: 0, toEmbed: 0, tokens: nothing, cost: nothing, requests: 0, minutes: nothing };
  }
  if (embedder.estimate !== undefined) return embedder.estimate(distinct, options);
  const count = distinct.length;
  return { texts: count, toEmbed: count, tokens: null, cost: null, requests: null, minutes: null };
}

/** Two estimates as one job. */
export function addEstimates(a: EmbeddingEstimate, b: EmbeddingEstimate): EmbeddingEstimate {
  const ranges = (x: Range | null, y: Range | null): Range | null =>
    x === null || y === null ? null : { low: x.low + y.low, high: x.high + y.high };
  return {
    texts: a.texts + b.texts,
    toEmbed: a.toEmbed + b.toEmbed,
    tokens: ranges(a.tokens, b.tokens),
    cost: ranges(a.cost, b.cost),
    requests: a.requests === null || b.requests === null ? null : a.requests + b.requests,
    minutes: ranges(a.minutes, b.minutes),
  };
}
