import fc from "fast-check";
import { SingularValueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { cholesky, choleskySolve } from "../../src/math/decompose/cholesky.js";
import { covariance } from "../../src/math/covariance.js";
import { createMatrix, identityMatrix, type Matrix } from "../../src/math/matrix.js";
import { symmetricPower } from "../../src/math/decompose/matrix-power.js";
import { multiply } from "../../src/math/multiply.js";
import { randomizedSvd } from "../../src/math/decompose/randomized-svd.js";
import { largestError, normalMatrix } from "./random-matrix.js";

const sizes = fc.integer({ min: 1, max: 90 });

/** A well-conditioned covariance. */
function positiveDefinite(n: number): Matrix {
  return covariance(normalMatrix(4 * n + 4, n, n)).covariance;
}

describe("cholesky", () => {
  it("gives a lower triangle whose square is the matrix", () => {
    fc.assert(
      fc.property(sizes, (n) => {
        const matrix = positiveDefinite(n);
        const { lower } = cholesky(matrix);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            if (j > i) expect(lower[i * n + j]).toBe(0);
            let sum = 0;
            for (let p = 0; p < n; p++) sum += lower[i * n + p] * lower[j * n + p];
            expect(Math.abs(sum - matrix.data[Math.max(i, j) * n + Math.min(i, j)])).toBeLessThan(
              1e-12,
            );
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("does so where the matrix is taken in several strips of columns", () => {
    const n = 600;
    const matrix = positiveDefinite(n);
    const lower = createMatrix(n, n, Float32Array.from(cholesky(matrix).lower));
    const square = multiply(lower, lower, { transposeB: true });
    expect(largestError(square.data, matrix.data)).toBeLessThan(1e-5);
  });

  it("solves for many right-hand sides, in one block or several", () => {
    for (const [n, cols] of [
      [1, 1],
      [20, 3],
      [64, 5],
      [65, 5],
      [200, 17],
    ]) {
      const matrix = positiveDefinite(n);
      const b = normalMatrix(n, cols, "b");
      const x = choleskySolve(cholesky(matrix), b);
      expect(largestError(multiply(matrix, x).data, b.data)).toBeLessThan(2e-5);
    }
  });

  it("solves for nothing", () => {
    const nothing = choleskySolve(cholesky(createMatrix(0, 0)), createMatrix(0, 0));
    expect(nothing).toEqual(createMatrix(0, 0));
    expect(choleskySolve(cholesky(identityMatrix(3)), createMatrix(3, 0)).data).toHaveLength(0);
  });

  it("refuses what is not positive definite, and right-hand sides that do not fit", () => {
    const indefinite = createMatrix(2, 2, Float32Array.of(1, 2, 2, 1));
    expect(() => cholesky(indefinite)).toThrow("pivot -3 in row 1");
    expect(() => cholesky(createMatrix(3, 3))).toThrow("pivot 0 in row 0");
    const large = identityMatrix(100);
    large.data[99 * 101] = -1;
    expect(() => cholesky(large)).toThrow("pivot -1 in row 99");
    expect(() => cholesky(createMatrix(1, 1, Float32Array.of(NaN)))).toThrow(
      "cholesky: matrix: row 0, column 0 must be a finite number, received NaN",
    );
    expect(() => choleskySolve(cholesky(identityMatrix(2)), createMatrix(3, 1))).toThrow(
      "choleskySolve: b must have 2 rows, received 3",
    );
  });
});

describe("symmetricPower", () => {
  it("gives an inverse square root that whitens", () => {
    for (const n of [1, 5, 60, 130]) {
      const matrix = positiveDefinite(n);
      const root = symmetricPower(matrix, -0.5);
      const white = multiply(multiply(root, matrix), root);
      expect(largestError(white.data, identityMatrix(n).data)).toBeLessThan(5e-6);
    }
  });

  it("gives powers that add up, the first being the matrix itself", () => {
    const matrix = positiveDefinite(40);
    const third = symmetricPower(matrix, 1 / 3);
    const product = multiply(multiply(third, third), third);
    expect(largestError(product.data, matrix.data)).toBeLessThan(5e-6);
    expect(largestError(symmetricPower(matrix, 1).data, matrix.data)).toBeLessThan(2e-6);
    expect(largestError(symmetricPower(matrix, 0).data, identityMatrix(40).data)).toBeLessThan(
      2e-6,
    );
  });

  it("needs a ridge for a negative power of a singular matrix, and says so", () => {
    const thin = normalMatrix(3, 60, 1);
    const singular = multiply(thin, thin, { transposeA: true });
    expect(() => symmetricPower(singular, -1)).toThrow("add a ridge");
    const inverse = symmetricPower(singular, -1, { ridge: 1 });
    const shifted = createMatrix(60, 60, singular.data.slice());
    for (let i = 0; i < 60; i++) shifted.data[i * 61] += 1;
    const product = multiply(shifted, inverse);
    expect(largestError(product.data, identityMatrix(60).data)).toBeLessThan(5e-5);
  });

  it("refuses a negative eigenvalue, and powers and ridges that are no numbers", () => {
    const negative = createMatrix(1, 1, Float32Array.of(-1));
    expect(() => symmetricPower(negative, 0.5)).toThrow(
      "symmetricPower: matrix must have no negative eigenvalue, received -1",
    );
    expect(() => symmetricPower(identityMatrix(2), NaN)).toThrow(
      "symmetricPower: power must be a finite number, received NaN",
    );
    expect(() => symmetricPower(identityMatrix(2), 1, { ridge: -1 })).toThrow(
      "symmetricPower: ridge must be a number >= 0, received -1",
    );
  });
});

describe("covariance", () => {
  it("gives what the definition gives, centred or not", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 12 }), fc.boolean(), (n, d, center) => {
        const rows = normalMatrix(n, d, "rows");
        const { mean, covariance: actual } = covariance(rows, { center });
        for (let x = 0; x < d; x++) {
          for (let y = 0; y < d; y++) {
            let sum = 0;
            for (let i = 0; i < n; i++) {
              sum += (rows.data[i * d + x] - mean[x]) * (rows.data[i * d + y] - mean[y]);
            }
            expect(Math.abs(actual.data[x * d + y] - sum / n)).toBeLessThan(2e-6);
          }
        }
        if (!center) expect([...mean]).toEqual(new Array(d).fill(0));
      }),
      { numRuns: 30 },
    );
  });

  it("sums blocks of rows as one", () => {
    const rows = normalMatrix(9000, 3, 5);
    const { covariance: actual } = covariance(rows);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < 9000; i++) {
      sum += rows.data[i * 3];
      squares += rows.data[i * 3] ** 2;
    }
    expect(actual.data[0]).toBeCloseTo(squares / 9000 - (sum / 9000) ** 2, 6);
  });

  it("refuses no rows, and rows that are not finite", () => {
    expect(() => covariance(createMatrix(0, 3))).toThrow(
      "covariance: rows must hold at least one row, received none",
    );
    const broken = createMatrix(2, 2, Float32Array.of(1, 2, NaN, 4));
    expect(() => covariance(broken)).toThrow(
      "covariance: the covariance of columns 0 and 0 must be a finite number, received NaN",
    );
  });
});

describe("randomizedSvd", () => {
  it("gives the leading singular values and vectors", () => {
    // Singular values that fall by a quarter each.
    const [m, n, rank] = [80, 50, 6];
    const source = new SingularValueDecomposition(
      DenseMatrix.from1DArray(m, n, normalMatrix(m, n, 3).data),
    );
    const matrix = createMatrix(m, n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        for (let p = 0; p < n; p++) {
          const [u, v] = [source.leftSingularVectors, source.rightSingularVectors];
          matrix.data[i * n + j] += u.get(i, p) * 0.75 ** p * v.get(j, p);
        }
      }
    }
    for (const given of [matrix, transposed(matrix)]) {
      const { left, values, right } = randomizedSvd(given, rank);
      for (let p = 0; p < rank; p++) expect(values[p]).toBeCloseTo(0.75 ** p, 5);
      const eye = identityMatrix(rank).data;
      const gramOf = (x: Matrix): Float32Array => multiply(x, x, { transposeA: true }).data;
      expect(largestError(gramOf(left), eye)).toBeLessThan(2e-6);
      expect(largestError(gramOf(right), eye)).toBeLessThan(2e-6);
      const product = multiply(given, right);
      for (let i = 0; i < given.rows; i++) {
        for (let p = 0; p < rank; p++) {
          const expected = left.data[i * rank + p] * values[p];
          expect(Math.abs(product.data[i * rank + p] - expected)).toBeLessThan(2e-5);
        }
      }
    }
  });

  it("rebuilds a matrix of low rank exactly, with zeros beyond its rank", () => {
    const matrix = multiply(normalMatrix(40, 3, 1), normalMatrix(3, 30, 2));
    const { left, values, right } = randomizedSvd(matrix, 8);
    expect(values[3]).toBeLessThan(1e-4 * values[0]);
    const scaled = createMatrix(
      40,
      8,
      left.data.map((x, i) => x * values[i % 8]),
    );
    const rebuilt = multiply(scaled, right, { transposeB: true });
    expect(largestError(rebuilt.data, matrix.data)).toBeLessThan(2e-5);
    expect([...randomizedSvd(createMatrix(5, 4), 2).values]).toEqual([0, 0]);
  });

  it("gives the same for the same seed", () => {
    const matrix = normalMatrix(30, 20, 1);
    const [x, y] = [randomizedSvd(matrix, 4, { seed: 7 }), randomizedSvd(matrix, 4, { seed: 7 })];
    expect(x).toEqual(y);
  });

  it("takes the whole rank, one row, one column, and nothing", () => {
    expect(randomizedSvd(normalMatrix(4, 3, 1), 3).values).toHaveLength(3);
    const row = createMatrix(1, 3, Float32Array.of(3, 0, 4));
    expect(randomizedSvd(row, 1).values[0]).toBeCloseTo(5, 6);
    expect(randomizedSvd(transposed(row), 1).values[0]).toBeCloseTo(5, 6);
    expect(randomizedSvd(createMatrix(0, 3), 0).right.rows).toBe(3);
  });

  it("refuses a rank that is out of range, options that are no counts, and NaN", () => {
    const matrix = normalMatrix(4, 3, 1);
    expect(() => randomizedSvd(matrix, 4)).toThrow("rank must be an integer from 0 to 3");
    expect(() => randomizedSvd(matrix, 2, { oversampling: -1 })).toThrow("oversampling must be");
    expect(() => randomizedSvd(matrix, 2, { iterations: 0.5 })).toThrow("iterations must be");
    matrix.data[4] = NaN;
    expect(() => randomizedSvd(matrix, 2)).toThrow(
      "row 1, column 1 must be a finite number, received NaN",
    );
  });
});

function transposed({ rows, cols, data }: Matrix): Matrix {
  return createMatrix(
    cols,
    rows,
    Float32Array.from(data, (_, i) => data[(i % rows) * cols + Math.floor(i / rows)]),
  );
}
