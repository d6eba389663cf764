import { checkSameShape, createMatrix, type Matrix } from "./matrix.js";

/**
 * a + b, value by value.
 *
 * @param out Memory for the result, `a.data` or `b.data` included; fresh memory when left out.
 * @throws RangeError when the shapes differ, or `out` has another length than the result.
 */
export function addMatrices(a: Matrix, b: Matrix, out?: Float32Array): Matrix {
  checkSameShape(a, b, "addMatrices");
  const result = createMatrix(a.rows, a.cols, out);
  for (let i = 0; i < a.data.length; i++) result.data[i] = a.data[i] + b.data[i];
  return result;
}

/**
 * a - b, value by value, as a new matrix.
 *
 * @throws RangeError when the shapes differ.
 */
export function subtractMatrices(a: Matrix, b: Matrix): Matrix {
  checkSameShape(a, b, "subtractMatrices");
  const result = createMatrix(a.rows, a.cols);
  for (let i = 0; i < a.data.length; i++) result.data[i] = a.data[i] - b.data[i];
  return result;
}

/**
 * Every row minus `vector`, as a new matrix.
 *
 * @param vector as many values as the matrix has columns
 * @throws RangeError when the lengths differ.
 */
export function subtractFromRows({ rows, cols, data }: Matrix, vector: ArrayLike<number>): Matrix {
  if (vector.length !== cols) {
    throw new RangeError(
      `subtractFromRows: vector must have ${cols} values, one per column, received ${vector.length}`,
    );
  }
  const result = createMatrix(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) result.data[at] = data[at] - vector[j];
  }
  return result;
}
