import { moveRow, type Move } from "../../adapter/answered/move.js";
import { checkChoice, checkInteger, checkNumber } from "../../base/checks.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import { checkSameDimensions, gatherRows, rowOf, type Matrix } from "../../math/matrix.js";
import { normalizeInPlace } from "../../math/vectors.js";

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
  checkSameDimensions(queries, "moveRows: queries", passages, "passages");
  checkMove(move);
  return moveBySums(passages, sumQuestions(passages, queries, pairs), move);
}

function checkMove(move: Move): void {
  checkChoice(move.kind, "moveRows: move.kind", ["mean", "step"]);
  checkNumber(move.strength, "moveRows: move.strength", { least: 0 });
}

/** What each passage's questions sum up to: the same for every move. */
export type QuestionSums = Pick<MovedRows, "rows" | "sums" | "counts">;

/** The first half of {@link moveRows}. */
export function sumQuestions(
  passages: Matrix,
  queries: Matrix,
  { query, passage, label }: MovingPairs,
): QuestionSums {
  const { cols } = passages;
  const moving: number[] = [];
  for (let i = 0; i < query.length; i++) {
    if ((label?.[i] ?? 1) !== 1) continue;
    moving.push(i);
    checkRow(query[i], queries.rows, "query", i);
    checkRow(passage[i], passages.rows, "passage", i);
  }
  const rows = Uint32Array.from(new Set(moving.map((i) => passage[i]))).sort();
  const place = new Map(Array.from(rows, (row, i) => [row, i]));
  const sums = new Float64Array(rows.length * cols);
  const counts = new Uint32Array(rows.length);
  for (const i of moving) {
    const at = place.get(passage[i])!;
    counts[at]++;
    addRow(sums, at * cols, queries.data, query[i] * cols, cols);
  }
  return { rows, sums, counts };
}

/** The second half. */
export function moveBySums(
  passages: Matrix,
  { rows, sums, counts }: QuestionSums,
  move: Move,
): MovedRows {
  const { cols } = passages;
  const moved = gatherRows(passages, rows);
  for (let r = 0; r < rows.length; r++) {
    moveRow(rowOf(moved, r), sums.subarray(r * cols, (r + 1) * cols), counts[r], move);
  }
  return { rows, vectors: normalizeInPlace(moved), sums, counts };
}

/** A function of its own, so that the loop is compiled for these arrays alone. */
function addRow(to: Float64Array, at: number, from: Float32Array, start: number, n: number): void {
  for (let j = 0; j < n; j++) to[at + j] += from[start + j];
}

function checkRow(row: number, rows: number, side: "query" | "passage", i: number): void {
  // The place is put together only where it is told.
  if (Number.isInteger(row) && row >= 0 && row < rows) return;
  checkInteger(row, `moveRows: pairs.${side}[${i}]`, { least: 0, most: rows - 1 });
}
