import { EigenvalueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import type { Matrix } from "../math/matrix.js";
import type { Axes } from "./leading-axes.js";

/**
 * Every eigenpair of the covariance matrix of the rows of `matrix` whose variance is not just rounding, by a full
 * decomposition of the smaller of the two sides: the d × d covariance, or (fewer rows than columns) the n × n matrix of
 * inner products, whose eigenvectors u give the axes Xcᵀu.
 */
export function allAxes(matrix: Matrix, mean: Float64Array): Axes {
  const { rows, cols, data } = matrix;
  const centered = Float64Array.from(data);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) centered[i * cols + j] -= mean[j];
  }
  const bySample = rows < cols;
  const size = bySample ? rows : cols;
  const gram = bySample ? innerProducts(centered, rows, cols) : covariance(centered, rows, cols);
  const dense = new DenseMatrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) dense.set(i, j, gram[i * size + j]);
  }
  const eigen = new EigenvalueDecomposition(dense, { assumeSymmetric: true });
  const largest = Math.max(...eigen.realEigenvalues);
  const kept = eigen.realEigenvalues
    .map((value, index) => ({ value, index }))
    .filter(({ value }) => value > largest * Math.max(rows, cols) * Number.EPSILON)
    .sort((a, b) => b.value - a.value || a.index - b.index);
  const vectors = new Float64Array(kept.length * cols);
  for (const [rank, { value, index }] of kept.entries()) {
    const vector = vectors.subarray(rank * cols, (rank + 1) * cols);
    if (!bySample) {
      for (let j = 0; j < cols; j++) vector[j] = eigen.eigenvectorMatrix.get(j, index);
      continue;
    }
    const scale = 1 / Math.sqrt(value);
    for (let i = 0; i < rows; i++) {
      const weight = eigen.eigenvectorMatrix.get(i, index) * scale;
      for (let j = 0; j < cols; j++) vector[j] += weight * centered[i * cols + j];
    }
  }
  return { values: Float64Array.from(kept, ({ value }) => value / (rows - 1)), vectors };
}

/** Xc·Xcᵀ, n × n. */
function innerProducts(x: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let j = 0; j < cols; j++) sum += x[a * cols + j] * x[b * cols + j];
      out[a * rows + b] = sum;
      out[b * rows + a] = sum;
    }
  }
  return out;
}

/** Xcᵀ·Xc, d × d. */
function covariance(x: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(cols * cols);
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < cols; a++) {
      const value = x[i * cols + a];
      for (let b = a; b < cols; b++) out[a * cols + b] += value * x[i * cols + b];
    }
  }
  for (let a = 0; a < cols; a++) {
    for (let b = 0; b < a; b++) out[a * cols + b] = out[b * cols + a];
  }
  return out;
}
