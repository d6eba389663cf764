import { intern } from "../base/intern.js";
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
  const queries = intern(pairs.map(({ query }) => query));
  const passages = intern(pairs.map(({ passage }) => passage));
  const label = Uint8Array.from(pairs, (pair) => pair.label);
  return {
    queries: queries.distinct,
    passages: passages.distinct,
    pairs: { query: queries.indices, passage: passages.indices, label },
  };
}
