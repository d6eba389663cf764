import { describe, expect, it } from "vitest";
import {
  compareRetrieval,
  createRandom,
  evaluateRetrieval,
  evaluateScores,
  fitThreshold,
  fromRows,
  pairCosines,
  type Pair,
} from "embedtune";
import {
  accuracyAtThreshold,
  formatTerminalTable,
  notebookThreshold,
  rocAuc,
  scoresTable,
} from "embedtune/evaluate";

/** Ways in which evaluations of customised embeddings go wrong, each met and answered. */
describe("traps of evaluation", () => {
  /** Scores that say nothing about the label; a third of the pairs match. */
  function noise(n: number, seed: string): { scores: number[]; labels: number[] } {
    const random = createRandom(seed);
    const labels = Array.from({ length: n }, () => +(random.next() < 0.5));
    return { scores: labels.map(() => random.next()), labels };
  }

  it("a threshold tuned on the reported set flatters: on noise it promises what a held-out set does not keep", () => {
    let promised = 0;
    let kept = 0;
    for (let trial = 0; trial < 40; trial++) {
      const validation = noise(60, `validation ${trial}`);
      const test = noise(60, `test ${trial}`);
      const fitted = fitThreshold(validation.scores, validation.labels);
      promised += fitThreshold(test.scores, test.labels).value / 40;
      kept += accuracyAtThreshold(test.scores, test.labels, fitted.threshold).accuracy / 40;
    }
    expect(promised).toBeGreaterThan(0.55);
    expect(kept).toBeGreaterThan(0.46);
    expect(kept).toBeLessThan(0.54);
  });

  it("such an accuracy says of itself that its threshold has seen the labels", () => {
    const { scores, labels } = noise(50, "a");
    const here = evaluateScores(scores, labels);
    const elsewhere = evaluateScores(scores, labels, { threshold: 0.5 });
    expect([here.thresholdFittedHere, elsewhere.thresholdFittedHere]).toEqual([true, false]);
    expect(scoresTable({ here }).rows[0][3]).toMatch(/\*$/);
    expect(scoresTable({ elsewhere }).rows[0][3]).not.toContain("*");
    // The best any threshold could do stands beside it, under its own name.
    expect(elsewhere.oracle.accuracy).toBeGreaterThanOrEqual(elsewhere.accuracy.accuracy);
  });

  it("an accuracy near the base rate is no skill: 66 % right, AUC one half", () => {
    const random = createRandom("majority");
    const labels = Array.from({ length: 1000 }, (_, i) => +(i % 3 === 0));
    const scores = labels.map(() => random.next());
    const result = evaluateScores(scores, labels);
    expect(result.accuracy.accuracy).toBeGreaterThan(0.66);
    expect(result.accuracy.accuracy - result.baseRate).toBeLessThan(0.01);
    expect(result.rocAuc).toBeCloseTo(0.5, 1);
    expect(formatTerminalTable(scoresTable({ result }))).toContain("base rate");
  });

  it("pair accuracy can rise while retrieval falls: both are looked at", async () => {
    // Before: every query is nearest to its own passage, but cosines of matches and others overlap between queries.
    // After: matches lie above every sampled negative, yet a passage nobody sampled comes first.
    const corpus = fromRows([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const queries = {
      before: fromRows([
        [1, 0.9, 0.1],
        [0.5, 0.6, 0.55],
      ]),
      after: fromRows([
        [1, 0.1, 1.1],
        [0.1, 1, 1.1],
      ]),
    };
    // Label 1: own passage; label 0: the other query's passage.
    const pairs = { query: Uint32Array.of(0, 1, 0, 1), passage: Uint32Array.of(0, 1, 1, 0) };
    const labels = [1, 1, 0, 0];
    const accuracy = (side: "before" | "after"): number =>
      fitThreshold(pairCosines(queries[side], corpus, pairs), labels).value;
    const recall = async (side: "before" | "after"): Promise<number> =>
      (await evaluateRetrieval(queries[side], corpus, [[0], [1]])).metrics["recall@1"];
    expect([accuracy("before"), accuracy("after")]).toEqual([0.75, 1]);
    expect([await recall("before"), await recall("after")]).toEqual([1, 0]);
  });

  it("a page on both sides of the split is found and said aloud", async () => {
    const vectors = fromRows([
      [1, 0],
      [0, 1],
    ]);
    const evaluation = await evaluateRetrieval(vectors, vectors, [[0], [1]]);
    const pair = (query: string): Pair => ({
      query,
      passage: `about ${query}`,
      label: 1,
      group: "the same page",
      kind: "gold",
    });
    const result = compareRetrieval(evaluation, evaluation, {
      split: { train: [pair("one")], test: [pair("two")] },
    });
    expect(result.leaks).toMatchObject({ clean: false, pages: ["the same page"] });
    expect(result.sentence).toContain("Do not trust it yet");
  });

  it("ties count once: [.5, .5] with [1, 0] is worth one half, not one", () => {
    expect(fitThreshold([0.5, 0.5], [1, 0]).value).toBe(0.5);
    expect(rocAuc([0.5, 0.5], [1, 0])).toBe(0.5);
    expect(notebookThreshold([0.5, 0.5], [1, 0]).accuracy).toBe(0.5);
  });

  it("accepting all and rejecting all are thresholds too: one label alone is decided rightly", () => {
    expect(fitThreshold([0.2, 0.9], [0, 0]).value).toBe(1);
    expect(fitThreshold([-1, -1], [1, 1]).value).toBe(1);
    // The notebook's sweep starts at -1 and compares strictly, so it cannot.
    expect(notebookThreshold([-1, -1], [1, 1]).accuracy).toBe(0);
  });

  it("a collapsed embedding, all vectors alike, shows as finding nothing, not as chance or as perfect", async () => {
    const alike = fromRows(Array.from({ length: 50 }, () => [1, 2, 3]));
    const relevant = Array.from({ length: 50 }, (_, i) => [i]);
    const result = await evaluateRetrieval(alike, alike, relevant, { ks: [1] });
    expect(result.metrics["recall@1"]).toBe(0);
    expect(result.ranks).toEqual(relevant.map(() => [50]));
  });
});
