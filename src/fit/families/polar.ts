import { symmetricEigen } from "../../math/decompose/eigen.js";
import { createMatrix, rowRange, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";

/** Steps after which directions that grow by half each time have left any rounding far behind. */
const STEPS = 60;

/**
 * The matrix of orthonormal columns nearest to one with at least as many rows as columns (UVᵀ of its singular value decomposition), by the Newton–Schulz iteration,
 * which needs products alone: Higham, "Functions of Matrices", 2008, section 8.3. Directions of which the matrix says
 * nothing at all, where it is singular, are joined in the order of their eigenvectors.
 */
export function polarFactor(matrix: Matrix): Matrix {
  const n = matrix.cols;
  // Singular values must start in (0, √3): the Frobenius norm bounds the largest.
  const scale = Math.sqrt(matrix.data.reduce((sum, value) => sum + value * value, 0)) || 1;
  let x: Matrix = { ...matrix, data: matrix.data.map((value) => value / scale) };
  let distance = Infinity;
  for (let step = 0; step < STEPS; step++) {
    const gram = multiply(x, x, { transposeA: true });
    const before = distance;
    distance = 0;
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < n; j++, at++) {
        const identity = i === j ? 1 : 0;
        distance = Math.max(distance, Math.abs(gram.data[at] - identity));
        gram.data[at] = 1.5 * identity - 0.5 * gram.data[at];
      }
    }
    // It converges quadratically: what no longer shrinks is rounding.
    if (distance < 1e-3 && distance >= before / 2) break;
    x = multiply(x, gram);
  }
  return distance < 1e-3 ? x : completed(x);
}

/** A matrix whose singular values are 1 and 0, with those of 0 turned into 1. */
function completed(x: Matrix): Matrix {
  const right = nullVectors(multiply(x, x, { transposeA: true }));
  const others = nullVectors(multiply(x, x, { transposeB: true }));
  const left = rowRange(others, 0, right.rows);
  const rest = multiply(left, right, { transposeA: true });
  return { ...x, data: x.data.map((value, i) => value + rest.data[i]) };
}

/** Unit vectors, a row each, of the values near 0 of a projection. */
function nullVectors(projection: Matrix): Matrix {
  const { rows: n } = projection;
  const { values, vectors } = symmetricEigen(projection);
  const kept = [...values.keys()].filter((j) => values[j] < 0.5);
  const rows = createMatrix(kept.length, n);
  for (const [row, j] of kept.entries()) {
    for (let i = 0; i < n; i++) rows.data[row * n + i] = vectors.data[i * n + j];
  }
  return rows;
}
