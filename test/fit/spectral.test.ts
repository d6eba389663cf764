import { describe, expect, it } from "vitest";
import { fromRows } from "embedtune";
import { createMatrix, multiply } from "embedtune/math";
import { preparePairs } from "../../src/data/training-pairs.js";
import { centerPairs } from "../../src/fit/centered-pairs.js";
import { basisOfRows, spectralMatrix } from "../../src/fit/spectral/spectral-basis.js";
import { spectralScorer } from "../../src/fit/spectral/spectral-scorer.js";
import { topics } from "../tune/topics.js";

describe("basisOfRows", () => {
  it.each([
    ["fewer rows than columns", 6, 20],
    ["more rows than columns", 20, 6],
  ])("leaves out directions that hold nothing but rounding, with %s", (_, n, d) => {
    const prepared = preparePairs(topics(n, d));
    // Centred rows sum to zero; two columns that are one take away a direction too.
    const { queries } = centerPairs(prepared, prepared.positives);
    for (let i = 0; i < n; i++) queries.data[i * d + 1] = queries.data[i * d];
    const { values, vectors, meanValue } = basisOfRows(queries);
    expect(values.length).toBe(Math.min(n, d) - 1);
    expect([vectors.rows, vectors.cols]).toEqual([d, values.length]);
    const gram = multiply(vectors, vectors, { transposeA: true });
    for (const [at, value] of gram.data.entries()) {
      expect(value).toBeCloseTo(at % (values.length + 1) === 0 ? 1 : 0, 4);
    }
    const squares = queries.data.reduce((sum, value) => sum + value * value, 0);
    expect(meanValue).toBeCloseTo(squares / n / d, 6);
  });
});

describe("spectralMatrix", () => {
  it("is symmetric to the last bit, as the product of one matrix with itself is", () => {
    const rows = createMatrix(
      70,
      60,
      new Float32Array(4200).map((_, i) => Math.sin(i * i)),
    );
    const { vectors, values } = basisOfRows(rows);
    const { data } = spectralMatrix(
      vectors,
      values.map((_, j) => 1 / (1 + j)),
    );
    for (let i = 0; i < 60; i++) {
      for (let j = 0; j < i; j++) expect(data[i * 60 + j]).toBe(data[j * 60 + i]);
    }
  });
});

describe("spectralScorer", () => {
  it("counts each side's scales as often as it carries them", () => {
    const q = fromRows([[3, 4, 0]]);
    const p = fromRows([[1, 2, 2]]);
    const axis = createMatrix(3, 1, Float32Array.of(1, 0, 0));
    const cosine = (a: number[], b: number[]): number =>
      a.reduce((sum, x, j) => sum + x * b[j], 0) / Math.hypot(...a) / Math.hypot(...b);
    const scores = (query: number, passage: number): number =>
      spectralScorer(q, p, axis, { query, passage })(Float64Array.of(0.5)).data[0];
    expect(scores(1, 1)).toBeCloseTo(cosine([1.5, 4, 0], [0.5, 2, 2]), 6);
    expect(scores(2, 0)).toBeCloseTo(cosine([0.75, 4, 0], [1, 2, 2]), 6);
  });
});
