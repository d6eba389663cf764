import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/base/random.js";
import {
  harvestPropensities,
  propensityAt,
  type RankCounts,
} from "../../src/data/search-log/propensities.js";

/** `[rank, shown, clicked]` each. */
const counts = (...cells: [number, number, number][]): RankCounts =>
  new Map(cells.map(([rank, shown, clicked]) => [rank, { shown, clicked }]));

describe("harvestPropensities", () => {
  it("is the ratio of click rates where one pair was shown at two ranks", () => {
    const found = harvestPropensities([counts([1, 100, 60], [2, 200, 30])]);
    expect(found.get(1)).toBe(1);
    expect(found.get(2)).toBeCloseTo(0.15 / 0.6, 6);
  });

  it("finds the propensities under any attraction of the passages and any exposure, clicks being as expected", () => {
    const propensity = fc.array(fc.double({ min: 0.001, max: 3, noNaN: true }), {
      minLength: 2,
      maxLength: 6,
    });
    const pairs = fc.array(
      fc.record({
        attraction: fc.double({ min: 0.1, max: 1, noNaN: true }),
        shown: fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 7, maxLength: 7 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(propensity, pairs, (later, drawn) => {
        const truth = [1, ...later];
        const cells = drawn.map(({ attraction, shown }) =>
          counts(
            ...truth.flatMap((p, i): [number, number, number][] =>
              shown[i] === 0 ? [] : [[i + 1, shown[i], shown[i] * p * attraction]],
            ),
          ),
        );
        const found = harvestPropensities(cells);
        for (const [rank, value] of found) expect(value / truth[rank - 1]).toBeCloseTo(1, 5);
      }),
    );
  });

  it("is not misled by better passages standing higher, as the click rate of each rank is", () => {
    // Attraction .9 mostly at rank 1, .1 mostly at rank 2; the true propensity of rank 2 is a half.
    const pairs = [counts([1, 1000, 900], [2, 100, 45]), counts([1, 100, 10], [2, 1000, 50])];
    expect(harvestPropensities(pairs).get(2)).toBeCloseTo(0.5, 6);
  });

  it("joins ranks through others: 1 with 2, 2 with 3", () => {
    const found = harvestPropensities([
      counts([1, 100, 50], [2, 100, 25]),
      counts([2, 100, 80], [3, 100, 20]),
    ]);
    expect(found.get(3)).toBeCloseTo(0.5 * 0.25, 6);
  });

  it("lies near the truth on clicks drawn at random", () => {
    const random = createRandom(3);
    const pairs = Array.from({ length: 300 }, () => {
      const attraction = random.next();
      return counts(
        ...[1, 2, 3, 4, 5].map((rank): [number, number, number] => {
          const shown = 5 + random.integer(40);
          const clicks = Array.from({ length: shown }, () => random.next() < attraction / rank);
          return [rank, shown, clicks.filter(Boolean).length];
        }),
      );
    });
    const found = harvestPropensities(pairs);
    for (const rank of [2, 3, 4, 5])
      expect(Math.abs(found.get(rank)! * rank - 1)).toBeLessThan(0.1);
  });

  it.each<[string, RankCounts[]]>([
    ["there is no pair", []],
    ["every pair keeps its rank", [counts([1, 100, 50]), counts([2, 100, 20])]],
    ["nothing was clicked", [counts([1, 100, 0], [2, 100, 0])]],
    ["a rank has fewer than 20 clicks", [counts([1, 100, 50], [2, 100, 19])]],
    ["rank 1 has fewer than 20 clicks", [counts([1, 100, 19], [2, 100, 50], [3, 100, 40])]],
    ["nothing connects a rank to rank 1", [counts([2, 100, 50], [3, 100, 30])]],
    [
      "enough clicks lie at a rank that has nothing to compare with",
      [counts([1, 9, 3], [2, 90, 30]), counts([1, 100, 50])],
    ],
    [
      "a rank is clicked only where rank 1 never was",
      [counts([1, 50, 0], [2, 50, 30]), counts([1, 90, 40])],
    ],
  ])("finds none where %s", (_, pairs) => {
    expect(harvestPropensities(pairs).size).toBe(0);
  });

  it("leaves out only the ranks with few clicks, and those that hang on them", () => {
    const found = harvestPropensities([
      counts([1, 100, 60], [2, 100, 30], [3, 100, 4]),
      counts([3, 100, 10], [4, 100, 50]),
    ]);
    expect([...found.keys()]).toEqual([1, 2]);
    expect(found.get(2)).toBeCloseTo(0.5, 6);
  });
});

describe("harvestPropensities, where ranks hang together by little", () => {
  it("follows a long chain of neighbours", () => {
    const truth = (rank: number): number => 1 / rank;
    const pairs = Array.from({ length: 60 }, (_, i) =>
      counts([i + 1, 1000, 1000 * truth(i + 1)], [i + 2, 1000, 1000 * truth(i + 2)]),
    );
    for (const [rank, value] of harvestPropensities(pairs)) {
      expect(value / truth(rank)).toBeCloseTo(1, 5);
    }
  });

  it.each<[string, RankCounts]>([
    ["without a click", counts([2, 10, 0], [3, 10, 0])],
    ["clicked at one of its ranks alone", counts([2, 10, 5], [3, 10, 0])],
    ["clicked at the other alone", counts([2, 10, 0], [3, 10, 5])],
  ])("does not compare ranks by a pair %s", (_, bridge) => {
    const found = harvestPropensities([
      counts([1, 100, 60], [2, 100, 30]),
      counts([3, 100, 50], [4, 100, 40]),
      bridge,
    ]);
    expect([...found.keys()]).toEqual([1, 2]);
  });

  it("does by two such pairs, one for each way", () => {
    const found = harvestPropensities([
      counts([1, 100, 60], [2, 100, 30]),
      counts([3, 100, 50], [4, 100, 40]),
      counts([2, 10, 5], [3, 10, 0]),
      counts([2, 10, 0], [3, 10, 5]),
    ]);
    expect([...found.keys()]).toEqual([1, 2, 3, 4]);
    expect(found.get(3)).toBeCloseTo(found.get(2)!, 4);
  });
});

describe("propensityAt", () => {
  it("is 1 / rank^eta where nothing is known", () => {
    const at = propensityAt(new Map(), 0.5);
    expect([1, 4, 9].map(at)).toEqual([1, 0.5, 1 / 3]);
  });

  it("goes on from the nearest known rank above", () => {
    const at = propensityAt(
      new Map([
        [5, 0.3],
        [1, 1],
        [2, 0.6],
      ]),
      1,
    );
    expect([1, 2, 3, 5, 10].map(at)).toEqual([1, 0.6, 0.6 * (2 / 3), 0.3, 0.15]);
  });
});
