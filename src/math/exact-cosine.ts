import { HALF_STEP, roundCosine } from "./cosine-grid.js";
import type { Matrix } from "./matrix.js";
import { innerProduct } from "./vectors.js";

/**
 * How far a single-precision product of two normalised vectors can lie from {@link gridCosine}. Summing d products in
 * any order errs by at most about d · 2^-24; rounding both vectors to unit length adds a few units more, the grid half a
 * step of its own.
 */
export const cosineErrorBound = (dimensions: number): number =>
  (dimensions + 8) * 2 ** -24 + HALF_STEP;

type CosineOfRows = (i: number, j: number) => number;

/**
 * The cosine of row `i` of `a` and row `j` of `b`, summed in 64 bits in one order, not cut to [-1, 1]. Each row's length is
 * taken once, when the row is first asked for. `cosineSimilarity` is for two vectors outside a matrix; there zeros have
 * the cosine 0, here they are refused.
 *
 * @param placeA Names `a` in errors, e.g. `"pairCosines: queries"`.
 * @param lengthOfB From {@link rowLengths}, where `b` serves several calls.
 * @throws RangeError (on a call) when the row is all zeros or holds a value that is not finite.
 */
export function exactCosine(
  a: Matrix,
  b: Matrix,
  placeA: string,
  placeB: string,
  lengthOfB: (row: number) => number = rowLengths(b, placeB),
): CosineOfRows {
  const lengthOfA = rowLengths(a, placeA);
  const { cols } = a;
  return (i, j) => {
    const scale = lengthOfA(i) * lengthOfB(j);
    return innerProduct(a.data, i * cols, b.data, j * cols, cols) / scale;
  };
}

/**
 * {@link exactCosine} on the grid of {@link roundCosine}, as all that ranks compares cosines: the order of two passages
 * never depends on where it was computed, and parallel passages are equals.
 */
export function gridCosine(...rows: Parameters<typeof exactCosine>): CosineOfRows {
  const cosine = exactCosine(...rows);
  return (i, j) => roundCosine(cosine(i, j));
}

/** The length of each row, taken when it is first asked for, in 64 bits. */
export function rowLengths(matrix: Matrix, place: string): (row: number) => number {
  const lengths = new Float64Array(matrix.rows);
  return (row) => {
    if (lengths[row] > 0) return lengths[row];
    const start = row * matrix.cols;
    const square = innerProduct(matrix.data, start, matrix.data, start, matrix.cols);
    if (!(square > 0 && square < Infinity)) {
      const received = square === 0 ? "zeros only" : "a value that is not finite";
      throw new RangeError(`${place}: row ${row} must have a direction, received ${received}`);
    }
    lengths[row] = Math.sqrt(square);
    return lengths[row];
  };
}
