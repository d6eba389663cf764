import { SingularValueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import { createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";

/** Up to this size the singular value decomposition in 64 bits is quick enough. */
const smallSize = 256;

/**
 * The orthogonal matrix nearest to a square one (UVᵀ of its singular value decomposition).
 *
 * Large matrices take the Newton–Schulz iteration, which needs products alone:
 * Higham, "Functions of Matrices", 2008, section 8.3.
 */
export function polarFactor(matrix: Matrix): Matrix {
  const n = matrix.rows;
  if (n <= smallSize) {
    const { leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(
      DenseMatrix.from1DArray(n, n, matrix.data),
    );
    return createMatrix(
      n,
      n,
      Float32Array.from(leftSingularVectors.mmul(rightSingularVectors.transpose()).to1DArray()),
    );
  }
  // Singular values must start in (0, √3): the Frobenius norm bounds the largest.
  const scale = Math.sqrt(matrix.data.reduce((sum, value) => sum + value * value, 0));
  let x: Matrix = { ...matrix, data: matrix.data.map((value) => value / scale) };
  for (let step = 0; step < 60; step++) {
    const gram = multiply(x, x, { transposeA: true });
    let distance = 0;
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < n; j++, at++) {
        const identity = i === j ? 1 : 0;
        distance = Math.max(distance, Math.abs(gram.data[at] - identity));
        gram.data[at] = 1.5 * identity - 0.5 * gram.data[at];
      }
    }
    if (distance < 1e-5) break;
    x = multiply(x, gram);
  }
  return x;
}
