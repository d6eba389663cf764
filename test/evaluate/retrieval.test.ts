import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom, evaluateRetrieval, fromRows } from "embedtune";
import { createMatrix, gatherRows, multiply, normalizeRows } from "embedtune/math";
import { rankingOf, rankRelevant, retrieve } from "embedtune/evaluate";
import { ndcgAt } from "../../src/evaluate/retrieval/rank-metrics.js";
import { pairOutcomes } from "../../src/evaluate/retrieval/pair-outcomes.js";

function randomMatrix(rows: number, cols: number, seed: string) {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    cols,
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

/** Ranks from all cosines to 2^-22; of equal ones the wrong first, then in the order of the corpus. */
function slowRanks(queries: number[][], corpus: number[][], relevant: number[][]): number[][] {
  const cosine = (a: number[], b: number[]): number => {
    const dot = (x: number[], y: number[]): number => x.reduce((sum, v, i) => sum + v * y[i], 0);
    const exact = dot(a, b) / (Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b)));
    return Math.round(exact * 2 ** 22) / 2 ** 22;
  };
  return relevant.map((list, i) => {
    const scores = corpus.map((row) => cosine(queries[i], row));
    const right = (passage: number): number => +list.includes(passage);
    const order = [...scores.keys()].sort(
      (a, b) => scores[b] - scores[a] || right(a) - right(b) || a - b,
    );
    return list.map((passage) => order.indexOf(passage) + 1);
  });
}

const rowsOf = ({ rows, cols, data }: { rows: number; cols: number; data: Float32Array }) =>
  Array.from({ length: rows }, (_, i) => [...data.subarray(i * cols, (i + 1) * cols)]);

describe("rankRelevant", () => {
  it("equals a full sort by 64-bit cosines on the grid", async () => {
    const queries = randomMatrix(30, 16, "queries");
    const corpus = randomMatrix(200, 16, "corpus");
    const relevant = Array.from({ length: 30 }, (_, i) => [i, 40 + 4 * i, 199 - i]);
    expect(await rankRelevant(queries, corpus, relevant)).toEqual(
      slowRanks(rowsOf(queries), rowsOf(corpus), relevant),
    );
  });

  it("is the same where single precision cannot tell passages apart", async () => {
    // All passages lie within a few float steps of each other.
    const random = createRandom("crowd");
    const corpus = createMatrix(
      300,
      8,
      Float32Array.from({ length: 2400 }, () => 1 + Math.floor(random.next() * 16) * 2 ** -22),
    );
    const queries = randomMatrix(10, 8, "crowd queries");
    const relevant = Array.from({ length: 10 }, (_, i) => [i * 30, 299 - i]);
    expect(await rankRelevant(queries, corpus, relevant)).toEqual(
      slowRanks(rowsOf(queries), rowsOf(corpus), relevant),
    );
  });

  it("ranks over more than one block of queries and of corpus", async () => {
    const queries = randomMatrix(520, 3, "many queries");
    const corpus = randomMatrix(8200, 3, "many passages");
    const relevant = Array.from({ length: 520 }, (_, i) => (i % 40 === 0 ? [8199 - i] : []));
    const ranks = await rankRelevant(queries, corpus, relevant);
    const few = [0, 40, 480];
    expect(few.map((i) => ranks[i])).toEqual(
      slowRanks(
        few.map((i) => rowsOf(queries)[i]),
        rowsOf(corpus),
        few.map((i) => relevant[i]),
      ),
    );
    expect(ranks[1]).toEqual([]);
  });

  describe("of passages with the same cosine", () => {
    const corpus = fromRows([
      [1, 0],
      [2, 0],
      [0, 1],
      [1, 0],
    ]);
    const query = fromRows([[3, 0]]);

    it("puts the wrong ones before the match, on either side of it in the corpus", async () => {
      for (const match of [0, 1, 3]) {
        expect(await rankRelevant(query, corpus, [[match]])).toEqual([[3]]);
      }
    });

    it("puts the wrong ones before every one of several matches", async () => {
      expect(await rankRelevant(query, corpus, [[0, 3]])).toEqual([[2, 3]]);
      expect(await rankRelevant(query, corpus, [[3, 0]])).toEqual([[3, 2]]);
    });

    it("keeps matches in the order of the corpus, however they are listed", async () => {
      expect(await rankRelevant(query, corpus, [[3, 0, 1, 2]])).toEqual([[3, 1, 2, 4]]);
    });

    it("gives a match that is nearer by a step of the grid its own rank, and none that is nearer by less", async () => {
      // cos ≈ 1 - t² / 2: the first two 2^-46 apart, the third three steps below.
      const near = fromRows([
        [1, 2 ** -12],
        [1, 2 ** -12 + 2 ** -34],
        [1, 2 ** -9.3],
      ]);
      const nearer = fromRows([[1, 0]]);
      expect(await rankRelevant(nearer, near, [[0]])).toEqual([[2]]);
      expect(await rankRelevant(nearer, near, [[1]])).toEqual([[2]]);
      expect(await rankRelevant(nearer, near, [[2]])).toEqual([[3]]);
    });

    it("does not depend on the order of the corpus, and judges each query by its own matches", async () => {
      const random = createRandom("tied");
      const rows = Array.from({ length: 40 }, () => [random.integer(3) + 1, random.integer(3)]);
      const queries = fromRows(rows.slice(0, 10));
      const relevant = Array.from({ length: 10 }, (_, i) => [i, 39 - i]);
      const straight = await rankRelevant(queries, fromRows(rows), relevant);
      const order = random.sample(40, 40);
      const shuffled = await rankRelevant(
        queries,
        fromRows(order.map((row) => rows[row])),
        relevant.map((list) => list.map((row) => order.indexOf(row))),
      );
      const sorted = (ranks: number[][]): number[][] =>
        ranks.map((list) => list.toSorted((a, b) => a - b));
      expect(sorted(shuffled)).toEqual(sorted(straight));
      expect(straight).toEqual(slowRanks(rowsOf(queries), rows, relevant));
    });

    it("agrees with what cross-validation measures on a table of scores", async () => {
      const matches = [[3], [2], [0, 1]];
      const queries = fromRows([
        [3, 0],
        [0, 1],
        [1, 1],
      ]);
      const scores = multiply(normalizeRows(queries), normalizeRows(corpus), { transposeB: true });
      const { ranks } = pairOutcomes(scores, { matches, negatives: [[], [], []] });
      const first = (await rankRelevant(queries, corpus, matches)).map((list) => Math.min(...list));
      expect(first).toEqual([...ranks]);
      expect(first).toEqual([3, 1, 3]);
    });

    it("leaves them in the order of the corpus in a list that knows no matches", () => {
      expect(rankingOf(retrieve(query, corpus, 4), 0)).toEqual([0, 1, 3, 2]);
      expect(() => rankingOf(retrieve(query, corpus, 4), 1)).toThrow(
        "rankingOf: query must be an integer from 0 to 0, received 1",
      );
    });
  });

  it("reports progress to the end and stops when aborted", async () => {
    const corpus = randomMatrix(20, 4, "c");
    const seen: number[] = [];
    await rankRelevant(
      corpus,
      corpus,
      Array.from({ length: 20 }, (_, i) => [i]),
      {
        onProgress: ({ done, total }) => seen.push(done / (total ?? NaN)),
      },
    );
    expect(seen.at(-1)).toBe(1);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(rankRelevant(corpus, corpus, corpusLists(20), { signal })).rejects.toThrow(
      "enough",
    );
  });
});

const corpusLists = (n: number): number[][] => Array.from({ length: n }, (_, i) => [i]);

describe("evaluateRetrieval", () => {
  const corpus = fromRows([
    [1, 0],
    [0.9, 0.1],
    [0.5, 0.5],
    [0, 1],
  ]);

  it("gives every figure by name, its mean and the value of each query", async () => {
    const queries = fromRows([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    // Order of the corpus for [1, 0]: 0, 1, 2, 3; for [0, 1]: 3, 2, 1, 0.
    const result = await evaluateRetrieval(queries, corpus, [[0], [1, 3], [2]], { ks: [1, 2] });
    expect(result.ranks).toEqual([[1], [2, 4], [2]]);
    expect([...result.perQuery["recall@2"]]).toEqual([1, 0.5, 1]);
    expect([...result.perQuery["accuracy@1"]]).toEqual([1, 0, 0]);
    expect([...result.perQuery["precision@2"]]).toEqual([0.5, 0.5, 0.5]);
    expect([...result.perQuery.mrr]).toEqual([1, 0.5, 0.5]);
    expect([...result.perQuery["mrr@1"]]).toEqual([1, 0, 0]);
    expect([...result.perQuery.map]).toEqual([1, 0.5, 0.5]);
    expect([...result.perQuery["map@2"]]).toEqual([1, 0.25, 0.5]);
    expect(result.perQuery["ndcg@2"][2]).toBeCloseTo(1 / Math.log2(3), 15);
    expect(result.metrics.mrr).toBeCloseTo(2 / 3, 15);
    // Sample standard deviation of 1, .5 and .5, over the root of 3.
    expect(result.standardErrors.mrr).toBeCloseTo(Math.sqrt(1 / 12 / 3), 15);
  });

  it("does not depend on the order of queries or corpus", async () => {
    const [queries, passages] = [randomMatrix(12, 6, "q"), randomMatrix(40, 6, "p")];
    const relevant = Array.from({ length: 12 }, (_, i) => [i, i + 20]);
    const random = createRandom("order");
    const [queryOrder, passageOrder] = [random.sample(12, 12), random.sample(40, 40)];
    const turned = await evaluateRetrieval(
      gatherRows(queries, queryOrder),
      gatherRows(passages, passageOrder),
      queryOrder.map((query) => relevant[query].map((passage) => passageOrder.indexOf(passage))),
    );
    const straight = await evaluateRetrieval(queries, passages, relevant);
    expect(queryOrder.map((query) => straight.ranks[query])).toEqual(turned.ranks);
    for (const [name, value] of Object.entries(straight.metrics)) {
      expect(turned.metrics[name]).toBeCloseTo(value, 14);
    }
  });

  it("gives an nDCG from 0 to 1 for every finite grade, and that of grades that no sum holds in the limit", () => {
    const ndcg = (grades: number[], gain: "linear" | "exponential"): number =>
      ndcgAt(
        {
          ...{ ranks: grades.map((_, i) => i + 1), relevant: grades.length, grades },
          ...{ gradedRanks: grades.map((_, i) => i + 1), ideal: grades.toSorted((a, b) => b - a) },
        },
        Infinity,
        gain,
      );
    const inOrder = (a: number, b: number): number =>
      (a + b / Math.log2(3)) / (b + a / Math.log2(3));
    expect(ndcg([1e308, 1.6e308], "linear")).toBeCloseTo(inOrder(1, 1.6), 12);
    expect(ndcg([1500, 1501], "exponential")).toBeCloseTo(inOrder(1, 2), 12);
    expect(ndcg([1e-20, 3e-20], "exponential")).toBeCloseTo(inOrder(1, 3), 12);
    const grade = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(grade, { minLength: 1 }), fc.boolean(), (grades, linear) => {
        const value = ndcg(grades, linear ? "linear" : "exponential");
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it("counts grades in nDCG alone: the best order of grades scores 1", async () => {
    const queries = fromRows([[1, 0]]);
    const best = await evaluateRetrieval(queries, corpus, [[0, 1, 3]], { grades: [[3, 2, 1]] });
    const worst = await evaluateRetrieval(queries, corpus, [[0, 1, 3]], { grades: [[1, 2, 3]] });
    // Ranks 1, 2 and 4: the ideal order has no gap.
    const ideal = 3 + 2 / Math.log2(3) + 1 / 2;
    expect(best.metrics.ndcg).toBeCloseTo((3 + 2 / Math.log2(3) + 1 / Math.log2(5)) / ideal, 14);
    expect(worst.metrics.ndcg).toBeLessThan(best.metrics.ndcg);
    expect(worst.metrics.map).toBe(best.metrics.map);
  });

  it("leaves out queries with nothing relevant, and counts them", async () => {
    const queries = fromRows([
      [1, 0],
      [0, 1],
    ]);
    const result = await evaluateRetrieval(queries, corpus, [[], [3]]);
    expect(result).toMatchObject({ queries: [1], n: 1, withoutRelevant: 1, standardErrors: {} });
    expect(result.metrics["recall@1"]).toBe(1);
  });

  it("refuses bad input by name", async () => {
    const query = fromRows([[1, 0]]);
    await expect(evaluateRetrieval(query, corpus, [[]])).rejects.toThrow(
      "evaluateRetrieval: relevant must name a passage for some query, received none",
    );
    await expect(evaluateRetrieval(query, corpus, [[4]])).rejects.toThrow(
      "evaluateRetrieval: relevant[0] must be rows of the corpus of 4 rows, received 4",
    );
    await expect(evaluateRetrieval(query, corpus, [[1, 1]])).rejects.toThrow(
      "relevant[0] must be passages without repeats",
    );
    await expect(evaluateRetrieval(query, corpus, [])).rejects.toThrow(
      "relevant must be a list per query, 1, received 0",
    );
    await expect(evaluateRetrieval(fromRows([[1]]), corpus, [[0]])).rejects.toThrow(
      "queries and corpus must have the same dimensions, received 1 and 2",
    );
    await expect(evaluateRetrieval(fromRows([[0, 0]]), corpus, [[0]])).rejects.toThrow(
      "evaluateRetrieval: queries",
    );
    await expect(evaluateRetrieval(fromRows([[NaN, 0]]), corpus, [[0]])).rejects.toThrow(
      "evaluateRetrieval: queries",
    );
    await expect(evaluateRetrieval(query, corpus, [[0]], { ks: [0] })).rejects.toThrow(
      "evaluateRetrieval: ks[0] must be an integer >= 1, received 0",
    );
    await expect(evaluateRetrieval(query, corpus, [[0]], { grades: [[1, 2]] })).rejects.toThrow(
      "evaluateRetrieval: grades[0] must be one per relevant passage, 1, received 2",
    );
  });
});
