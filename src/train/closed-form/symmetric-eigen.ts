import { EigenvalueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import { createMatrix, type Matrix } from "../../math/matrix.js";

/** Eigenvalues in descending order, and the eigenvector of each as a column. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** n × n. */
  readonly vectors: Matrix;
}

/** The eigen-decomposition of a symmetric matrix. */
export function symmetricEigen(matrix: Matrix): SymmetricEigen {
  const n = matrix.rows;
  const dense = new DenseMatrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) dense.set(i, j, matrix.data[i * n + j]);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(dense, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, i) => i)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const vectors = createMatrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) vectors.data[i * n + j] = eigenvectorMatrix.get(i, order[j]);
  }
  return { values: Float64Array.from(order, (i) => realEigenvalues[i]), vectors };
}
