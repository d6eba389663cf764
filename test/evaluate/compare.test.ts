import { describe, expect, it } from "vitest";
import {
  compareRetrieval,
  compareScores,
  createRandom,
  evaluateRetrieval,
  evaluateScores,
  fromRows,
  type Pair,
} from "embedtune";
import { createMatrix } from "embedtune/math";
import {
  bucketOf,
  comparisonTable,
  evaluateTriplets,
  formatMarkdownTable,
  formatTerminalTable,
  queryChanges,
  reportTable,
  retrievalTable,
  retrieve,
  scoresTable,
  sliceRetrieval,
  sliceScores,
  slicesTable,
} from "embedtune/evaluate";
import { roundCosine } from "../../src/math/cosine-grid.js";

const corpus = fromRows([
  [1, 0],
  [0.9, 0.1],
  [0.5, 0.5],
  [0, 1],
]);
const right = [[0], [2], [3], []];
/** Queries that find, in order of the rows, their passage first, third and last; row 3 has none. */
const before = fromRows([
  [1, 0],
  [1, 0],
  [1, 0],
  [1, 1],
]);
const after = fromRows([
  [0.9, 0.2],
  [0.5, 0.5],
  [0, 1],
  [1, 1],
]);

describe("queries won and lost", () => {
  it("lists them worst first, with the ranks of their passages and what stood first", async () => {
    const a = await evaluateRetrieval(before, corpus, right);
    const b = await evaluateRetrieval(after, corpus, right);
    const changes = queryChanges(a, b, {
      rankings: { before: retrieve(before, corpus, 2), after: retrieve(after, corpus, 2) },
    });
    expect(changes).toMatchObject({ metric: "mrr", won: 2, lost: 1, tied: 0 });
    expect(changes.changes.map(({ query }) => query)).toEqual([0, 1, 2]);
    expect(changes.changes[0]).toEqual({
      query: 0,
      before: 1,
      after: 0.5,
      change: -0.5,
      relevant: [{ passage: 0, rankBefore: 1, rankAfter: 2 }],
      topBefore: [0, 1],
      topAfter: [1, 0],
    });
  });

  it("refuses evaluations that do not belong together", async () => {
    const a = await evaluateRetrieval(before, corpus, right);
    const fewer = await evaluateRetrieval(before, corpus, [[0], [2], [], []]);
    const others = await evaluateRetrieval(after, corpus, [[1], [2], [3], []]);
    expect(() => queryChanges(a, fewer)).toThrow(
      "queryChanges: before and after must be evaluations of the same queries",
    );
    expect(() => queryChanges(a, others)).toThrow(
      "queryChanges: before and after must have the same relevant passages",
    );
    expect(() => queryChanges(a, a, { metric: "bleu" })).toThrow(
      'queryChanges: before must have the metric "bleu", received accuracy@1',
    );
  });
});

describe("compareRetrieval", () => {
  const pair = (query: string, group: string): Pair => ({
    query,
    passage: `${query} is answered here`,
    label: 1,
    group,
    kind: "gold",
  });

  it("decides by the named figure and shows the others beside it", async () => {
    const a = await evaluateRetrieval(before, corpus, right);
    const b = await evaluateRetrieval(after, corpus, right);
    const result = compareRetrieval(a, b, { metric: "recall@1", metrics: ["mrr", "ndcg"] });
    expect(result.comparisons.map(({ metric }) => metric)).toEqual(["recall@1", "mrr", "ndcg"]);
    expect(result.verdict.verdict).toBe("inconclusive");
    expect(result.leaks).toBeNull();
    expect(result.sentence).toBe(result.verdict.sentence);
  });

  it("warns where train and test share a page", async () => {
    const a = await evaluateRetrieval(before, corpus, right);
    const leaky = compareRetrieval(a, a, {
      split: { train: [pair("who", "page")], test: [pair("when", "page")] },
    });
    expect(leaky.leaks?.pages).toHaveLength(1);
    expect(leaky.sentence).toContain(
      "Do not trust it yet: train and test share 0 questions, 0 passages and 1 pages.",
    );
    const clean = compareRetrieval(a, a, {
      split: { train: [pair("who", "one")], test: [pair("when", "two")] },
    });
    expect(clean.sentence).toContain("Train and test share no question, passage or page.");
  });

  it("draws the queries of a group together", async () => {
    const a = await evaluateRetrieval(before, corpus, right);
    const b = await evaluateRetrieval(after, corpus, right);
    const grouped = compareRetrieval(a, b, { groups: ["p", "p", "p", "p"] });
    expect(grouped.verdict.p).toBe(1);
    expect(() => compareRetrieval(a, b, { groups: ["p"] })).toThrow(
      "compareRetrieval: groups must be one per query, received 1",
    );
  });
});

describe("compareScores", () => {
  it("judges each embedding at its own threshold", () => {
    const labels = [1, 1, 0, 0];
    const result = compareScores(
      { scores: [0.9, 0.6, 0.7, 0.1], threshold: 0.65 },
      { scores: [0.3, 0.2, 0.1, 0], threshold: 0.15 },
      labels,
    );
    expect(result.before.accuracy).toBe(0.5);
    expect(result.after.accuracy).toBe(1);
    expect(result.mcnemar).toEqual({ gained: 2, lost: 0, p: 0.5 });
    expect(result.verdict).toMatchObject({ metric: "accuracy", verdict: "inconclusive" });
  });
});

describe("slices", () => {
  it("gives the same figures per key, largest first, small ones marked", async () => {
    const evaluation = await evaluateRetrieval(after, corpus, right);
    const slices = sliceRetrieval(evaluation, ["short", "long", "long", "none"], { minSize: 2 });
    expect(slices).toMatchObject([
      { key: "long", n: 2, share: 2 / 3, small: false, figures: { mrr: 1 } },
      { key: "short", n: 1, share: 1 / 3, small: true, figures: { mrr: 0.5 } },
    ]);
    expect(() => sliceRetrieval(evaluation, ["a"])).toThrow(
      "sliceRetrieval: keys must be one per query, received 1",
    );
  });

  it("slices scored pairs at one threshold", () => {
    const slices = sliceScores([0.9, 0.1, 0.8, 0.7], [1, 0, 0, 1], ["w", "w", "h", "h"], {
      threshold: 0.75,
      minSize: 1,
    });
    expect(slices.map(({ key, figures }) => [key, figures.accuracy.accuracy])).toEqual([
      ["h", 0],
      ["w", 1],
    ]);
    expect(slices[0].figures.thresholdFittedHere).toBe(false);
  });

  it("names buckets of a number by their edges", () => {
    expect([4, 6, 9, 10].map((value) => bucketOf(value, [6, 7, 10]))).toEqual([
      "< 6",
      "6",
      "7-9",
      ">= 10",
    ]);
  });
});

describe("triplets", () => {
  const triplets = {
    query: Uint32Array.of(0, 0, 0),
    positive: Uint32Array.of(0, 2, 1),
    negative: Uint32Array.of(3, 1, 1),
  };
  it("gives the share in the right order; a tie is not in order", () => {
    const result = evaluateTriplets(before, corpus, triplets);
    expect(result).toMatchObject({ accuracy: 1 / 3, ties: 1, n: 3, margin: 0 });
    expect(result.gaps[0]).toBe(1);
  });

  it("asks for a margin where given", () => {
    expect(evaluateTriplets(before, corpus, triplets, { margin: 0.999 }).accuracy).toBe(1 / 3);
    expect(evaluateTriplets(before, corpus, triplets, { margin: 1 }).accuracy).toBe(0);
  });
});

describe("retrieve", () => {
  it("equals a full sort by cosines on the grid where single precision cannot tell passages apart", () => {
    const random = createRandom("near ties");
    const near = createMatrix(
      400,
      6,
      Float32Array.from({ length: 2400 }, () => 1 + Math.floor(random.next() * 8) * 2 ** -22),
    );
    const rows = Array.from({ length: 400 }, (_, i) => [...near.data.subarray(6 * i, 6 * i + 6)]);
    const dot = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const query = [1, 2, 3, -1, 0.5, 1];
    const cosines = rows.map((row) =>
      roundCosine(dot(query, row) / (Math.sqrt(dot(query, query)) * Math.sqrt(dot(row, row)))),
    );
    const sorted = [...cosines.keys()].sort((a, b) => cosines[b] - cosines[a] || a - b);
    const found = retrieve(fromRows([query]), near, 20);
    expect([...found.passages]).toEqual(sorted.slice(0, 20));
    expect([...found.cosines]).toEqual(sorted.slice(0, 20).map((row) => cosines[row]));
    expect(new Set(found.cosines).size).toBeLessThan(20);
  });

  it("keeps the whole corpus when asked for more", () => {
    expect(retrieve(before, corpus, 9)).toMatchObject({ k: 4 });
    expect([...retrieve(before, corpus, 9).passages.subarray(0, 4)]).toEqual([0, 1, 2, 3]);
  });
});

describe("tables", () => {
  it("prints Markdown and aligned text from the same table", () => {
    const table = {
      columns: ["", "n"],
      rows: [
        ["a|b", "10"],
        ["naïve", "7"],
      ],
    };
    expect(formatMarkdownTable(table)).toBe(
      "|  | n |\n| --- | ---: |\n| a\\|b | 10 |\n| naïve | 7 |\n",
    );
    expect(formatTerminalTable(table)).toBe("        n\n-----  --\na|b    10\nnaïve   7\n");
  });

  it("puts the accuracy beside the base rate and marks a threshold that has seen the labels", () => {
    const scores = [0.9, 0.2, 0.4, 0.3];
    const labels = [1, 0, 1, 0];
    const table = scoresTable({
      test: evaluateScores(scores, labels, { threshold: 0.5 }),
      "fitted here": evaluateScores(scores, labels),
    });
    expect(table.columns.slice(0, 5)).toEqual(["", "n", "base rate", "accuracy", "threshold"]);
    expect(table.rows[0].slice(0, 5)).toEqual(["test", "4", "0.500", "0.750 ± 0.424", "0.500"]);
    expect(table.rows[1][3]).toBe("1.000 ± 0.000*");
  });

  it("lays out retrieval, comparisons, slices and the classification report", async () => {
    const evaluation = await evaluateRetrieval(after, corpus, right);
    expect(retrievalTable({ after: evaluation }, ["mrr"]).rows).toEqual([["after", "3", "0.833"]]);
    expect(() => retrievalTable({ after: evaluation }, ["x"])).toThrow(
      'retrievalTable: metrics must be figures of every evaluation, received "x", which after lacks',
    );
    const { comparisons } = compareRetrieval(evaluation, evaluation, { metrics: ["mrr"] });
    expect(comparisonTable(comparisons).rows).toEqual([
      ["mrr", "0.833", "0.833", "+0.000", "+0.000 to +0.000", "1.000", "inconclusive"],
    ]);
    const slices = sliceRetrieval(evaluation, ["a", "a", "a", "b"]);
    expect(slicesTable(slices, ["mrr"]).rows).toEqual([["a (small)", "3", "0.833"]]);
    const report = reportTable(evaluateScores([0.9, 0.1], [1, 0], { threshold: 0.5 }));
    expect(report.rows.map((row) => row[0])).toEqual([
      "0",
      "1",
      "macro avg",
      "weighted avg",
      "accuracy",
    ]);
  });
});
