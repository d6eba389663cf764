import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestOfEachKind, gridOfBest, trainingRuns } from "../../src/report/figures/candidates.js";
import {
  byChange,
  changeOf,
  countChanges,
  rankTransitions,
} from "../../src/report/figures/question-changes.js";
import { mapQuestions } from "../../src/report/figures/question-map.js";
import { recallCurves } from "../../src/report/figures/recall-curve.js";
import { createRandom } from "../../src/base/random.js";
import { worthOfMore } from "../../src/report/figures/more-labels.js";
import { reliability } from "../../src/report/figures/reliability.js";
import { slicesOf } from "../../src/report/figures/slices.js";
import { readReport } from "../../src/report/read-report.js";
import type { QuestionOutcome } from "../../src/tune/verdict/decision.js";
import { inventedDecision } from "../support/invented-decision.js";

const near = { right: 0, rightCosine: 0.5, wrong: 1, wrongCosine: 0.4 };
const outcome = (row: number, before: number, after: number): QuestionOutcome => ({
  ...{ row, before, after, bestOfAll: Math.min(before, after) },
  nearest: { before: near, after: near },
});
const outcomes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((ranks) => ranks.map(([before, after], row) => outcome(row, before, after)));

describe("changes of rank", () => {
  it("account for every question, on whatever side", () => {
    fc.assert(
      fc.property(outcomes, (questions) => {
        const { won, lost, unchanged } = countChanges(questions);
        expect(won + lost + unchanged).toBe(questions.length);
        const cells = rankTransitions(questions);
        expect(cells.flat().reduce((sum, n) => sum + n, 0)).toBe(questions.length);
        const firsts = questions.filter(({ before }) => before === 1).length;
        expect(cells[0].reduce((sum, n) => sum + n, 0)).toBe(firsts);
        const swapped = questions.map(({ row, before, after }) => outcome(row, after, before));
        expect(countChanges(swapped)).toEqual({ won: lost, lost: won, unchanged });
        // Neither way is listed before the other.
        const order = (list: readonly QuestionOutcome[]) => byChange(list).map(({ row }) => row);
        expect(order(swapped)).toEqual(order(questions));
      }),
    );
  });

  it("put what a reader gains most first", () => {
    const questions = [outcome(0, 200, 100), outcome(1, 2, 1), outcome(2, 1, 3), outcome(3, 5, 5)];
    expect(byChange(questions).map(({ row }) => row)).toEqual([2, 1, 0, 3]);
    expect(questions.map(changeOf)).toEqual(["won", "won", "lost", "unchanged"]);
  });
});

describe("recall curves", () => {
  const ks = [1, 3, 10, 100];

  it("are the shares found, inside their bands, and rise", () => {
    fc.assert(
      fc.property(outcomes, (questions) => {
        const groups = questions.map(({ row }) => row % 7);
        for (const [name, own] of Object.entries(recallCurves(questions, ks, groups, 1))) {
          for (const [j, k] of ks.entries()) {
            const found = questions.filter((q) => q[name as "before" | "after"] <= k).length;
            expect(own.recall[j]).toBeCloseTo(found / questions.length, 12);
            expect(own.low[j]).toBeLessThanOrEqual(own.recall[j] + 1e-12);
            expect(own.high[j]).toBeGreaterThanOrEqual(own.recall[j] - 1e-12);
            if (j > 0) expect(own.recall[j]).toBeGreaterThanOrEqual(own.recall[j - 1]);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it("have a width where all of a few questions are found", () => {
    const questions = Array.from({ length: 12 }, (_, row) => outcome(row, 1, 2));
    const rows = questions.map(({ row }) => row);
    const { before, after } = recallCurves(questions, [1, 2], rows, 1);
    expect(before).toMatchObject({ recall: [1, 1], high: [1, 1] });
    expect(after).toMatchObject({ recall: [0, 1], low: [0, expect.anything()] });
    // As Wilson's interval of 12 of 12: from 0.757.
    expect(before.low[0]).toBeGreaterThan(0.65);
    expect(before.low[0]).toBeLessThan(0.87);
  });

  it("have the width of independent draws, and a wider one where questions hang together", () => {
    const questions = Array.from({ length: 400 }, (_, row) =>
      outcome(row, row % 2 === 0 ? 1 : 50, 1),
    );
    const each = recallCurves(
      questions,
      [1],
      questions.map(({ row }) => row),
      1,
    ).before;
    // A share of a half of 400 draws: 1.96 standard errors either way.
    expect(each.high[0] - each.low[0]).toBeCloseTo(2 * 1.96 * Math.sqrt(0.25 / 400), 1);
    const paired = questions.map(({ row }) => (row % 2) * 10 + Math.floor(row / 40));
    const grouped = recallCurves(questions, [1], paired, 1).before;
    expect(grouped.high[0] - grouped.low[0]).toBeGreaterThan(2 * (each.high[0] - each.low[0]));
  });
});

describe("slices", () => {
  it("list the largest first and count the rest", () => {
    const questions = Array.from({ length: 23 }, (_, row) => outcome(row, 2, 1));
    const keyOf = (row: number): string | null =>
      row < 12 ? "a" : row < 20 ? "b" : row < 22 ? "c" : null;
    const { slices, rest } = slicesOf(questions, keyOf, (row) => row);
    expect(slices.map(({ key, questions: n }) => [key, n])).toEqual([
      ["a", 12],
      ["b", 8],
    ]);
    expect(slices[0].mrr).toMatchObject({
      before: 0.5,
      after: 1,
      gain: 0.5,
      low: expect.closeTo(0.2736, 4),
    });
    expect(slices[0].recall).toMatchObject({ before: 0, after: 1, gain: 1, beforeLow: 0 });
    // Of few questions none that moved is no proof that none would.
    expect(slices[0].recall.beforeHigh).toBeGreaterThan(0.1);
    const still = slicesOf(
      questions.map((q) => ({ ...q, after: 2 })),
      keyOf,
      (row) => row,
    ).slices[1];
    expect(still.mrr).toMatchObject({ gain: 0, low: -still.mrr.high });
    expect(still.mrr.high).toBeGreaterThan(0.2);
    expect(rest).toEqual({ slices: 1, questions: 2 });
  });
});

describe("reliability", () => {
  const judged = (count: number, of: (row: number) => [right: number, wrong: number]) =>
    Array.from({ length: count }, (_, row) => {
      const [rightCosine, wrongCosine] = of(row);
      const own = { ...near, rightCosine, wrongCosine };
      return { ...outcome(row, 1, 1), nearest: { before: own, after: own } };
    });
  const rows = (questions: readonly QuestionOutcome[]) => questions.map(({ row }) => row);

  it("finds what is promised where cosines follow a logistic curve, and half where they say nothing", () => {
    // Normal cosines of like spread have a logistic curve for their odds.
    const random = createRandom("reliability");
    const apart = judged(4000, () => [0.5 + 0.1 * random.normal(), 0.35 + 0.1 * random.normal()]);
    const told = reliability(apart, "before", rows(apart), 1)!;
    expect(told.bins.length).toBeGreaterThan(7);
    expect(told.error).toBeLessThan(0.03);
    expect(told.brier).toBeLessThan(0.19);
    expect(told.baseBrier).toBeCloseTo(0.25);
    expect(told.bins.reduce((sum, { n }) => sum + n, 0)).toBe(8000);
    const alike = judged(4000, () => [random.normal() / 9, random.normal() / 9]);
    for (const { predicted } of reliability(alike, "after", rows(alike), 1)!.bins) {
      expect(Math.abs(predicted - 0.5)).toBeLessThan(0.1);
    }
  });

  it("is fitted on other groups than it is held against", () => {
    // A group's own level tells nothing of another's: a curve that had seen the group would look better.
    const questions = judged(400, (row) => (row < 200 ? [0.9, 0.8] : [0.1, 0]));
    const groups = questions.map(({ row }) => Number(row >= 200));
    expect(reliability(questions, "before", groups, 1)!.brier).toBeGreaterThan(0.3);
  });

  it("is none of too few questions, or where there are no wrong passages", () => {
    const few = judged(12, () => [0.9, 0.1]);
    expect(reliability(few, "before", rows(few), 1)).toBeNull();
    const lone = judged(100, () => [0.9, 0.1]).map((question) => ({
      ...question,
      nearest: { ...question.nearest, before: { ...near, wrong: null, wrongCosine: null } },
    }));
    expect(reliability(lone, "before", rows(lone), 1)).toBeNull();
  });
});

describe("what more labels are worth", () => {
  const point = (pairs: number, figure: number) => ({
    ...{ pairs, figure, gain: { gain: 0, low: 0, high: 0 } },
  });

  it("goes on as the last three points do, by the logarithm of their number", () => {
    const points = [point(10, 0.9), ...[100, 200, 400].map((n) => point(n, 0.1 * Math.log(n)))];
    expect(worthOfMore({ points }, 400)).toBeCloseTo(0.1 * Math.log(2), 12);
    expect(worthOfMore({ points: points.slice(0, 2) }, 100)).toBeLessThan(0);
    expect(worthOfMore({ points: points.slice(1, 2) }, 100)).toBeNull();
    expect(worthOfMore({ points: [point(9, 0.4), point(99, 0.2)] }, 100)).toBeNull();
  });
});

describe("candidates", () => {
  it("that were trained are runs by growing epochs, the best's own last", () => {
    const { table, best } = inventedDecision();
    const at = (rate: number, epoch: number) => ({
      ...table[1],
      ...{ method: "info-nce", parameters: { rate, epoch } },
    });
    const grid = [at(0.1, 4), at(0.1, 1), at(0.3, 2)];
    const own = { ...best, method: "info-nce", parameters: { rate: 0.1, epoch: 1 } };
    const runs = trainingRuns(grid, own);
    expect(runs.map(({ ofBest }) => ofBest)).toEqual([false, true]);
    expect(runs[1].states.map(({ parameters }) => parameters["epoch"])).toEqual([1, 4]);
    expect(trainingRuns(gridOfBest({ table, best }), best)).toEqual([]);
  });

  it("stand for their kind by the highest figure, and those that were not measured by none", () => {
    const { table, best } = inventedDecision();
    expect(bestOfEachKind(table).map(({ method }) => method)).toEqual(["rca", "identity", "ridge"]);
    expect(gridOfBest({ table, best }).map(({ parameters }) => parameters["lambda"])).toEqual([
      1, 3,
    ]);
  });
});

describe("the map of questions", () => {
  it("holds each question with its passages once, flat and solid, the second view on the first", async () => {
    const map = (await mapQuestions(readReport(inventedDecision(), {})))!;
    expect(map.questions).toHaveLength(60);
    expect(new Set(map.passages).size).toBe(map.passages.length);
    expect(map.names).toEqual(["before", "after"]);
    const drawn = map.pictures.map(({ method, dimensions }) => `${method} ${dimensions}`);
    expect(drawn).toEqual(["PCA 2", "PCA 3", "t-SNE 2"]);
    for (const { dimensions, views } of map.pictures) {
      expect(views).toHaveLength(2);
      for (const { rows, cols } of views) {
        expect([rows, cols]).toEqual([map.questions.length + map.passages.length, dimensions]);
      }
    }
  });

  it("turns the second view to lie on the first as near as it can", async () => {
    const map = (await mapQuestions(readReport(inventedDecision(), {})))!;
    for (const { dimensions: d, views } of map.pictures) {
      const [first, second] = views.map(({ rows, data }) => {
        const means = Array.from({ length: d }, (_, axis) => {
          let sum = 0;
          for (let i = 0; i < rows; i++) sum += data[i * d + axis];
          return sum / rows;
        });
        return data.map((value, i) => value - means[i % d]);
      });
      const cross = (a: number, b: number): number => {
        let sum = 0;
        for (let i = 0; i < first.length; i += d) sum += first[i + a] * second[i + b];
        return sum;
      };
      // At the optimum of Procrustes the cross-covariance is symmetric, and no axis is mirrored.
      for (let a = 0; a < d; a++) {
        expect(cross(a, a)).toBeGreaterThan(0);
        for (let b = 0; b < a; b++) expect(cross(a, b)).toBeCloseTo(cross(b, a), 3);
      }
    }
  });

  it("is drawn by t-SNE, too, where that is asked for, however few the points", async () => {
    for (const questions of [3, 60]) {
      const decision = inventedDecision({ questions, passages: 6 });
      const map = (await mapQuestions(readReport(decision, { projections: ["tsne"] })))!;
      expect(map.pictures.map(({ method }) => method)).toEqual(["PCA", "PCA", "t-SNE"]);
      for (const { data } of map.pictures[2].views) {
        expect(data.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("is a seeded sample where there are more questions than can be seen", async () => {
    const decision = inventedDecision({ questions: 2600, passages: 50, dimensions: 3 });
    const rows = async (seed: number) =>
      (await mapQuestions(readReport(decision, { seed, projections: [] })))!.questions;
    expect(await rows(1)).toHaveLength(2500);
    expect(await rows(1)).toEqual(await rows(1));
    expect(await rows(1)).not.toEqual(await rows(2));
  });

  it("is drawn by t-SNE and UMAP in three axes, too, the second view turned to the first", async () => {
    const decision = inventedDecision({ questions: 12, passages: 12 });
    const projections = ["tsne-3d", "umap", "umap-3d"] as const;
    const { pictures } = (await mapQuestions(readReport(decision, { projections })))!;
    const drawn = pictures.map(({ method, dimensions }) => `${method} ${dimensions}`);
    expect(drawn).toEqual(["PCA 2", "PCA 3", "t-SNE 3", "UMAP 2", "UMAP 3"]);
    for (const { dimensions, views } of pictures) {
      expect(views.map(({ cols }) => cols)).toEqual([dimensions, dimensions]);
      for (const { data } of views) expect(data.every(Number.isFinite)).toBe(true);
    }
  });

  it("has no third axis where vectors have none", async () => {
    const map = (await mapQuestions(readReport(inventedDecision({ dimensions: 2 }), {})))!;
    expect(map.pictures.map(({ dimensions }) => dimensions)).toEqual([2, 2]);
  });

  it("is none where all points are the same", async () => {
    const decision = inventedDecision();
    const { queries, passages } = decision.vectors!;
    const equal = (matrix: typeof queries) => ({ ...matrix, data: matrix.data.map(() => 1) });
    const vectors = { queries: equal(queries), passages: equal(passages) };
    expect(await mapQuestions(readReport({ ...decision, vectors }, {}))).toBeNull();
  });
});
