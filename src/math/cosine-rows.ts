import type { Matrix } from "./matrix.js";
import { innerProduct } from "./vectors.js";

/**
 * The cosine of row `rowsA[i]` of `a` and row `rowsB[i]` of `b`, for every i; summed in double precision, each row's length
 * taken once however many pairs it stands in.
 *
 * @param a rows × d
 * @param b rows × d
 * @returns as many values as there are pairs, in [-1, 1].
 * @throws RangeError when the dimensions or the number of indices differ, an index is outside its matrix, or a row that is
 * used is all zeros or not finite.
 */
export function cosineRows(
  a: Matrix,
  b: Matrix,
  rowsA: ArrayLike<number>,
  rowsB: ArrayLike<number>,
): Float64Array {
  if (a.cols !== b.cols) {
    throw new RangeError(`cosineRows: dimensions differ, ${a.cols} and ${b.cols}`);
  }
  if (rowsA.length !== rowsB.length) {
    throw new RangeError(
      `cosineRows: expected as many rows of a as of b, received ${rowsA.length} and ${rowsB.length}`,
    );
  }
  const d = a.cols;
  const lengthsA = new Float64Array(a.rows);
  const lengthsB = a === b ? lengthsA : new Float64Array(b.rows);
  const result = new Float64Array(rowsA.length);
  for (let i = 0; i < result.length; i++) {
    const [x, y] = [rowsA[i], rowsB[i]];
    const lengths = lengthOf(a, x, lengthsA, "a", i) * lengthOf(b, y, lengthsB, "b", i);
    const cosine = innerProduct(a.data, x * d, b.data, y * d, d) / lengths;
    result[i] = Math.min(1, Math.max(-1, cosine));
  }
  return result;
}

function lengthOf(
  matrix: Matrix,
  row: number,
  lengths: Float64Array,
  name: string,
  pair: number,
): number {
  if (!(Number.isInteger(row) && row >= 0 && row < matrix.rows)) {
    throw new RangeError(
      `cosineRows: pair ${pair} names row ${row} of ${name}, which has ${matrix.rows} rows`,
    );
  }
  if (lengths[row] === 0) {
    const start = row * matrix.cols;
    const length = Math.sqrt(innerProduct(matrix.data, start, matrix.data, start, matrix.cols));
    if (!(length > 0 && length < Infinity)) {
      const what = length === 0 ? "all zeros" : "not finite";
      throw new RangeError(`cosineRows: row ${row} of ${name} is ${what} and has no direction`);
    }
    lengths[row] = length;
  }
  return lengths[row];
}
