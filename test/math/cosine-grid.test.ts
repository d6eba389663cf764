import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createVectorIndex,
  evaluateRetrieval,
  fitThreshold,
  fromRows,
  pairCosines,
  type Matrix,
} from "embedtune";
import {
  evaluateTriplets,
  rocAuc,
  rankingOf,
  rankRelevant,
  retrieve,
  retrieveWith,
} from "embedtune/evaluate";
import {
  createKernelEngine,
  createMatrix,
  normalizeRows,
  type ProductEngine,
} from "embedtune/math";
import { roundCosine } from "../../src/math/cosine-grid.js";
import { multiply } from "../../src/math/multiply.js";
import { emptyOutcomes, readOutcomes } from "../../src/tune/ranking/outcomes.js";

/** Directions whose cosines, summed in 64 bits, differ in the last bits by the length of the row. */
const query = fromRows([[1, 0]]);
const parallel = fromRows([
  [0, 1],
  [3, 3],
  [1, 1],
  [7, 7],
  [0.1, 0.1],
]);

describe("parallel vectors of different length", () => {
  it("stand in the order of the corpus in a list", () => {
    expect(rankingOf(retrieve(query, parallel, 5), 0)).toEqual([1, 2, 3, 4, 0]);
    const backwards = fromRows([
      [7, 7],
      [1, 1],
      [3, 3],
    ]);
    expect(rankingOf(retrieve(query, backwards, 3), 0)).toEqual([0, 1, 2]);
  });

  it("stand in the order of the corpus among mined neighbours", async () => {
    const texts = { queries: ["q"], passages: ["none", "three", "one", "seven", "tenth"] };
    const index = createVectorIndex(texts, { queries: query, passages: parallel });
    const [found] = await index.search(["q"], 5);
    expect(found.map(({ text }) => text)).toEqual(["three", "one", "seven", "tenth", "none"]);
  });

  it("rank before the match that has their cosine, each of them", async () => {
    for (const match of [1, 2, 3, 4]) {
      expect(await rankRelevant(query, parallel, [[match]])).toEqual([[4]]);
    }
    const { metrics } = await evaluateRetrieval(query, parallel, [[2]], { ks: [1] });
    expect(metrics.mrr).toBe(1 / 4);
  });

  it("are a tie to triplets, whichever is the right one", () => {
    for (const [positive, negative] of [
      [1, 2],
      [2, 1],
      [3, 4],
    ]) {
      const triplets = {
        query: Uint32Array.of(0),
        positive: Uint32Array.of(positive),
        negative: Uint32Array.of(negative),
      };
      expect(evaluateTriplets(query, parallel, triplets)).toMatchObject({ accuracy: 0, ties: 1 });
    }
  });

  it("are cut apart by no threshold, and count half in the area under the curve", () => {
    const pairs = { query: new Uint32Array(4), passage: Uint32Array.of(1, 2, 3, 4) };
    const cosines = pairCosines(query, parallel, pairs);
    expect(new Set(cosines).size).toBe(1);
    for (const labels of [
      [1, 0, 1, 0],
      [0, 1, 0, 1],
      [0, 0, 1, 1],
    ]) {
      expect(fitThreshold(cosines, labels).value).toBe(0.5);
      expect(rocAuc(cosines, labels)).toBe(0.5);
    }
  });

  it("are equals to the judge, whose order among equals no bit decides", () => {
    // A product that errs in the last bits, as another engine's would.
    const noisy = multiply(normalizeRows(query), normalizeRows(parallel), { transposeB: true });
    const ranks = [0, 2 ** -24, -(2 ** -24)].map((error) => {
      const scores = createMatrix(
        1,
        5,
        noisy.data.map((x, i) => (i === 2 ? x + error : x)),
      );
      const outcomes = emptyOutcomes(1);
      const question = { relevant: [2], grades: null, labelledWrong: [1], random: [3], tieSeed: 7 };
      readOutcomes(scores, [question], outcomes, [0]);
      expect(outcomes.labelledWrong[0][0]).toBe(outcomes.match[0]);
      expect(outcomes.randomWrong[0]).toBe(outcomes.match[0]);
      expect(outcomes.nearestWrong[0]).toBe(outcomes.match[0]);
      return outcomes.rank[0];
    });
    expect(new Set(ranks).size).toBe(1);
  });
});

describe("the lists of an engine that errs in the last bits", () => {
  /** Every product off by up to 40 units of the last place, otherwise in every block. */
  function erring(): ProductEngine {
    const kernel = createKernelEngine();
    let bits = 1;
    return {
      ...kernel,
      async multiply(a: Matrix, b: Matrix, options) {
        const product = await kernel.multiply(a, b, options);
        for (const [i, value] of product.data.entries()) {
          bits = Math.imul(bits, 1664525) + 1013904223;
          product.data[i] = value + (((bits >>> 16) % 81) - 40) * 2 ** -25;
        }
        return product;
      },
    };
  }

  it("are those of the kernel, bit for bit", async () => {
    const whole = fc.integer({ min: -3, max: 3 });
    const row = fc
      .array(whole, { minLength: 40, maxLength: 40 })
      .filter((r) => r.some((x) => x !== 0));
    const corpus = fc.array(row, { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        corpus,
        fc.integer({ min: 1, max: 70 }),
        async (asked, rows, k) => {
          // Each passage twice more, at other lengths: equals in every list.
          const passages = fromRows([...rows, ...rows.map((r) => r.map((x) => 3 * x)), ...rows]);
          const expected = retrieve(fromRows(asked), passages, k);
          const found = await retrieveWith(erring(), fromRows(asked), passages, k);
          expect(found).toEqual(expected);
          expect(found.cosines.every((cosine) => cosine === roundCosine(cosine))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("stop at a signal and tell how far they are", async () => {
    const done: number[] = [];
    await retrieveWith(createKernelEngine(), query, parallel, 2, {
      onProgress: (at) => done.push(at.done),
    });
    expect(done).toEqual([0, 5]);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(
      retrieveWith(createKernelEngine(), query, parallel, 2, { signal }),
    ).rejects.toThrow("enough");
    await expect(retrieveWith(createKernelEngine(), query, parallel, 0)).rejects.toThrow(
      "retrieveWith: k must be",
    );
  });
});

describe("roundCosine", () => {
  it("gives a number that single precision holds, and rounds it no further", () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (cosine) => {
        const rounded = roundCosine(cosine);
        expect(Math.fround(rounded)).toBe(rounded);
        expect(roundCosine(rounded)).toBe(rounded);
        expect(Math.abs(rounded - cosine)).toBeLessThanOrEqual(2 ** -23);
        expect(Object.is(rounded, -0)).toBe(false);
      }),
    );
  });
});
