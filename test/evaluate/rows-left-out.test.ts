import { describe, expect, it } from "vitest";
import { createRandom, evaluateRetrieval, fromRows } from "embedtune";
import { evaluateCompressed, evaluateRun, rankRelevant, retrieve, toRun } from "embedtune/evaluate";

/** Two questions that stand in the corpus themselves, as Quora's and ArguAna's do; then what answers each. */
const queries = fromRows([
  [1, 0, 0],
  [0, 1, 0],
]);
const corpus = fromRows([
  [1, 0, 0],
  [0, 1, 0],
  [0.9, 0.1, 0],
  [0.1, 0.9, 0],
]);
const relevant = [[2], [3]];

describe("a query that stands in the corpus", () => {
  it("is not its own hit, by equal ids", async () => {
    const ids = { queries: ["a", "b"], corpus: ["a", "b", "c", "d"] };
    const { metrics, ownPassages } = await evaluateRetrieval(queries, corpus, relevant, {
      ks: [1],
      ids,
    });
    expect(metrics["recall@1"]).toBe(1);
    expect(ownPassages).toBe(2);
    const without = await evaluateRetrieval(queries, corpus, relevant, { ks: [1] });
    expect(without.metrics["recall@1"]).toBe(0);
    expect(without.ownPassages).toBe(0);
  });

  it("is not its own hit by equal text, where asked for", async () => {
    const texts = {
      queries: ["How do I swim?", "caf\u00e9"],
      corpus: [" How do I swim?", "cafe\u0301", "c", "d"],
    };
    const { metrics, ownPassages } = await evaluateRetrieval(queries, corpus, relevant, { texts });
    expect(metrics.mrr).toBe(1);
    expect(ownPassages).toBe(2);
    const other = { ...texts, queries: ["how do i swim?", "cafe"] };
    expect((await evaluateRetrieval(queries, corpus, relevant, { texts: other })).ownPassages).toBe(
      0,
    );
  });

  it("stays where it is labelled for the question", async () => {
    const ids = { queries: ["a", "b"], corpus: ["a", "b", "c", "d"] };
    const result = await evaluateRetrieval(queries, corpus, [[0], [3]], { ids });
    expect(result.ranks).toEqual([[1], [1]]);
    expect(result.ownPassages).toBe(1);
  });

  it("leaves copies of a right passage out, by equal text, and counts them", async () => {
    const [asked, stored] = [
      fromRows([[1, 0]]),
      fromRows([
        [1, 0],
        [1, 0.1],
        [1, 0],
        [0, 1],
      ]),
    ];
    const answers = [[1]];
    const texts = { queries: ["how?"], corpus: ["So.", "Caf\u00e9", "Cafe\u0301 ", "So"] };
    const result = await evaluateRetrieval(asked, stored, answers, { ks: [1], texts });
    expect(result).toMatchObject({ ranks: [[2]], ownPassages: 0, copies: 1 });
    const compressed = await evaluateCompressed(asked, stored, answers, { k: 2, texts });
    expect(compressed).toMatchObject({ ownPassages: 0, copies: 1, full: { recall: 1 } });
    // Another spelling is another passage, and what is labelled itself keeps its rank.
    const other = { ...texts, corpus: ["caf\u00e9", "Caf\u00e9", "cafe", "So"] };
    expect(await evaluateRetrieval(asked, stored, answers, { texts: other })).toMatchObject({
      ...{ ranks: [[3]], copies: 0 },
    });
    expect(await evaluateRetrieval(asked, stored, [[1, 2]], { texts })).toMatchObject({
      ...{ ranks: [[2, 3]], copies: 0 },
    });
  });

  it("takes no rank in a run either, unless it was judged or is to be kept", () => {
    const run = toRun(retrieve(queries, corpus, 4), ["a", "b"], ["a", "b", "c", "d"]);
    const qrels = new Map([
      ["a", new Map([["c", 1]])],
      ["b", new Map([["d", 1]])],
    ]);
    const result = evaluateRun(run, qrels, { ks: [1] });
    expect(result.metrics["recall@1"]).toBe(1);
    expect(result.ownPassages).toBe(2);
    const kept = evaluateRun(run, qrels, { ks: [1], keepOwn: true });
    expect([kept.metrics["recall@1"], kept.ownPassages]).toEqual([0, 0]);
    const judged = new Map([
      ...qrels,
      [
        "a",
        new Map([
          ["c", 1],
          ["a", 0],
        ]),
      ],
    ]);
    expect(evaluateRun(run, judged, { ks: [1] })).toMatchObject({ ownPassages: 1 });
  });

  it("takes no place among compressed vectors either: each is ranked as if the corpus lacked it", async () => {
    const ids = { queries: ["a", "b"], corpus: ["a", "b", "c", "d"] };
    const options = { k: 1, oversample: 1, dimensions: [2] };
    const result = await evaluateCompressed(queries, corpus, relevant, { ...options, ids });
    expect(result.ownPassages).toBe(2);
    expect(result.full).toMatchObject({ recall: 1, overlap: 1 });
    const [int8, , truncated] = result.compressed;
    expect(int8).toMatchObject({ recall: 1, overlap: 1, rescored: { recall: 1, overlap: 1 } });
    expect(truncated).toMatchObject({ recall: 1, overlap: 1, rescored: { recall: 1, overlap: 1 } });
    const texts = { queries: ["swim", "run"], corpus: ["swim ", "run", "c", "d"] };
    expect(await evaluateCompressed(queries, corpus, relevant, { ...options, texts })).toEqual(
      result,
    );
    const without = await evaluateCompressed(queries, corpus, relevant, options);
    expect(without).toMatchObject({ ownPassages: 0, full: { recall: 0, overlap: 1 } });
    const labelled = await evaluateCompressed(queries, corpus, [[0], [3]], { ...options, ids });
    expect(labelled).toMatchObject({ ownPassages: 1, full: { recall: 1 } });
  });

  it("finds of questions in their own corpus by whole vectors what evaluateRetrieval finds", async () => {
    const random = createRandom(4);
    const rows = Array.from({ length: 120 }, () =>
      Array.from({ length: 6 }, () => random.normal()),
    );
    // The first 30 passages are the questions; every third one stands there twice, by its text.
    const [asked, stored] = [
      fromRows(rows.slice(0, 30)),
      fromRows([...rows, ...rows.slice(0, 30)]),
    ];
    const names = Array.from({ length: 150 }, (_, i) =>
      i >= 120 && i % 3 === 0 ? `t${i - 120}` : `t${i}`,
    );
    const texts = { queries: names.slice(0, 30), corpus: names };
    const answers = Array.from({ length: 30 }, (_, i) => [30 + i, 60 + i]);
    const evaluation = await evaluateRetrieval(asked, stored, answers, { ks: [10], texts });
    const { full, ownPassages } = await evaluateCompressed(asked, stored, answers, { texts });
    expect(ownPassages).toBe(evaluation.ownPassages);
    expect(ownPassages).toBe(40);
    expect(full.recall).toBe(evaluation.metrics["recall@10"]);
  });

  it("needs a name or a text for every row", async () => {
    const ids = { queries: ["a"], corpus: ["a", "b", "c", "d"] };
    await expect(evaluateRetrieval(queries, corpus, relevant, { ids })).rejects.toThrow(
      "evaluateRetrieval: ids.queries and relevant must have the same length, received 1 and 2",
    );
    await expect(rankRelevant(queries, corpus, relevant, { leaveOut: [[0]] })).rejects.toThrow(
      "rankRelevant: leaveOut must be a list per query, 2, received 1",
    );
  });
});
