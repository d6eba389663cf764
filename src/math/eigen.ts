import { EigenvalueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import { checkMatrix, createMatrix, type Matrix } from "./matrix.js";

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** n × n; column `j` is the unit vector that belongs to `values[j]`. */
  readonly vectors: Matrix;
}

/**
 * The eigenvalues and eigenvectors of a symmetric matrix.
 *
 * @throws RangeError when the matrix is not square, not symmetric (to 1e-4 of its largest value) or not finite.
 */
export function symmetricEigen(matrix: Matrix): SymmetricEigen {
  const n = matrix.rows;
  checkSymmetric(matrix, "symmetricEigen");
  const vectors = createMatrix(n, n);
  if (n === 0) return { values: new Float64Array(0), vectors };
  const dense = DenseMatrix.from1DArray(n, n, matrix.data);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(dense, {
    assumeSymmetric: true,
  });
  const order = Array.from({ length: n }, (_, j) => j);
  order.sort((x, y) => realEigenvalues[y] - realEigenvalues[x] || x - y);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) vectors.data[i * n + j] = eigenvectorMatrix.get(i, order[j]);
  }
  return { values: Float64Array.from(order, (j) => realEigenvalues[j]), vectors };
}

/** Refuses what is not a finite symmetric matrix, naming `name`. */
export function checkSymmetric(matrix: Matrix, name: string): void {
  const { rows: n, cols, data } = matrix;
  if (n !== cols)
    throw new RangeError(`${name}: expected a square matrix, received ${n} × ${cols}`);
  checkMatrix(matrix, name);
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(data[i * n + j] - data[j * n + i]) > 1e-4 * largest) {
        const [x, y] = [data[i * n + j], data[j * n + i]];
        throw new RangeError(
          `${name}: expected a symmetric matrix, received ${x} at row ${i}, column ${j} and ${y} across`,
        );
      }
    }
  }
}
