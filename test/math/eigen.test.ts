import { describe, expect, it } from "vitest";
import { symmetricEigen } from "../../src/math/eigen.js";
import { createMatrix, identityMatrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import { createRandom } from "../../src/math/random.js";

function randomGram(n: number, rank: number): ReturnType<typeof multiply> {
  const random = createRandom(n);
  const a = createMatrix(rank, n);
  for (let i = 0; i < a.data.length; i++) a.data[i] = random.normal();
  return multiply(a, a, { transposeA: true });
}

describe("symmetricEigen", () => {
  it("gives descending values whose vectors rebuild the matrix and are orthonormal", () => {
    for (const [n, rank] of [
      [1, 1],
      [2, 5],
      [20, 8],
      [60, 200],
    ]) {
      const matrix = randomGram(n, rank);
      const { values, vectors } = symmetricEigen(matrix);
      expect([...values]).toEqual([...values].sort((x, y) => y - x));
      const scaled = createMatrix(n, n, vectors.data.slice());
      for (let i = 0; i < n * n; i++) scaled.data[i] *= values[i % n];
      const rebuilt = multiply(scaled, vectors, { transposeB: true });
      const gram = multiply(vectors, vectors, { transposeA: true });
      const eye = identityMatrix(n);
      for (let i = 0; i < n * n; i++) {
        expect(Math.abs(rebuilt.data[i] - matrix.data[i])).toBeLessThan(4e-6 * values[0]);
        expect(Math.abs(gram.data[i] - eye.data[i])).toBeLessThan(4e-6);
      }
    }
  });

  it("refuses what is not square, not symmetric or not finite", () => {
    expect(() => symmetricEigen(createMatrix(2, 3))).toThrow("expected a square matrix");
    const skew = createMatrix(2, 2, Float32Array.of(1, 2, 3, 1));
    expect(() => symmetricEigen(skew)).toThrow("expected a symmetric matrix");
    const broken = createMatrix(2, 2, Float32Array.of(1, 2, 2, NaN));
    expect(() => symmetricEigen(broken)).toThrow("row 1, column 1 is NaN");
  });

  it("gives nothing for nothing", () => {
    expect(symmetricEigen(createMatrix(0, 0)).values).toHaveLength(0);
  });
});
