import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatrix, fromRows, type Matrix } from "../../src/math/matrix.js";
import { squaredDistance } from "../../src/project/distances.js";
import { jointAffinities } from "../../src/project/tsne/affinities.js";
import { fitGaussian, probabilityAt } from "../../src/project/tsne/gaussian.js";
import { nearestRows } from "../../src/project/tsne/nearest-rows.js";
import { finish, gaussian } from "./tsne-data.js";

/** Every distance measured and sorted. */
function sorted(vectors: Matrix, count: number) {
  const result = { indices: [] as number[], squared: [] as number[] };
  for (let i = 0; i < vectors.rows; i++) {
    const others = Array.from({ length: vectors.rows }, (_, j) => {
      return { j, squared: squaredDistance(vectors, i, j) };
    }).filter(({ j }) => j !== i);
    others.sort((a, b) => a.squared - b.squared || a.j - b.j);
    result.indices.push(...others.slice(0, count).map(({ j }) => j));
    result.squared.push(...others.slice(0, count).map(({ squared }) => squared));
  }
  return result;
}

function expectExact(vectors: Matrix, count: number): void {
  const { indices, squared } = finish(nearestRows(vectors, count));
  const expected = sorted(vectors, count);
  expect([...indices]).toEqual(expected.indices);
  expect([...squared]).toEqual(expected.squared);
}

describe("squaredDistance", () => {
  it("is the squared length of the difference, whatever the number of columns", () => {
    for (let cols = 0; cols <= 9; cols++) {
      const vectors = gaussian(2, cols, `distance/${cols}`);
      let expected = 0;
      for (let k = 0; k < cols; k++) expected += (vectors.data[k] - vectors.data[cols + k]) ** 2;
      expect(squaredDistance(vectors, 0, 1)).toBeCloseTo(expected, 12);
      expect(squaredDistance(vectors, 1, 0)).toBe(squaredDistance(vectors, 0, 1));
      expect(squaredDistance(vectors, 1, 1)).toBe(0);
    }
  });
});

describe("the neighbours of t-SNE", () => {
  it("are the nearest, equally near ones by index, whatever the rows", () => {
    const cell = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom(1000, 1000.0001, 2 ** -60, -(2 ** 60)),
      fc.float({ noNaN: true, min: -100, max: 100 }),
    );
    const rows = fc.integer({ min: 1, max: 5 }).chain((cols) =>
      fc.array(fc.array(cell, { minLength: cols, maxLength: cols }), {
        minLength: 2,
        maxLength: 40,
      }),
    );
    fc.assert(
      fc.property(rows, fc.nat(), (cells, pick) => {
        expectExact(fromRows(cells), 1 + (pick % (cells.length - 1)));
      }),
      { numRuns: 300 },
    );
  });

  it("are found beyond a block of rows", () => {
    expectExact(gaussian(700, 5, "blocks"), 12);
  });

  it("are found where rounding hides them: rows near each other and far from the mean", () => {
    const vectors = gaussian(120, 6, "tight");
    for (let at = 0; at < vectors.data.length; at++) {
      vectors.data[at] = Math.fround(0.01 * vectors.data[at]) + (at < 360 ? 3000 : -3000);
    }
    expectExact(vectors, 10);
    expectExact(createMatrix(60, 3, new Float32Array(180).fill(7)), 10);
  });
});

describe("fitGaussian", () => {
  it("has the perplexity asked for, at any scale", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { minLength: 8, maxLength: 60 }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.constantFrom(1, 2 ** 200, 2 ** -200),
        (distances, share, scale) => {
          const squared = Float64Array.from(new Set(distances), (x) => x * scale);
          fc.pre(squared.length >= 8);
          const perplexity = 1 + share * (squared.length - 1);
          const fit = fitGaussian(squared, perplexity);
          const p = Array.from(squared, (x) => probabilityAt(fit, x));
          expect(p.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 9);
          const entropy = p.reduce((sum, x) => (x > 0 ? sum - x * Math.log(x) : sum), 0);
          expect(Math.exp(entropy) / perplexity).toBeCloseTo(1, 5);
        },
      ),
    );
  });

  it("shares out evenly among more equally near ones than the perplexity, and among all", () => {
    const tied = Float64Array.of(5, 2, 2, 2, 2, 9);
    const fit = fitGaussian(tied, 2);
    expect(probabilityAt(fit, 2)).toBeCloseTo(1 / 4, 9);
    expect(probabilityAt(fit, 5)).toBeCloseTo(0, 9);
    const flat = fitGaussian(Float64Array.of(1, 2, 3), 3);
    expect(probabilityAt(flat, 3)).toBeCloseTo(1 / 3, 3);
    expect(probabilityAt(fitGaussian(Float64Array.of(4, 4, 4), 2), 4)).toBeCloseTo(1 / 3, 12);
    expect(probabilityAt(fitGaussian(Float64Array.of(7), 1), 7)).toBe(1);
  });
});

describe("jointAffinities", () => {
  it("holds each pair once, both directions together, one half in all", () => {
    const rows = 50;
    const nearest = finish(nearestRows(gaussian(rows, 3, "affinities"), 7));
    const { starts, others, values } = jointAffinities(nearest, 3, rows);
    expect(values.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0.5, 9);
    const conditional = (i: number, j: number): number => {
      const squared = nearest.squared.subarray(i * 7, (i + 1) * 7);
      const at = nearest.indices.subarray(i * 7, (i + 1) * 7).indexOf(j);
      return at === -1 ? 0 : probabilityAt(fitGaussian(squared, 3), squared[at]);
    };
    let pairs = 0;
    for (let i = 0; i < rows; i++) {
      for (let j = i + 1; j < rows; j++) {
        const expected = (conditional(i, j) + conditional(j, i)) / (2 * rows);
        const at = others.subarray(starts[i], starts[i + 1]).indexOf(j);
        expect(at === -1 ? 0 : values[starts[i] + at]).toBeCloseTo(expected, 12);
        if (at !== -1) pairs++;
      }
    }
    expect(pairs).toBe(values.length);
  });
});
