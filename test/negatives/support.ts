import type { Pair } from "../../src/data/types.js";
import type { Neighbor, NeighborIndex } from "../../src/negatives/indexes/neighbor-index.js";

export function gold(query: string, passage: string, group = passage): Pair {
  return { query, passage, label: 1, group, kind: "gold" };
}

/** An index that gives every query the same passages, whose scores are written down. */
export function tableIndex(
  table: Readonly<Record<string, number>>,
): NeighborIndex & { readonly asked: number[] } {
  const passages = Object.entries(table)
    .map(([text, score]): Neighbor => ({ text, score }))
    .sort((a, b) => b.score - a.score);
  const asked: number[] = [];
  return {
    asked,
    async search(queries, k) {
      asked.push(k);
      return queries.map(() => passages.slice(0, k));
    },
    score: (_, texts) => texts.map((text) => table[text]),
  };
}
