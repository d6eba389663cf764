import { createMatrix, type Matrix } from "../math/matrix.js";

/** Every value times `factor`, as a new matrix. */
export function scaleMatrix({ rows, cols, data }: Matrix, factor: number): Matrix {
  const result = createMatrix(rows, cols);
  for (let i = 0; i < data.length; i++) result.data[i] = data[i] * factor;
  return result;
}

/** Every column times its factor, as a new matrix. */
export function scaleColumns(matrix: Matrix, factors: ArrayLike<number>): Matrix {
  const result = createMatrix(matrix.rows, matrix.cols);
  for (let i = 0, at = 0; i < matrix.rows; i++) {
    for (let j = 0; j < matrix.cols; j++, at++) result.data[at] = matrix.data[at] * factors[j];
  }
  return result;
}

/** The first `count` columns, as a new matrix. */
export function firstColumns(matrix: Matrix, count: number): Matrix {
  return columnsFrom(matrix, 0, count);
}

/** `count` columns beginning with column `start`, as a new matrix. */
export function columnsFrom({ rows, cols, data }: Matrix, start: number, count: number): Matrix {
  const result = createMatrix(rows, count);
  for (let i = 0; i < rows; i++) {
    result.data.set(data.subarray(i * cols + start, i * cols + start + count), i * count);
  }
  return result;
}

/** The first `count` columns; where there are fewer, columns of zeros follow. */
export function resizeColumns(matrix: Matrix, count: number): Matrix {
  const { rows, cols, data } = matrix;
  if (cols === count) return matrix;
  const kept = Math.min(cols, count);
  const result = createMatrix(rows, count);
  for (let i = 0; i < rows; i++) {
    result.data.set(data.subarray(i * cols, i * cols + kept), i * count);
  }
  return result;
}

/** The rows of `a`, then those of `b`; both have as many columns. */
export function stackRows(a: Matrix, b: Matrix): Matrix {
  const result = createMatrix(a.rows + b.rows, a.cols);
  result.data.set(a.data);
  result.data.set(b.data, a.data.length);
  return result;
}
