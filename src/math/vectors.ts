import { checkSameLength } from "../base/checks.js";
import { createMatrix, type Matrix } from "./matrix.js";

/**
 * The inner product, summed in 64 bits.
 *
 * @throws RangeError when the lengths differ.
 */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSameLength(a, "dot: a", b, "b");
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * The inner product of `length` values of `a` from `i` on and of `b` from `j` on, in four 64-bit partial sums, which a
 * processor adds side by side. Nothing is checked: for inner loops.
 */
export function innerProduct(
  a: Float32Array,
  i: number,
  b: Float32Array,
  j: number,
  length: number,
): number {
  // One by one: taken out of a list they would be objects on the heap, a new one with every addition.
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let p = 0;
  for (; p + 4 <= length; p += 4) {
    s0 += a[i + p] * b[j + p];
    s1 += a[i + p + 1] * b[j + p + 1];
    s2 += a[i + p + 2] * b[j + p + 2];
    s3 += a[i + p + 3] * b[j + p + 3];
  }
  for (; p < length; p++) s0 += a[i + p] * b[j + p];
  return s0 + s1 + (s2 + s3);
}

/** The Euclidean length. */
export function norm(a: ArrayLike<number>): number {
  return Math.sqrt(dot(a, a));
}

/**
 * The cosine of the angle between two vectors, in [-1, 1]; 0 when either is zero.
 *
 * @throws RangeError when the lengths differ.
 */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSameLength(a, "cosineSimilarity: a", b, "b");
  const scale = norm(a) * norm(b);
  return scale === 0 ? 0 : Math.min(1, Math.max(-1, dot(a, b) / scale));
}

/** The Euclidean length of row `i`. */
export function lengthOfRow({ cols, data }: Matrix, i: number): number {
  return Math.sqrt(innerProduct(data, i * cols, data, i * cols, cols));
}

/** Every row scaled to length 1, as a new matrix; rows of zeros stay zeros. */
export function normalizeRows(matrix: Matrix): Matrix {
  const { rows, cols } = matrix;
  return normalizeInto(matrix, createMatrix(rows, cols));
}

/** {@link normalizeRows} of a matrix that nobody else holds. */
export function normalizeInPlace(matrix: Matrix): Matrix {
  return normalizeInto(matrix, matrix);
}

function normalizeInto(matrix: Matrix, target: Matrix): Matrix {
  const { rows, cols, data } = matrix;
  for (let i = 0; i < rows; i++) {
    const start = i * cols;
    const length = lengthOfRow(matrix, i) || 1;
    for (let at = start; at < start + cols; at++) target.data[at] = data[at] / length;
  }
  return target;
}

/**
 * The mean row, in 64 bits; of no rows, zeros.
 *
 * @param chosen The rows that count, one that stands twice twice. @default all
 */
export function columnMeans(
  { rows, cols, data }: Matrix,
  chosen?: ArrayLike<number>,
): Float64Array {
  const means = new Float64Array(cols);
  const count = chosen?.length ?? rows;
  for (let i = 0; i < count; i++) {
    const start = (chosen === undefined ? i : chosen[i]) * cols;
    addTo(means, data.subarray(start, start + cols));
  }
  if (count > 0) for (let j = 0; j < cols; j++) means[j] /= count;
  return means;
}

/** sums ← sums + values. Four values at a time: what a loop does besides takes as long as the sums. */
function addTo(sums: Float64Array, values: Float32Array): void {
  let j = 0;
  for (; j + 4 <= sums.length; j += 4) {
    sums[j] += values[j];
    sums[j + 1] += values[j + 1];
    sums[j + 2] += values[j + 2];
    sums[j + 3] += values[j + 3];
  }
  for (; j < sums.length; j++) sums[j] += values[j];
}
