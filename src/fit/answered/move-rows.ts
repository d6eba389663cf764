import { moveRow, type Move } from "../../adapter/answered/move.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import { gatherRows, rowOf, type Matrix } from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";

/** Rows of passages that have questions, and where these rows go. */
export interface MovedRows {
  /** Ascending. */
  readonly rows: Uint32Array;
  /** A row of length 1 for each of them. */
  readonly vectors: Matrix;
  /** Per row the sum of its questions, rows × d. */
  readonly sums: Float64Array;
  /** Per row the number of its questions. */
  readonly counts: Uint32Array;
}

/**
 * Moves each passage that has questions toward them; both in the space that cosines are taken in, so after an adapter's
 * maps where there is one. A passage whose questions cancel out, or that they are opposite to, stays where it is.
 *
 * @param passages Rows of length 1.
 * @param queries Rows of length 1.
 */
export function moveRows(
  passages: Matrix,
  queries: Matrix,
  pairs: IndexPairs,
  move: Move,
): MovedRows {
  const { cols } = passages;
  const rows = Uint32Array.from(new Set(pairs.passage)).sort();
  const place = new Map(Array.from(rows, (row, i) => [row, i]));
  const sums = new Float64Array(rows.length * cols);
  const counts = new Uint32Array(rows.length);
  for (let i = 0; i < pairs.query.length; i++) {
    const at = place.get(pairs.passage[i])!;
    counts[at]++;
    const from = pairs.query[i] * cols;
    for (let j = 0; j < cols; j++) sums[at * cols + j] += queries.data[from + j];
  }
  const moved = gatherRows(passages, rows);
  for (let r = 0; r < rows.length; r++) {
    moveRow(rowOf(moved, r), sums.subarray(r * cols, (r + 1) * cols), counts[r], move);
  }
  return { rows, vectors: normalizeRows(moved), sums, counts };
}
