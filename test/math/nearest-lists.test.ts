import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/base/random.js";
import { createNearestLists } from "../../src/math/search/nearest-lists.js";
import type { TopK } from "../../src/math/top-k.js";

interface Outcome {
  readonly lists: TopK;
  readonly exactScores: number;
  readonly crowded: number;
}

/** Hands over the products of every row that the floor does not keep out, in blocks, each off by as much as `error`. */
function run(scores: Float32Array, k: number, error: number, blockRows: number): Outcome {
  const random = createRandom(3);
  let exactScores = 0;
  let crowded = 0;
  const exact = (_: number, row: number): number => {
    exactScores++;
    return scores[row];
  };
  const lists = createNearestLists(1, k, exact, Float64Array.of(0));
  for (let start = 0; start < scores.length; start += blockRows) {
    lists.settle(0, 1);
    const floor = lists.floor(0) - error;
    for (let row = start; row < Math.min(scores.length, start + blockRows); row++) {
      const off = random.next() < 0.5 ? (random.next() - 0.5) * error : Math.sign(row % 3) * error;
      const product = Math.fround(scores[row] + off * 0.999);
      if (product >= floor) crowded += Number(lists.add(0, row, product, error));
    }
  }
  const result = {
    indices: new Int32Array(k).fill(-1),
    scores: new Float32Array(k).fill(-Infinity),
  };
  lists.finish(0, 1, result);
  return { lists: result, exactScores, crowded };
}

function sorted(scores: Float32Array, k: number): TopK {
  const order = [...scores.keys()].sort((x, y) => scores[y] - scores[x] || x - y).slice(0, k);
  const indices = new Int32Array(k).fill(-1);
  indices.set(order);
  const best = new Float32Array(k).fill(-Infinity);
  best.set(order.map((row) => scores[row]));
  return { indices, scores: best };
}

describe("createNearestLists", () => {
  it("gives the k best by exact scores, the lower row first, however far products err and many tie", () => {
    fc.assert(
      fc.property(
        ...([fc.integer({ min: 1, max: 800 }), fc.integer({ min: 1, max: 90 })] as const),
        ...([fc.constantFrom(0, 1e-4, 0.01, 0.5), fc.constantFrom(3, 50, 1e6)] as const),
        fc.integer({ min: 1, max: 300 }),
        (rows, k, error, levels, blockRows) => {
          const random = createRandom(rows + k);
          const level = (): number => Math.fround(Math.floor(random.next() * levels) / levels);
          const scores = Float32Array.from({ length: rows }, level);
          expect(run(scores, k, error, blockRows).lists).toEqual(sorted(scores, k));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("asks for little more than k exact scores where products tell most apart", () => {
    const random = createRandom(1);
    const scores = Float32Array.from({ length: 20_000 }, () => random.normal());
    const { exactScores, crowded } = run(scores, 33, 1e-4, 2048);
    expect(exactScores).toBeLessThan(40);
    expect(crowded).toBe(0);
  });

  it("says that a list is crowded where single precision would spare its exact scores", () => {
    const random = createRandom(1);
    const scores = Float32Array.from({ length: 5000 }, () => random.next() * 1e-3);
    expect(run(scores, 10, 1e-2, 500).crowded).toBeGreaterThan(1000);
  });

  it("asks for the exact score of a product that is no number, so that its row is refused", () => {
    const lists = createNearestLists(
      1,
      3,
      () => {
        throw new RangeError("row 7 must be finite");
      },
      Float64Array.of(0),
    );
    expect(() => lists.add(0, 7, NaN, 0)).toThrow("row 7 must be finite");
  });
});
