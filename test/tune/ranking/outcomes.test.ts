import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatrix } from "embedtune/math";
import {
  createOutcomeReader,
  emptyOutcomes,
  readOutcomes,
  valuesOf,
  type JudgedQuestion,
} from "../../../src/tune/ranking/outcomes.js";

const question = (relevant: number[], rest: Partial<JudgedQuestion> = {}): JudgedQuestion => ({
  ...{ relevant, grades: null, labelledWrong: [], random: [] },
  ...rest,
});

function outcomesOf(rows: number[][], questions: JudgedQuestion[]) {
  const outcomes = emptyOutcomes(rows.length);
  const scores = createMatrix(rows.length, rows[0].length, Float32Array.from(rows.flat()));
  readOutcomes(scores, questions, outcomes, [...rows.keys()]);
  return outcomes;
}

describe("readOutcomes", () => {
  it("ranks the nearest match, ties counting against it", () => {
    const { rank } = outcomesOf(
      [
        [0.5, 0.5, 0.25, 0.75],
        [0.5, 0.5, 0.25, 0.75],
        [0.5, 0.5, 0.5, 0.5],
      ],
      [question([0]), question([2, 3]), question([1])],
    );
    expect([...rank]).toEqual([3, 1, 4]);
  });

  it("finds the two nearest wrong passages, and says so where there are fewer", () => {
    const { nearestWrong } = outcomesOf(
      [
        [0.5, -0.5, 0.25],
        [0.5, -0.5, 0.25],
        [0.5, -0.5, 0.25],
      ],
      [question([1]), question([0]), question([0, 2])],
    );
    expect([...nearestWrong]).toEqual([0.5, 0.25, 0.25, -0.5, -0.5, NaN]);
  });

  it("reads labelled and random wrong passages where they stand", () => {
    const { labelledWrong, randomWrong, match } = outcomesOf(
      [[0.125, 0.25, 0.5, 0.75]],
      [question([0], { labelledWrong: [3], random: [2, 1] })],
    );
    expect(labelledWrong).toEqual([[0.75]]);
    expect([...randomWrong].sort()).toEqual([0.25, 0.5]);
    expect([...match]).toEqual([0.125]);
  });

  it("weighs matches by grade and rank", () => {
    // Order: wrong .9, grade 1 at rank 2, grade 3 at rank 3.
    const { ndcg } = outcomesOf([[0.5, 0.75, 0.875, 0.25]], [question([0, 1], { grades: [3, 1] })]);
    const gain = (rank: number): number => 1 / Math.log2(rank + 1);
    expect(ndcg[0]).toBeCloseTo((gain(2) + 3 * gain(3)) / (3 * gain(1) + gain(2)), 12);
  });

  it("gives the same a block at a time", () => {
    const score = fc.integer({ min: -4, max: 4 }).map((x) => x / 4);
    fc.assert(
      fc.property(
        fc.array(fc.array(score, { minLength: 9, maxLength: 9 }), { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(fc.nat(8), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, relevant, width) => {
          const rest = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((j) => !relevant.includes(j));
          const questions = rows.map(() =>
            question(relevant, { labelledWrong: rest.slice(0, 1), random: rest.slice(1, 3) }),
          );
          const whole = outcomesOf(rows, questions);
          const reader = createOutcomeReader(
            questions,
            rows.map((row) => relevant.map((j) => row[j])),
          );
          for (let start = 0; start < 9; start += width) {
            const block = rows.map((row) => row.slice(start, start + width));
            const data = Float32Array.from(block.flat());
            reader.add(createMatrix(rows.length, block[0].length, data), start);
          }
          const outcomes = emptyOutcomes(rows.length);
          reader.finish(outcomes, [...rows.keys()]);
          const sorted = { randomWrong: whole.randomWrong.slice().sort() };
          expect({ ...outcomes, randomWrong: outcomes.randomWrong.slice().sort() }).toEqual({
            ...whole,
            ...sorted,
          });
        },
      ),
    );
  });
});

describe("valuesOf", () => {
  it("is 1/rank for MRR, within k for recall@k, and leaves unknown questions unknown", () => {
    const outcomes = { ...emptyOutcomes(3), rank: Float64Array.of(1, 4, NaN) };
    expect([...valuesOf(outcomes, "mrr")]).toEqual([1, 0.25, NaN]);
    expect([...valuesOf(outcomes, "recall@1")]).toEqual([1, 0, NaN]);
    expect([...valuesOf(outcomes, "recall@4")]).toEqual([1, 1, NaN]);
  });
});

describe("ranks among peers", () => {
  it("count only passages that the fit learnt from as it did from the match", () => {
    const outcomes = emptyOutcomes(2);
    const row = [0.5, 0.75, 0.625, 0.875, 0.25];
    const scores = createMatrix(2, 5, Float32Array.from([...row, ...row]));
    // Column 0, the match, was not learnt from; of those before it columns 1 and 3 were.
    const learnt = Uint8Array.of(0, 1, 0, 1, 0);
    readOutcomes(scores, [question([0]), question([1])], outcomes, [0, 1], learnt);
    expect([...outcomes.rank]).toEqual([4, 2]);
    expect([...outcomes.peerRank]).toEqual([2, 2]);
    expect([...valuesOf(outcomes, "mrr", "peers")]).toEqual([1 / 2, 1 / 2]);
    expect([...valuesOf(outcomes, "recall@2", "peers")]).toEqual([1, 1]);
    expect(outcomes.peerNdcg[0]).toBeCloseTo(1 / Math.log2(3), 12);
  });
});
