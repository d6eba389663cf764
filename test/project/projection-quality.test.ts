import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatrix, fromRows, type Matrix } from "../../src/math/matrix.js";
import { klDivergence, trustworthiness } from "../../src/project.js";
import reference from "../fixtures/project/tsne.json" with { type: "json" };
import { fixtureIntegers, fixtureVectors, gaussian } from "./tsne-data.js";

type Case = (typeof reference.measured)[number];

function fixturePoints({ rows, cols, dimensions }: Case): Record<"unrelated" | "columns", Matrix> {
  const vectors = fixtureVectors(rows, cols);
  const columns = createMatrix(rows, dimensions);
  for (let at = 0; at < columns.data.length; at++) {
    const [i, a] = [Math.floor(at / dimensions), at % dimensions];
    columns.data[at] = vectors.data[i * cols + a] / 512;
  }
  const values = fixtureIntegers(rows * dimensions, 7).map((x) => x / 64);
  return { unrelated: createMatrix(rows, dimensions, Float32Array.from(values)), columns };
}

describe("klDivergence", () => {
  for (const expected of reference.measured) {
    const { rows, cols, dimensions, perplexity, checksum } = expected;
    it(`is scikit-learn's exact one of ${rows} × ${cols} in ${dimensions} dimensions`, () => {
      const vectors = fixtureVectors(rows, cols);
      expect(vectors.data.reduce((sum, x) => sum + x, 0)).toBe(checksum);
      const points = fixturePoints(expected);
      for (const name of ["unrelated", "columns"] as const) {
        // Scikit-learn finds the perplexity to 1e-5.
        const divergence = klDivergence(vectors, points[name], { perplexity });
        expect(divergence / expected.divergence[name]).toBeCloseTo(1, 5);
      }
    });
  }

  it("is least where every row is as near as any other to the points in one place", () => {
    // A simplex: all pairs equal, in the vectors and in the points.
    const corners = fromRows([0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => Number(i === j))));
    expect(klDivergence(corners, createMatrix(4, 2), { perplexity: 2 })).toBeCloseTo(0, 12);
  });

  it("does not change when vectors are scaled, or points are moved, turned or mirrored", () => {
    const vectors = gaussian(40, 6, "vectors");
    const points = gaussian(40, 2, "points");
    const divergence = klDivergence(vectors, points);
    const scaled = { ...vectors, data: vectors.data.map((x) => 2 ** 100 * x) };
    expect(klDivergence(scaled, points)).toBeCloseTo(divergence, 10);
    const tiny = { ...vectors, data: vectors.data.map((x) => 2 ** -60 * x) };
    expect(klDivergence(tiny, points)).toBeCloseTo(divergence, 10);
    const turned = createMatrix(40, 2);
    for (let i = 0; i < 40; i++) {
      turned.data[2 * i] = 4 - points.data[2 * i + 1];
      turned.data[2 * i + 1] = points.data[2 * i];
    }
    expect(klDivergence(vectors, turned)).toBeCloseTo(divergence, 5);
  });

  it("takes duplicates, equal rows and the least and the greatest perplexity", () => {
    const rows = Array.from({ length: 30 }, (_, i) => [i % 3, i % 2]);
    for (const perplexity of [1, 5, 29]) {
      const divergence = klDivergence(fromRows(rows), gaussian(30, 2, "points"), { perplexity });
      expect(divergence).toBeGreaterThanOrEqual(0);
      expect(divergence).toBeLessThan(20);
    }
    expect(klDivergence(createMatrix(5, 3), createMatrix(5, 2))).toBeCloseTo(0, 12);
  });

  it("refuses what it cannot measure, by name", () => {
    const vectors = gaussian(10, 3, "vectors");
    expect(() => klDivergence(vectors, createMatrix(9, 2))).toThrow(
      "klDivergence: points must have 10 rows like vectors, received 9",
    );
    expect(() => klDivergence(createMatrix(2, 3), createMatrix(2, 2))).toThrow(
      "klDivergence: rows must be an integer >= 3, received 2",
    );
    expect(() => klDivergence(vectors, createMatrix(10, 2), { perplexity: 10 })).toThrow(
      "klDivergence: perplexity must be a number from 1 to 9, received 10",
    );
    const broken = createMatrix(10, 2, new Float32Array(20).fill(NaN));
    expect(() => klDivergence(vectors, broken)).toThrow("klDivergence: points: row 0, column 0");
  });
});

describe("trustworthiness", () => {
  for (const expected of reference.measured) {
    const { rows, cols, dimensions } = expected;
    it(`is scikit-learn's of ${rows} × ${cols} in ${dimensions} dimensions`, () => {
      const points = fixturePoints(expected);
      for (const name of ["unrelated", "columns"] as const) {
        for (const [neighbors, trust] of Object.entries(expected.trustworthiness[name])) {
          const options = { neighbors: Number(neighbors) };
          expect(trustworthiness(fixtureVectors(rows, cols), points[name], options)).toBeCloseTo(
            trust,
            12,
          );
        }
      }
    });
  }

  it("is 1 for the vectors themselves, whatever the ties, and never leaves 0 to 1", () => {
    const cells = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(cells, { minLength: 3, maxLength: 25 }), fc.nat(), (rows, pick) => {
        const vectors = fromRows(rows);
        const neighbors = 1 + (pick % (Math.ceil(rows.length / 2) - 1));
        expect(trustworthiness(vectors, vectors, { neighbors })).toBe(1);
        const points = gaussian(rows.length, 2, String(pick));
        const trust = trustworthiness(vectors, points, { neighbors });
        expect(trust).toBeGreaterThanOrEqual(0);
        expect(trust).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("ranks equally near ones by index", () => {
    const vectors = fromRows([[0], [1], [-1], [10], [20]]);
    const nearOne = fromRows([[0], [1], [-1.5], [10], [20]]);
    const nearOther = fromRows([[0], [1.5], [-1], [10], [20]]);
    expect(trustworthiness(vectors, nearOne, { neighbors: 1 })).toBe(1);
    expect(trustworthiness(vectors, nearOther, { neighbors: 1 })).toBeCloseTo(1 - 2 / 30, 12);
  });

  it("asks about 5 neighbours by default", () => {
    const [vectors, points] = [gaussian(20, 4, "vectors"), gaussian(20, 2, "points")];
    const five = trustworthiness(vectors, points, { neighbors: 5 });
    expect(trustworthiness(vectors, points)).toBe(five);
    expect(trustworthiness(vectors, points, { neighbors: 6 })).not.toBe(five);
  });

  it("refuses what it cannot measure, by name", () => {
    const vectors = gaussian(10, 3, "vectors");
    expect(() => trustworthiness(vectors, vectors)).toThrow(
      "trustworthiness: neighbors must be an integer from 1 to 4, received 5",
    );
    expect(() => trustworthiness(vectors, createMatrix(11, 2))).toThrow(
      "trustworthiness: points must have 10 rows like vectors, received 11",
    );
    const broken = createMatrix(10, 2, new Float32Array(20).fill(Infinity));
    expect(() => trustworthiness(vectors, broken)).toThrow(
      "trustworthiness: points: row 0, column 0",
    );
  });
});
