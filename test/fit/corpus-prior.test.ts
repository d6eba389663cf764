import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import { createMatrix } from "embedtune/math";
import { corpusPriorMetric } from "../../src/fit/families/corpus-prior.js";
import { scoreWithSides } from "../../src/fit/families/family.js";
import { metricScorer, metricSides } from "../../src/fit/families/metric.js";
import { rcaSpectrum } from "../../src/fit/families/rca-spectrum.js";
import { spreadMetric } from "../../src/fit/families/spread-metric.js";
import { spreadOf, spreadOfMoments } from "../../src/fit/families/spread.js";
import { normalizeRows } from "../../src/math/vectors.js";

function unitRows(rows: number, d: number, seed: number): ReturnType<typeof createMatrix> {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, d);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal() + 0.5;
  return normalizeRows(matrix);
}

describe("corpusPriorMetric", () => {
  it("is the same from rows and from moments", () => {
    const d = 40;
    const data = { queries: unitRows(9, d, 1), passages: unitRows(12, d, 2) };
    const rows = Uint32Array.from({ length: 9 }, (_, i) => i);
    const positives = { query: rows, passage: rows };
    const spread = spreadOf(data.passages);
    const moments = spreadOfMoments(spread.mean, spread.covariance());
    const fromRows = corpusPriorMetric(data, positives, 100, spread, null);
    const fromMoments = corpusPriorMetric(data, positives, 100, moments, null);
    expect(fromRows.basis.vectors.cols).toBeLessThan(d);
    expect(fromRows.basis.meanValue).toBeCloseTo(fromMoments.basis.meanValue, 8);
    for (const side of ["both", "query"] as const) {
      const point = { lambda: 0.3, power: 0.5, side };
      const a = metricScorer(fromRows, data.queries, data.passages)(point);
      const b = metricScorer(fromMoments, data.queries, data.passages)(point);
      for (const [i, value] of a.data.entries()) expect(value).toBeCloseTo(b.data[i], 4);
    }
  });

  it("is RCA without weight on the prior, and the corpus's spread alone where that is all", () => {
    const data = { queries: unitRows(30, 6, 1), passages: unitRows(30, 6, 2) };
    const rows = Uint32Array.from({ length: 30 }, (_, i) => i);
    const positives = { query: rows, passage: rows };
    const corpus = spreadOf(data.passages);
    const metric = (nu: number): Float64Array =>
      corpusPriorMetric(data, positives, nu, corpus, corpus).basis.values;
    const shape = (values: ArrayLike<number>): number[] =>
      Array.from(values, (value) => Number((value / values[0]).toFixed(4)));
    const rca = rcaSpectrum(data, positives).basis;
    const spread = spreadMetric(corpus, corpus).basis;
    expect(shape(metric(1e-9))).toEqual(shape(rca.values));
    expect(shape(metric(1e9))).toEqual(shape(spread.values));
    expect(shape(rca.values)).not.toEqual(shape(spread.values));
  });
});

describe("metricScorer", () => {
  const data = { queries: unitRows(30, 6, 1), passages: unitRows(40, 6, 2) };
  const rows = Uint32Array.from({ length: 30 }, (_, i) => i);
  const spread = spreadOf(data.passages);
  const metric = corpusPriorMetric(data, { query: rows, passage: rows }, 10, spread, null);
  const points = [0.3, 3].flatMap((lambda) =>
    [0.25, 0.5].flatMap((power) =>
      (["both", "query"] as const).map((side) => ({ lambda, power, side })),
    ),
  );

  it("gives the same whether points are known ahead or not, and in whatever order they are asked for", () => {
    const ahead = metricScorer(metric, data.queries, data.passages, points);
    for (const point of [...points.slice(3), ...points]) {
      const alone = metricScorer(metric, data.queries, data.passages)(point);
      expect(ahead(point)).toEqual(alone);
      const { query, passage } = metricSides(metric, point);
      const plain = scoreWithSides({ query, passage }, data.queries, data.passages);
      for (const [i, value] of alone.data.entries()) expect(value).toBeCloseTo(plain.data[i], 5);
    }
  });

  it("has no direction for a passage at the centre: with both sides mapped its cosines are 0", () => {
    const passageCenter = data.passages.data.slice(0, 6);
    const score = metricScorer({ ...metric, passageCenter }, data.queries, data.passages);
    const [both, query] = points.map(score);
    for (let i = 0; i < 30; i++) {
      expect(both.data[40 * i]).toBeCloseTo(0, 12);
      expect(Math.abs(query.data[40 * i])).toBeGreaterThan(1e-6);
    }
  });
});
