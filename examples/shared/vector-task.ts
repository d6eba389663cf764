import { createRandom, type Matrix, type PairColumns } from "embedtune";
import { gatherRows, multiply, normalizeRows, rowOf } from "embedtune/math";

/** One side of a split: unique vectors, and the pairs that are judged: every match and its hard negatives. */
export interface VectorTask {
  readonly queries: Matrix;
  readonly passages: Matrix;
  readonly pairs: PairColumns;
  /** Per query, what was kept on one side of the split; left out where the split was given. */
  readonly groups?: readonly string[];
  /** Per query, the rows of its right passages. */
  readonly relevant: readonly (readonly number[])[];
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
 * The task of some rows: row i of the queries belongs with row i of the passages, and passages that are the same vector
 * count once.
 */
export function vectorTask(
  queries: Matrix,
  passages: Matrix,
  groups: readonly string[],
  rows: readonly number[],
): VectorTask {
  const firstRow = new Map<string, number>();
  const unique: number[] = [];
  const relevant = rows.map((row) => {
    const vector = rowOf(passages, row);
    const key = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("latin1");
    let at = firstRow.get(key);
    if (at === undefined) {
      firstRow.set(key, (at = unique.length));
      unique.push(row);
    }
    return [at];
  });
  return {
    ...withHardNegatives(gatherRows(queries, rows), gatherRows(passages, unique), relevant),
    groups: rows.map((row) => groups[row]),
  };
}

/** The matches and, for each query, the `count` nearest wrong passages as hard negatives. */
export function withHardNegatives(
  queries: Matrix,
  passages: Matrix,
  relevant: readonly (readonly number[])[],
  count = 2,
): VectorTask {
  const columns: [number[], number[], number[]] = [[], [], []];
  const add = (query: number, passage: number, label: number): void => {
    columns[0].push(query);
    columns[1].push(passage);
    columns[2].push(label);
  };
  for (const [i, wrong] of nearestWrong(queries, passages, relevant, count).entries()) {
    for (const j of relevant[i]) add(i, j, 1);
    for (const j of wrong) add(i, j, 0);
  }
  return {
    ...{ queries, passages, relevant },
    pairs: {
      query: Uint32Array.from(columns[0]),
      passage: Uint32Array.from(columns[1]),
      label: Uint8Array.from(columns[2]),
    },
  };
}

/** Per query, the rows of the `count` wrong passages of highest cosine. */
function nearestWrong(
  queries: Matrix,
  passages: Matrix,
  relevant: readonly (readonly number[])[],
  count: number,
): number[][] {
  const scores = multiply(normalizeRows(queries), normalizeRows(passages), { transposeB: true });
  return relevant.map((right, i) => {
    const row = rowOf(scores, i);
    return Array.from(row.keys())
      .filter((j) => !right.includes(j))
      .sort((a, b) => row[b] - row[a] || a - b)
      .slice(0, count);
  });
}
