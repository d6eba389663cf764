import { rowOf, type Matrix } from "../../math/matrix.js";
import { dot } from "../../math/vectors.js";

/**
 * How far a single-precision product of two normalised vectors can lie from their cosine. Summing d products in any
 * order errs by at most about d · 2^-24; rounding both vectors to unit length adds a few units more.
 */
export const cosineErrorBound = (dimensions: number): number => (dimensions + 8) * 2 ** -24;

/**
 * The cosine of row `i` of `a` and row `j` of `b` as the room compares them: summed in 64 bits from the first value to
 * the last, and not cut to [-1, 1], so that the order of two passages never depends on where it was computed. Each row's
 * length is taken once, when the row is first asked for. `cosineSimilarity` is for two vectors outside a matrix; there
 * zeros have the cosine 0, here they are refused.
 *
 * @param placeA Names `a` in errors, e.g. `"pairCosines: queries"`.
 * @throws RangeError (on a call) when the row is all zeros or holds a value that is not finite.
 */
export function exactCosine(
  a: Matrix,
  b: Matrix,
  placeA: string,
  placeB: string,
): (i: number, j: number) => number {
  const lengthOfA = lengthsOnDemand(a, placeA);
  const lengthOfB = lengthsOnDemand(b, placeB);
  return (i, j) => {
    const scale = lengthOfA(i) * lengthOfB(j);
    return dot(rowOf(a, i), rowOf(b, j)) / scale;
  };
}

function lengthsOnDemand(matrix: Matrix, place: string): (row: number) => number {
  const lengths = new Float64Array(matrix.rows);
  return (row) => {
    if (lengths[row] > 0) return lengths[row];
    const values = rowOf(matrix, row);
    const square = dot(values, values);
    if (!(square > 0 && square < Infinity)) {
      const received = square === 0 ? "zeros only" : "a value that is not finite";
      throw new RangeError(`${place}: row ${row} must have a direction, received ${received}`);
    }
    lengths[row] = Math.sqrt(square);
    return lengths[row];
  };
}
