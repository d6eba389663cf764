import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateRetrieval, fromRows } from "embedtune";
import {
  evaluateReranking,
  evaluateTriplets,
  pairScores,
  rankingOf,
  rankRelevant,
  retrieve,
} from "embedtune/evaluate";
import { dot } from "../../src/math/vectors.js";

const small = fc.integer({ min: -3, max: 3 });
const rows = (length: number, least = 1) =>
  fc.array(fc.array(small, { minLength: 3, maxLength: 3 }), {
    minLength: least,
    maxLength: length,
  });

describe("the inner product", () => {
  it("ranks long passages before short ones, where the cosine sees no difference", async () => {
    const query = fromRows([[1, 0]]);
    const corpus = fromRows([
      [1, 0],
      [3, 0],
      [2, 1],
    ]);
    expect(rankingOf(retrieve(query, corpus, 3, { similarity: "dot" }), 0)).toEqual([1, 2, 0]);
    expect(rankingOf(retrieve(query, corpus, 3), 0)).toEqual([0, 1, 2]);
    expect(await rankRelevant(query, corpus, [[0, 1]], { similarity: "dot" })).toEqual([[3, 1]]);
    const { metrics } = await evaluateRetrieval(query, corpus, [[2]], { similarity: "dot" });
    expect(metrics.mrr).toBe(1 / 2);
    const triplet = {
      query: Uint32Array.of(0),
      positive: Uint32Array.of(2),
      negative: Uint32Array.of(0),
    };
    expect(evaluateTriplets(query, corpus, triplet, { similarity: "dot" })).toMatchObject({
      accuracy: 1,
      meanGap: 1,
    });
    expect(evaluateTriplets(query, corpus, triplet).accuracy).toBe(0);
    const pairs = { query: Uint32Array.of(0, 0), passage: Uint32Array.of(1, 2) };
    expect([...pairScores(query, corpus, pairs, { similarity: "dot" })]).toEqual([3, 2]);
  });

  it("gives ranks and lists as sorting all products does, ties by row in lists and against the match in ranks", async () => {
    await fc.assert(
      fc.asyncProperty(rows(3), rows(30, 2), async (asked, passages) => {
        const [queries, corpus] = [fromRows(asked), fromRows(passages)];
        const list = retrieve(queries, corpus, passages.length, { similarity: "dot" });
        const right = asked.map((_, i) => i % passages.length);
        const ranks = await rankRelevant(
          queries,
          corpus,
          right.map((row) => [row]),
          { similarity: "dot" },
        );
        for (const [i, query] of asked.entries()) {
          const scores = passages.map((row) => dot(query, row));
          const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
          expect(rankingOf(list, i)).toEqual(order);
          const before = scores.filter((s, j) => j !== right[i] && s >= scores[right[i]]).length;
          expect(ranks[i]).toEqual([before + 1]);
        }
      }),
    );
  });

  it("takes rows of zeros, and refuses a similarity that it does not know", async () => {
    const [query, corpus] = [fromRows([[0, 0]]), fromRows([[1, 0]])];
    expect(await rankRelevant(query, corpus, [[0]], { similarity: "dot" })).toEqual([[1]]);
    expect(() => retrieve(query, corpus, 1)).toThrow("must have a direction");
    expect(() => retrieve(query, corpus, 1, { similarity: "l2" as "dot" })).toThrow(
      'retrieve: similarity must be "cosine" or "dot", received "l2"',
    );
  });
});

describe("evaluateReranking", () => {
  it("gives the figures of retrieval within each list", () => {
    // Right passages at ranks 1 and 3; at rank 2 of another.
    const result = evaluateReranking([
      { scores: [0.9, 0.5, 0.7, 0.1], labels: [1, 1, 0, 0] },
      { scores: [-2, -1], labels: [1, 0] },
      { scores: [1, 2], labels: [0, 0] },
    ]);
    expect(result).toMatchObject({ n: 2, lists: [0, 1], withoutRelevant: 1 });
    expect([...result.perQuery.map]).toEqual([(1 + 2 / 3) / 2, 1 / 2]);
    expect([...result.perQuery["mrr@10"]]).toEqual([1, 1 / 2]);
    const ndcg = (1 + 1 / 2) / (1 + 1 / Math.log2(3));
    expect(result.perQuery["ndcg@10"][0]).toBeCloseTo(ndcg, 14);
  });

  it("puts a wrong passage before a right one of the same score, in whatever order they come", () => {
    const tied = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 })),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(tied, fc.nat(3), (entries, missing) => {
        fc.pre(missing + entries.filter(([, label]) => label > 0).length > 0);
        const evaluate = (list: [number, number][]) =>
          evaluateReranking([
            { scores: list.map(([s]) => s), labels: list.map(([, l]) => l), missing },
          ]).metrics;
        const metrics = evaluate(entries);
        expect(evaluate(entries.toReversed())).toEqual(metrics);
        const right = entries.filter(([, label]) => label > 0).map(([score]) => score);
        const best = Math.max(...right);
        const rank = 1 + entries.filter(([score, label]) => label === 0 && score >= best).length;
        expect(metrics.mrr).toBe(right.length === 0 ? 0 : 1 / rank);
        expect(metrics["recall@10"]).toBeLessThanOrEqual(
          right.length / (right.length + missing) + 1e-12,
        );
      }),
    );
  });

  it("counts right passages that the list lacks as found nowhere", () => {
    const list = { scores: [2, 1], labels: [1, 0] };
    expect(evaluateReranking([{ ...list, missing: 1 }]).metrics.map).toBe(1 / 2);
    expect(evaluateReranking([{ scores: [1], labels: [0], missing: 1 }]).metrics.mrr).toBe(0);
  });

  it("refuses by name what is no list", () => {
    expect(() => evaluateReranking([])).toThrow(
      "evaluateReranking: lists must hold a right passage",
    );
    expect(() => evaluateReranking([{ scores: [1], labels: [1, 0] }])).toThrow(
      "evaluateReranking: lists[0]: scores and labels must have the same length",
    );
    expect(() => evaluateReranking([{ scores: [NaN], labels: [1] }])).toThrow(
      "lists[0]: scores[0] must be a finite number",
    );
    expect(() => evaluateReranking([{ scores: [1], labels: [-1] }])).toThrow(
      "lists[0]: labels[0] must be a number >= 0",
    );
  });
});

describe("MAP@k", () => {
  it("names its denominator, and divides by what k places can hold where asked", async () => {
    // Three right passages, one of them first: of two places one is right.
    const query = fromRows([[1, 0]]);
    const corpus = fromRows([
      [1, 0],
      [1, 0.1],
      [1, 0.2],
      [1, 0.3],
    ]);
    const ks = [2];
    const all = await evaluateRetrieval(query, corpus, [[0, 2, 3]], { ks });
    expect(all.mapDenominator).toBe("relevant");
    expect(all.metrics["map@2"]).toBeCloseTo(1 / 3, 14);
    const reachable = await evaluateRetrieval(query, corpus, [[0, 2, 3]], {
      ks,
      mapDenominator: "min(k, relevant)",
    });
    expect(reachable.mapDenominator).toBe("min(k, relevant)");
    expect(reachable.metrics["map@2"]).toBeCloseTo(1 / 2, 14);
    expect(reachable.metrics.map).toBe(all.metrics.map);
    await expect(
      evaluateRetrieval(query, corpus, [[0]], { mapDenominator: "k" as "relevant" }),
    ).rejects.toThrow('evaluateRetrieval: mapDenominator must be "relevant" or "min(k, relevant)"');
  });
});
