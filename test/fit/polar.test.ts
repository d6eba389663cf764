import { Matrix as DenseMatrix, SingularValueDecomposition } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { polarFactor } from "../../src/fit/families/polar.js";
import { createMatrix, identityMatrix, type Matrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import { normalMatrix } from "../math/random-matrix.js";

function nearest(matrix: Matrix): number[] {
  const dense = DenseMatrix.from1DArray(matrix.rows, matrix.rows, matrix.data);
  const { leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(dense);
  return leftSingularVectors.mmul(rightSingularVectors.transpose()).to1DArray();
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

function fromOrthogonal(x: Matrix): number {
  const gram = multiply(x, x, { transposeA: true });
  return largestDifference(gram.data, identityMatrix(x.rows).data);
}

describe("polarFactor", () => {
  it.each([1, 2, 7, 48, 130])("is UVᵀ of the singular value decomposition, at size %i", (n) => {
    const matrix = normalMatrix(n, n, n);
    // Well conditioned: where a singular value is small, what is nearest hangs on its rounding.
    for (let i = 0; i < n; i++) matrix.data[i * n + i] += 2 * Math.sqrt(n);
    expect(largestDifference(polarFactor(matrix).data, nearest(matrix))).toBeLessThan(2e-6);
  });

  it("does not depend on the matrix's scale", () => {
    const matrix = normalMatrix(20, 20, 3);
    const small = { ...matrix, data: matrix.data.map((value) => value * 1e-12) };
    expect(largestDifference(polarFactor(matrix).data, polarFactor(small).data)).toBeLessThan(1e-5);
  });

  it("stays orthogonal where the matrix is singular, and keeps what the matrix says", () => {
    const matrix = createMatrix(60, 60);
    matrix.data.set([0, 3], 0); // a rotation by 90° of two directions, nothing of the others
    matrix.data.set([-3, 0], 60);
    const x = polarFactor(matrix);
    expect(fromOrthogonal(x)).toBeLessThan(1e-5);
    expect(Math.abs(x.data[1] - 1)).toBeLessThan(1e-6);
    expect(Math.abs(x.data[60] + 1)).toBeLessThan(1e-6);
  });

  it("is orthogonal for a matrix of zeros", () => {
    expect(fromOrthogonal(polarFactor(createMatrix(5, 5)))).toBeLessThan(1e-5);
  });
});
