import { createMatrix, type Matrix } from "./matrix.js";

/** The inner product, summed in 64 bits. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) {
    throw new RangeError(`dot: lengths differ, ${a.length} and ${b.length}`);
  }
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The Euclidean length. */
export function norm(a: ArrayLike<number>): number {
  return Math.sqrt(dot(a, a));
}

/** The cosine of the angle between two vectors, in [-1, 1]; 0 when either is zero. */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = norm(a) * norm(b);
  return scale === 0 ? 0 : Math.min(1, Math.max(-1, dot(a, b) / scale));
}

/** Every row scaled to length 1, as a new matrix; rows of zeros stay zeros. */
export function normalizeRows(matrix: Matrix): Matrix {
  const { rows, cols } = matrix;
  const result = createMatrix(rows, cols, Float32Array.from(matrix.data));
  for (let i = 0; i < rows; i++) {
    const row = result.data.subarray(i * cols, (i + 1) * cols);
    const length = norm(row);
    if (length > 0) for (let j = 0; j < cols; j++) row[j] = row[j] / length;
  }
  return result;
}

/** The mean row, in 64 bits. */
export function columnMeans(matrix: Matrix): Float64Array {
  const { rows, cols, data } = matrix;
  const means = new Float64Array(cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) means[j] += data[i * cols + j];
  if (rows > 0) for (let j = 0; j < cols; j++) means[j] /= rows;
  return means;
}
