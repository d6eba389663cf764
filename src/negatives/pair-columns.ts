import { createNumberedTexts } from "../base/numbered-texts.js";
import type { Pair, PairColumns } from "../data/types.js";

/** Pairs as index columns over tables of distinct texts. */
export interface PairTable {
  /** Distinct queries, in the order in which they first appear. */
  readonly queries: readonly string[];
  /** Distinct passages, likewise. */
  readonly passages: readonly string[];
  /** Row `i` is `pairs[i]`: numbers of its query and its passage, and its label. */
  readonly pairs: PairColumns;
}

/** Lists every text once, to be embedded once, and the pairs as numbers into these lists. */
export function toPairColumns(pairs: readonly Pair[]): PairTable {
  const queries = createNumberedTexts();
  const passages = createNumberedTexts();
  const query = new Uint32Array(pairs.length);
  const passage = new Uint32Array(pairs.length);
  const label = new Uint8Array(pairs.length);
  for (const [i, pair] of pairs.entries()) {
    query[i] = queries.add(pair.query);
    passage[i] = passages.add(pair.passage);
    label[i] = pair.label;
  }
  return { queries: queries.texts, passages: passages.texts, pairs: { query, passage, label } };
}
