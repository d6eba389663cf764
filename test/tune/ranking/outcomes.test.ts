import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import { createMatrix } from "embedtune/math";
import {
  createOutcomeReader,
  emptyOutcomes,
  readOutcomes,
  valuesOf,
  type JudgedQuestion,
} from "../../../src/tune/ranking/outcomes.js";

const question = (relevant: number[], rest: Partial<JudgedQuestion> = {}): JudgedQuestion => ({
  ...{ relevant, grades: null, labelledWrong: [], random: [], tieSeed: 1 },
  ...rest,
});

function outcomesOf(rows: number[][], questions: JudgedQuestion[]) {
  const outcomes = emptyOutcomes(rows.length);
  const scores = createMatrix(rows.length, rows[0].length, Float32Array.from(rows.flat()));
  readOutcomes(scores, questions, outcomes, [...rows.keys()]);
  return outcomes;
}

describe("readOutcomes", () => {
  it("ranks the nearest match", () => {
    const row = [0.5, 0.125, 0.25, 0.75];
    const { rank } = outcomesOf([row, row, row], [question([0]), question([2, 3]), question([1])]);
    expect([...rank]).toEqual([2, 1, 4]);
  });

  it("lets the passage that is the question itself take no rank, nor be the nearest wrong one", () => {
    const row = [0.5, 0.25, 1, 0.75];
    const { rank, wrongColumn } = outcomesOf(
      [row, row],
      [question([3], { itself: 2 }), question([3])],
    );
    expect([...rank]).toEqual([1, 2]);
    expect([...wrongColumn]).toEqual([0, 2]);
  });

  it("puts a match anywhere among passages of the same cosine, with the same chance", () => {
    const count = 4000;
    const equal = Array.from({ length: count }, () => [0.25, 0.5, 0.5, 0.75, 0.5]);
    const { rank } = outcomesOf(
      equal,
      equal.map((_, i) => question([[1, 2, 4][i % 3]], { tieSeed: i * 2654435761 })),
    );
    for (const place of [2, 3, 4]) {
      const share = rank.filter((r) => r === place).length / count;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.03);
    }
  });

  it("gains nothing from making passages alike, nor from telling them apart by chance", () => {
    const columns = 12;
    const questions = Array.from({ length: 3000 }, (_, i) =>
      question([i % columns, (i * 5 + 1) % columns].slice(0, 1 + (i % 2)), { tieSeed: i * 40503 }),
    );
    const random = createRandom("ties");
    const mean = (values: Float64Array): number => values.reduce((a, b) => a + b) / values.length;
    const [alike, apart] = [() => 0.5, () => random.next()].map((score) => {
      const rows = questions.map(() => Array.from({ length: columns }, score));
      const outcomes = outcomesOf(rows, questions);
      return [mean(valuesOf(outcomes, "mrr")), mean(valuesOf(outcomes, "ndcg@10"))];
    });
    expect(Math.abs(alike[0] - apart[0])).toBeLessThan(0.025);
    expect(Math.abs(alike[1] - apart[1])).toBeLessThan(0.025);
  });

  it("orders passages of the same cosine alike under every map", () => {
    const questions = Array.from({ length: 50 }, (_, i) => question([i % 7], { tieSeed: i }));
    const ranks = [0.5, 0.25].map((score) => {
      const rows = questions.map(() => Array.from({ length: 7 }, () => score));
      return outcomesOf(rows, questions).rank;
    });
    expect(ranks[0]).toEqual(ranks[1]);
    expect(new Set(ranks[0]).size).toBeGreaterThan(3);
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

  it("names the nearest match and the nearest wrong passage, a block at a time too", () => {
    const row = Float32Array.of(0.5, 0.75, 0.25, 0.875, 0.625);
    const questions = [question([0, 2, 4]), question([1, 3]), question([0, 1, 2, 3, 4])];
    const outcomes = emptyOutcomes(3);
    const matches = questions.map(({ relevant }) => relevant.map((j) => row[j]));
    const reader = createOutcomeReader(questions, matches);
    for (const [start, end] of [
      [0, 2],
      [2, 5],
    ]) {
      const block = row.subarray(start, end);
      reader.add(
        createMatrix(3, end - start, Float32Array.of(...block, ...block, ...block)),
        start,
      );
    }
    reader.finish(outcomes, [2, 0, 1]);
    expect([...outcomes.matchColumn]).toEqual([3, 3, 4]);
    expect([...outcomes.wrongColumn]).toEqual([4, -1, 3]);
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
