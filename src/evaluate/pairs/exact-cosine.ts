import { rowOf, type Matrix } from "../../math/matrix.js";
import { dot } from "../../math/vectors.js";

/**
 * How far a single-precision product of two normalised vectors can lie from their cosine. Summing d products in any
 * order errs by at most about d · 2^-24; rounding both vectors to unit length adds a few units more.
 */
export const cosineErrorBound = (dimensions: number): number => (dimensions + 8) * 2 ** -24;

/** Euclidean lengths of all rows. @throws RangeError naming a row that is not finite or all zeros. */
export function rowLengths(matrix: Matrix, name: string): Float64Array {
  const lengths = new Float64Array(matrix.rows);
  for (let i = 0; i < matrix.rows; i++) {
    const row = rowOf(matrix, i);
    const square = dot(row, row);
    if (!Number.isFinite(square)) {
      throw new RangeError(`${name}: row ${i} holds a value that is not finite`);
    }
    if (square === 0) {
      throw new RangeError(`${name}: row ${i} is all zeros and has no direction to compare`);
    }
    lengths[i] = Math.sqrt(square);
  }
  return lengths;
}
