import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatrix, fromRows, type Matrix } from "../../src/math/matrix.js";
import { createRandom } from "../../src/base/random.js";
import { applyPca, fitPca } from "../../src/project/pca.js";
import reference from "../fixtures/project/pca.json" with { type: "json" };

/** The matrix of test/fixtures/project/pca.py. */
function fixtureMatrix(rows: number, cols: number): Matrix {
  let state = 1n;
  const values = Array.from({ length: rows * cols + rows * 4 + 4 * cols }, () => {
    state = (state * 1103515245n + 12345n) % 2147483648n;
    return (Number(state >> 16n) % 17) - 8;
  });
  const scale = [4, 3, 2, 1];
  const result = createMatrix(rows, cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      let sum = values[rows * 4 + 4 * cols + i * cols + j];
      for (let k = 0; k < 4; k++) {
        sum += values[i * 4 + k] * scale[k] * values[rows * 4 + k * cols + j];
      }
      result.data[i * cols + j] = sum;
    }
  }
  return result;
}

function gaussian(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    cols,
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(tolerance);
  }
}

describe("fitPca", () => {
  for (const expected of reference.cases) {
    const { rows, cols, components } = expected;
    it(`gives scikit-learn's ${components} axes of ${rows} × ${cols} values, signs included`, () => {
      const matrix = fixtureMatrix(rows, cols);
      expect(matrix.data.reduce((sum, x) => sum + x, 0)).toBe(expected.checksum);
      const pca = fitPca(matrix, { components });
      const largest = expected.explainedVariance[0];
      expectClose(pca.explainedVariance, expected.explainedVariance, 1e-6 * largest);
      expectClose(pca.explainedVarianceRatio, expected.explainedVarianceRatio, 1e-6);
      const first = createMatrix(1, cols, matrix.data.slice(0, cols));
      const coordinates = applyPca(pca, first).data;
      const length = Math.hypot(...first.data.map((x, j) => x - pca.mean[j]));
      for (const [k, entries] of expected.firstEntries.entries()) {
        // An axis is known as well as its eigenvalue stands apart from its neighbours (Davis & Kahan 1970).
        const { spectrum } = expected;
        const above = k === 0 ? Infinity : spectrum[k - 1] - spectrum[k];
        const gap = Math.min(above, spectrum[k] - (spectrum[k + 1] ?? 0)) / largest;
        const tolerance = 2e-6 + 1e-7 / gap;
        expectClose(pca.components.data.subarray(k * cols, k * cols + 5), entries, tolerance);
        const reach = length * Math.sqrt(cols) * tolerance;
        expectClose([coordinates[k]], [expected.firstRow[k]], reach);
      }
    });
  }

  it("returns orthonormal axes whose coordinates are uncorrelated with the stated variances", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.string(),
        (rows, cols, seed) => {
          const matrix = gaussian(rows, cols, seed);
          const components = Math.min(rows, cols);
          const pca = fitPca(matrix, { components });
          const { data } = applyPca(pca, matrix);
          for (let a = 0; a < components; a++) {
            for (let b = 0; b <= a; b++) {
              let inner = 0;
              for (let j = 0; j < cols; j++) {
                inner += pca.components.data[a * cols + j] * pca.components.data[b * cols + j];
              }
              expect(inner).toBeCloseTo(a === b ? 1 : 0, 5);
              let covariance = 0;
              for (let i = 0; i < rows; i++) {
                covariance += data[i * components + a] * data[i * components + b];
              }
              expect(covariance / (rows - 1)).toBeCloseTo(
                a === b ? pca.explainedVariance[a] : 0,
                4,
              );
            }
          }
          const shares = pca.explainedVarianceRatio.reduce((sum, x) => sum + x, 0);
          expect(shares).toBeCloseTo(1, 6);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("does not turn an axis round when the data are mirrored through their mean", () => {
    const matrix = gaussian(40, 6, "mirror");
    const mirrored = createMatrix(
      40,
      6,
      matrix.data.map((x) => -x),
    );
    const a = fitPca(matrix, { components: 3 });
    const b = fitPca(mirrored, { components: 3 });
    expectClose(b.components.data, a.components.data, 1e-6);
  });

  it("makes the first of equally large entries positive", () => {
    const diagonal = fromRows([-2, -1, 0, 1, 2].map((t) => [t, -t, t / 2]));
    for (const sign of [1, -1]) {
      const mirrored = createMatrix(
        5,
        3,
        diagonal.data.map((x) => sign * x),
      );
      expectClose(
        fitPca(mirrored, { components: 1 }).components.data,
        [2 / 3, -2 / 3, 1 / 3],
        1e-6,
      );
    }
  });

  it("keeps 2 axes by default", () => {
    expect(fitPca(gaussian(10, 4, "default")).components.rows).toBe(2);
  });

  it("completes axes along which nothing varies, all orthonormal and of variance 0", () => {
    const line = fromRows([0, 1, 2, 3].map((t) => [t, 2 * t, -t, 0]));
    const pca = fitPca(line, { components: 4 });
    expectClose(pca.explainedVarianceRatio, [1, 0, 0, 0], 1e-12);
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        let inner = 0;
        for (let j = 0; j < 4; j++) {
          inner += pca.components.data[a * 4 + j] * pca.components.data[b * 4 + j];
        }
        expect(inner).toBeCloseTo(a === b ? 1 : 0, 6);
      }
    }
  });

  it("finds the one direction of many rows that lie on a line, whatever their number of columns", () => {
    const random = createRandom("rank one");
    const direction = Array.from({ length: 80 }, () => random.normal());
    const rows = Array.from({ length: 90 }, () => {
      const t = random.integer(9) - 4;
      return direction.map((x) => t * Math.fround(x));
    });
    const pca = fitPca(fromRows(rows), { components: 3 });
    expect(pca.explainedVarianceRatio[0]).toBeCloseTo(1, 6);
    expect(pca.components.rows).toBe(3);
    // What is left over is rounding, not variance.
    expect([...pca.explainedVariance.slice(1)]).toEqual([0, 0]);
  });

  it("refuses what has no answer, by name", () => {
    expect(() => fitPca(createMatrix(1, 4))).toThrow(
      "fitPca: rows must be an integer >= 2, received 1",
    );
    expect(() => fitPca(createMatrix(0, 0))).toThrow(
      "fitPca: rows must be an integer >= 2, received 0",
    );
    expect(() => fitPca(createMatrix(3, 4))).toThrow(
      "fitPca: rows must differ, received 3 equal ones",
    );
    expect(() => fitPca(gaussian(3, 4, "few"), { components: 4 })).toThrow(
      "fitPca: components must be an integer from 1 to 3, received 4",
    );
    expect(() => fitPca(gaussian(3, 4, "none"), { components: 0 })).toThrow("received 0");
    expect(() =>
      fitPca(
        fromRows([
          [1, 2],
          [NaN, 1],
        ]),
      ),
    ).toThrow("row 1, column 0 must be a finite number, received NaN");
  });
});

describe("applyPca", () => {
  it("puts the mean at the origin", () => {
    const matrix = gaussian(20, 5, "mean");
    const pca = fitPca(matrix);
    expectClose(applyPca(pca, createMatrix(1, 5, pca.mean)).data, [0, 0], 1e-6);
  });

  it("refuses vectors of another length than the fit's", () => {
    const pca = fitPca(gaussian(20, 5, "length"));
    expect(() => applyPca(pca, gaussian(2, 6, "x"))).toThrow(
      "applyPca: matrix must have 5 columns as in the fit, received 6",
    );
  });
});
