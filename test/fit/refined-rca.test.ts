import { describe, expect, it } from "vitest";
import { scoreWithSides } from "../../src/fit/families/family.js";
import { pairOutcomes, rankingMetrics } from "../../src/evaluate/retrieval/pair-outcomes.js";
import { rankingTask } from "../../src/evaluate/retrieval/ranking-task.js";
import { rcaFamily } from "../../src/fit/families/rca-family.js";
import { featureSpace } from "../../src/fit/refined/refined-space.js";
import { refinedRcaFamily } from "../../src/fit/refined/refined-rca-family.js";
import { preparePairs } from "../../src/data/training-pairs.js";
import { topics } from "../tune/topics.js";

const start = { lambda: 0.3, power: 0.5, blend: 0 };
const family = (rank = 256): ReturnType<typeof refinedRcaFamily> =>
  refinedRcaFamily({
    starts: [0, 4].map((spread) => ({ ...start, spread })),
    steps: [0, 8],
    rank,
  });

describe("refinedRcaFamily", () => {
  const data = preparePairs(topics(90, 32));
  const { queries, passages } = data;

  it.each([
    [256, 0],
    [256, 4],
    [5, 0],
    [5, 4],
  ])(
    "scores as the adapter does that it gives out, with up to %i refined and spreads weighing %i",
    (rank, spread) => {
      const fitted = family(rank).fit(data, data.positives, data.negatives);
      for (const steps of [0, 8]) {
        const point = { ...start, spread, steps };
        const short = fitted.scorer!(queries, passages)(point);
        const sides = fitted.sides(point);
        const long = scoreWithSides(sides, queries, passages);
        for (const [i, value] of short.data.entries()) expect(value).toBeCloseTo(long.data[i], 4);
        expect([sides.query.weights!.cols, sides.passage.weights!.cols]).toEqual([32, 32]);
      }
    },
  );

  it("is plain RCA before the first step", () => {
    const refined = family().fit(data, data.positives, data.negatives);
    const plain = rcaFamily({ lambdas: [0.3], powers: [0.5] }).fit(
      data,
      data.positives,
      data.negatives,
    );
    const a = scoreWithSides(refined.sides({ ...start, spread: 0, steps: 0 }), queries, passages);
    const b = scoreWithSides(plain.sides(start), queries, passages);
    for (const [i, value] of a.data.entries()) expect(value).toBeCloseTo(b.data[i], 4);
  });

  it("ranks pairs it has not seen better than the RCA it starts from, where that leaves something to learn", () => {
    // Shrinking everything evenly (a large λ) leaves the noise in: the steps have to find it.
    const weak = { lambda: 30, power: 0.5, blend: 0, spread: 0 };
    const pairs = preparePairs(topics(90, 12));
    const fitted = refinedRcaFamily({ starts: [weak], steps: [0, 12] }).fit(
      pairs,
      pairs.positives,
      pairs.negatives,
    );
    const fresh = preparePairs(topics(90, 12, { seed: 2 }));
    const unseen = rankingTask(fresh, fresh.positives, fresh.negatives);
    const score = fitted.scorer!(fresh.queries, fresh.passages);
    const mrr = (steps: number): number =>
      rankingMetrics(pairOutcomes(score({ ...weak, steps }), unseen)).mrr;
    expect(mrr(12)).toBeGreaterThan(mrr(0) + 0.05);
  });

  it("learns from features of pairs that the RCA did not see", () => {
    // With more dimensions than pairs an RCA brings its own pairs together, and leaves nothing to learn on them.
    const pairs = preparePairs(topics(40, 60));
    const at = { lambda: 0.01, power: 0.5, blend: 0, spread: 0 };
    const fitted = refinedRcaFamily({ starts: [at], steps: [0, 8] }).fit(
      pairs,
      pairs.positives,
      pairs.negatives,
    );
    const [before, after] = [0, 8].map((steps) => fitted.sides({ ...at, steps }).query.weights!);
    const moved = Math.hypot(...after.data.map((value, i) => value - before.data[i]));
    expect(moved / Math.hypot(...before.data)).toBeGreaterThan(0.05);
  });

  it("lowers the scores of a side where they spread widely over the other side", () => {
    const [n, d] = [120, 48];
    const source = topics(n, d, { nuisance: 2 });
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < 6; j++) {
        source.queries.data[i * d + 4 + j] *= 5;
        source.passages.data[i * d + 20 + j] *= 5;
      }
    }
    const pairs = preparePairs(source);
    const at = { lambda: 30, power: 0.5, blend: 0 };
    const fitted = refinedRcaFamily({
      starts: [0, 6].map((spread) => ({ ...at, spread })),
      steps: [0],
    }).fit(pairs, pairs.positives, pairs.negatives);
    const [plain, spread] = [0, 6].map((weight) => {
      const sides = fitted.sides({ ...at, spread: weight, steps: 0 });
      return scoreWithSides(sides, pairs.queries, pairs.passages).data;
    });
    const sumOfSquares = (values: number[]): number => values.reduce((sum, x) => sum + x * x, 0);
    const correlation = (place: (own: number, other: number) => number): number => {
      const own = Array.from({ length: n }, (_, i) => {
        const scores = (of: Float32Array): number[] =>
          Array.from({ length: n }, (_x, j) => of[place(i, j)]);
        const before = scores(plain);
        const mean = before.reduce((sum, x) => sum + x, 0) / n;
        const variance = sumOfSquares(before.map((x) => x - mean));
        return [variance, Math.sqrt(sumOfSquares(scores(spread)) / sumOfSquares(before))];
      });
      const [x, y] = [0, 1].map((k) => {
        const mean = own.reduce((sum, values) => sum + values[k], 0) / n;
        return own.map((values) => values[k] - mean);
      });
      const product = x.reduce((sum, value, i) => sum + value * y[i], 0);
      return product / Math.sqrt(sumOfSquares(x) * sumOfSquares(y));
    };
    expect(correlation((query, passage) => query * n + passage)).toBeLessThan(-0.3);
    expect(correlation((passage, query) => query * n + passage)).toBeLessThan(-0.25);
  });

  it("gives at most an eighth of the dimensions to the spreads, an even number", () => {
    const rows = { query: data.queries, passage: data.passages };
    const { vectors, spare } = featureSpace([rows], 32, { rank: 256, spareRank: 100 });
    expect([vectors.cols, spare.cols]).toEqual([28, 4]);
  });

  it("falls back to plain RCA where one group leaves nothing to cross-fit with", () => {
    const alone = preparePairs({ ...topics(6, 16), groups: Array(6).fill("a") });
    const fitted = family().fit(alone, alone.positives, alone.negatives);
    const before = fitted.sides({ ...start, spread: 0, steps: 0 });
    expect(fitted.sides({ ...start, spread: 4, steps: 8 })).toEqual(before);
  });

  it.each([0, 1, 1e6])(
    "gives finite maps where matches differ in one direction of many, with a blend of %f",
    (blend) => {
      const source = topics(20, 1000);
      source.passages.data.set(source.queries.data);
      // Two coordinates swapped: the length stays.
      for (let at = 0; at < 20 * 1000; at += 1000) {
        source.passages.data.set([source.queries.data[at + 1], source.queries.data[at]], at);
      }
      const pairs = preparePairs(source);
      const at = { ...start, blend, spread: 4 };
      const { query, passage } = refinedRcaFamily({ starts: [at], steps: [8] })
        .fit(pairs, pairs.positives, pairs.negatives)
        .sides({ ...at, steps: 8 });
      for (const side of [query, passage]) {
        expect(side.weights!.data.every(Number.isFinite)).toBe(true);
        expect(side.center!.every(Number.isFinite)).toBe(true);
      }
    },
  );

  it("gives finite maps for one dimension, constant columns, twins and fewer pairs than folds or dimensions", () => {
    const flat = topics(20, 5);
    for (let i = 0; i < 20; i++) flat.queries.data[i * 5] = flat.passages.data[i * 5] = 3;
    const twins = topics(20, 5);
    twins.queries.data.copyWithin(50, 0, 50);
    twins.passages.data.copyWithin(50, 0, 50);
    for (const source of [topics(20, 1), flat, twins, topics(3, 40), topics(2, 2)]) {
      const pairs = preparePairs(source);
      for (const rank of [256, 2]) {
        const { query, passage } = family(rank)
          .fit(pairs, pairs.positives, pairs.negatives)
          .sides({ ...start, spread: 4, steps: 8 });
        for (const side of [query, passage]) {
          expect(side.weights!.data.every(Number.isFinite)).toBe(true);
          expect(side.center!.every(Number.isFinite)).toBe(true);
        }
      }
    }
  });
});
