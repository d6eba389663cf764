import { moveRow, type Move } from "../../adapter/answered/move.js";
import { checkChoice, checkInteger, checkNumber } from "../../base/checks.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import { checkSameDimensions, gatherRows, rowOf, type Matrix } from "../../math/matrix.js";
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

/** Answered questions, as rows of the tables of queries and passages. */
export interface MovingPairs extends Pick<IndexPairs, "query" | "passage"> {
  readonly label?: ArrayLike<number> | undefined;
}

/**
 * Moves each passage that has questions toward them; both in the space that cosines are taken in, so after an adapter's
 * maps where there is one. A passage whose questions cancel out, or that they are opposite to, stays where it is.
 *
 * @param passages Rows of length 1.
 * @param queries Rows of length 1.
 * @param pairs Rows of both tables; where labels are given, pairs labelled 0 move nothing.
 * @throws RangeError when dimensions differ, a row is not in its table, or the move is none.
 */
export function moveRows(
  passages: Matrix,
  queries: Matrix,
  pairs: MovingPairs,
  move: Move,
): MovedRows {
  const { cols } = passages;
  checkSameDimensions(queries, "moveRows: queries", passages, "passages");
  checkChoice(move.kind, "moveRows: move.kind", ["mean", "step"]);
  checkNumber(move.strength, "moveRows: move.strength", { least: 0 });
  const moving = Array.from(pairs.query.keys()).filter((i) => (pairs.label?.[i] ?? 1) === 1);
  for (const i of moving) {
    checkInteger(pairs.query[i], `moveRows: pairs.query[${i}]`, {
      least: 0,
      most: queries.rows - 1,
    });
    checkInteger(pairs.passage[i], `moveRows: pairs.passage[${i}]`, {
      least: 0,
      most: passages.rows - 1,
    });
  }
  const rows = Uint32Array.from(new Set(moving.map((i) => pairs.passage[i]))).sort();
  const place = new Map(Array.from(rows, (row, i) => [row, i]));
  const sums = new Float64Array(rows.length * cols);
  const counts = new Uint32Array(rows.length);
  for (const i of moving) {
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
