import { createRandom, type Matrix, type PairColumns } from "embedtune";
import { gatherRows, multiply, normalizeRows, rowOf } from "embedtune/math";

/** One side of a split: unique vectors, and the pairs that are judged: every match and its hard negatives. */
export interface VectorTask {
  readonly queries: Matrix;
  readonly passages: Matrix;
  readonly pairs: PairColumns;
  /** Per query, what was kept on one side of the split. */
  readonly groups: readonly string[];
  /** Per query, the row of its right passage. */
  readonly answers: Uint32Array;
}

/**
 * The test rows: about `share` of them, whole groups at a time, in seeded random order.
 */
export function testRowsByGroup(groups: readonly string[], seed: string, share = 0.3): number[] {
  const members = new Map<string, number[]>();
  for (const [row, group] of groups.entries()) {
    const known = members.get(group);
    if (known === undefined) members.set(group, [row]);
    else known.push(row);
  }
  const rows: number[] = [];
  for (const group of createRandom(`${seed}/split`).shuffle([...members.keys()])) {
    if (rows.length >= share * groups.length) break;
    rows.push(...members.get(group)!);
  }
  return rows.sort((a, b) => a - b);
}

/**
 * Builds the task of some rows: row i of the queries belongs with row i of the passages, passages that are the same
 * vector count once, and each query gets the `count` nearest wrong passages of this side as hard negatives.
 */
export function vectorTask(
  queries: Matrix,
  passages: Matrix,
  groups: readonly string[],
  rows: readonly number[],
  count = 2,
): VectorTask {
  const firstRow = new Map<string, number>();
  const unique: number[] = [];
  const answers = Uint32Array.from(rows, (row) => {
    const vector = rowOf(passages, row);
    const key = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("latin1");
    let at = firstRow.get(key);
    if (at === undefined) {
      firstRow.set(key, (at = unique.length));
      unique.push(row);
    }
    return at;
  });
  const own = { queries: gatherRows(queries, rows), passages: gatherRows(passages, unique) };
  const scores = multiply(normalizeRows(own.queries), normalizeRows(own.passages), {
    transposeB: true,
  });
  const columns: [number[], number[], number[]] = [[], [], []];
  const add = (query: number, passage: number, label: number): void => {
    columns[0].push(query);
    columns[1].push(passage);
    columns[2].push(label);
  };
  for (let i = 0; i < rows.length; i++) {
    add(i, answers[i], 1);
    const row = rowOf(scores, i);
    const nearest = Array.from(row.keys())
      .filter((j) => j !== answers[i])
      .sort((a, b) => row[b] - row[a] || a - b);
    for (const j of nearest.slice(0, count)) add(i, j, 0);
  }
  return {
    ...own,
    answers,
    groups: rows.map((row) => groups[row]),
    pairs: {
      query: Uint32Array.from(columns[0]),
      passage: Uint32Array.from(columns[1]),
      label: Uint8Array.from(columns[2]),
    },
  };
}
