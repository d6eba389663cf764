import { intern } from "../../base/intern.js";
import { createUnionFind } from "../../base/union-find.js";
import { goldKey } from "../text-identity.js";
import type { PairColumns } from "../types.js";

/** A pair, its texts by their rows. */
export interface PairRow {
  readonly query: number;
  readonly passage: number;
  readonly label: number;
  readonly grade: number;
  readonly group: string | null;
}

/** Each pair once, with the first grade; neither of two that contradict each other. */
export function distinctPairs(
  rows: readonly PairRow[],
  passageCount: number,
): { pairs: PairColumns; duplicatePairs: number; contradictions: number } {
  const first = new Map<number, PairRow>();
  const contradicted = new Set<number>();
  for (const row of rows) {
    const key = row.query * passageCount + row.passage;
    const known = first.get(key);
    if (known === undefined) first.set(key, row);
    else if (known.label !== row.label) contradicted.add(key);
  }
  const kept = [...first].filter(([key]) => !contradicted.has(key)).map(([, row]) => row);
  const graded = kept.some(({ grade }) => grade !== 1);
  return {
    pairs: {
      query: Uint32Array.from(kept, ({ query }) => query),
      passage: Uint32Array.from(kept, ({ passage }) => passage),
      label: Uint8Array.from(kept, ({ label }) => label),
      ...(graded ? { grade: Float64Array.from(kept, ({ grade }) => grade) } : {}),
    },
    duplicatePairs: rows.length - first.size,
    contradictions: contradicted.size,
  };
}

/**
 * Per query a group that holds it with all that share one of its groups, directly or through others: named after the first
 * that came; its own text where it has none. A group that only repeats the question, as readers put it where nobody named
 * one, is none.
 */
export function groupsOf(
  rows: readonly PairRow[],
  queries: readonly string[],
): string[] | undefined {
  const given = rows.filter(
    ({ query, group }) => group !== null && goldKey(group) !== goldKey(queries[query]),
  );
  if (given.length === 0) return undefined;
  const { distinct, indices } = intern(given.map(({ group }) => group!));
  const sets = createUnionFind(queries.length + distinct.length);
  for (const [i, { query }] of given.entries()) sets.join(query, queries.length + indices[i]);
  const nameOf = new Map<number, string>();
  for (const [g, group] of distinct.entries()) {
    const root = sets.find(queries.length + g);
    if (!nameOf.has(root)) nameOf.set(root, `group\t${group}`);
  }
  return queries.map((text, query) => nameOf.get(sets.find(query)) ?? `question\t${text}`);
}
