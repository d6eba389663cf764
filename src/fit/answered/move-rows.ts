import type { IndexPairs } from "../../data/training-pairs.js";
import { gatherRows, type Matrix } from "../../math/matrix.js";
import { innerProduct, normalizeRows } from "../../math/vectors.js";

/**
 * How a passage goes toward the questions that it answers. "mean": the sum of the questions over their number and one is
 * added, times the strength, so that one question counts less than many. "step": along the sphere toward the questions'
 * direction, at most as far (a chord) as the strength says (NUDGE-N: Zeighami et al., ICLR 2025).
 */
export interface Move {
  readonly kind: "mean" | "step";
  readonly strength: number;
}

/** Rows of passages that have questions, and where these rows go. */
export interface MovedRows {
  /** Ascending. */
  readonly rows: Uint32Array;
  /** A row of length 1 for each of them. */
  readonly vectors: Matrix;
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
  { kind, strength }: Move,
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
    const own = moved.data.subarray(r * cols, (r + 1) * cols);
    const sum = sums.subarray(r * cols, (r + 1) * cols);
    if (kind === "mean") {
      const share = strength / (counts[r] + 1);
      for (let j = 0; j < cols; j++) own[j] += share * sum[j];
    } else stepToward(own, Float32Array.from(sum), strength);
  }
  return { rows, vectors: normalizeRows(moved) };
}

/** Turns a row of length 1 toward a direction until the chord is `most` long, or all the way. */
function stepToward(own: Float32Array, sum: Float32Array, most: number): void {
  const n = own.length;
  const length = Math.sqrt(innerProduct(sum, 0, sum, 0, n));
  if (length === 0) return;
  const cosine = Math.min(1, Math.max(-1, innerProduct(own, 0, sum, 0, n) / length));
  const sine = Math.sqrt(1 - cosine * cosine);
  // Along the row, or opposite to it: there is nowhere to turn.
  if (sine < 1e-6) return;
  // A chord of c spans an angle of 2 asin(c / 2).
  const angle = Math.min(Math.acos(cosine), 2 * Math.asin(Math.min(1, most / 2)));
  const [kept, turned] = [Math.cos(angle), Math.sin(angle) / sine];
  for (let j = 0; j < n; j++) {
    own[j] = kept * own[j] + turned * (sum[j] / length - cosine * own[j]);
  }
}
