import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/base/random.js";
import { foldsOfGroups } from "../../src/data/split/folds-of-groups.js";
import { pairFolds } from "../../src/data/split/pair-folds.js";
import type { IndexPairs } from "../../src/data/training-pairs.js";

const groupNumbers = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 80 });

/** Items per fold. */
function sizes(folds: Uint32Array): number[] {
  const counts: number[] = [];
  for (const fold of folds) counts[fold] = (counts[fold] ?? 0) + 1;
  return counts;
}

describe("foldsOfGroups", () => {
  it("keeps groups whole, fills every fold, and never holds two groups more in one fold than in another", () => {
    fc.assert(
      fc.property(
        groupNumbers,
        fc.integer({ min: 2, max: 6 }),
        fc.integer(),
        (items, folds, seed) => {
          const foldOf = foldsOfGroups(items, { folds, seed });
          const groups = new Map<number, number>();
          for (const [i, group] of items.entries()) {
            expect(groups.get(group) ?? foldOf[i]).toBe(foldOf[i]);
            groups.set(group, foldOf[i]);
          }
          const filled = sizes(foldOf);
          expect(filled.length).toBe(Math.min(folds, groups.size));
          // The last group to come to the fullest fold found it no fuller than any other.
          const fullest = filled.indexOf(Math.max(...filled));
          const itemsOf = (group: number): number =>
            items.filter((other) => other === group).length;
          const inFullest = [...groups].filter(([, fold]) => fold === fullest);
          const smallest = Math.min(...inFullest.map(([group]) => itemsOf(group)));
          expect(filled[fullest] - smallest).toBeLessThanOrEqual(Math.min(...filled));
        },
      ),
    );
  });

  it("puts a group of half the items alone, and spreads the rest", () => {
    const items = [...Array<number>(50).fill(99), ...Array.from({ length: 50 }, (_, i) => i)];
    expect(sizes(foldsOfGroups(items, { folds: 3 })).sort((a, b) => a - b)).toEqual([25, 25, 50]);
  });

  it("draws equals anew with another seed, and the same with the same", () => {
    const items = Array.from({ length: 60 }, (_, i) => i >> 1);
    const draw = (seed?: number): number[] => [...foldsOfGroups(items, { seed })];
    expect(draw(2)).toEqual(draw(2));
    expect(draw()).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
  });

  it("does not depend on how the groups are numbered", () => {
    const items = Array.from({ length: 60 }, (_, i) => i % 17);
    const renumbered = items.map((group) => 1000 - 3 * group);
    expect([...foldsOfGroups(renumbered)]).toEqual([...foldsOfGroups(items)]);
  });

  it.each([1, 2.5, NaN])("refuses %d folds", (folds) => {
    expect(() => foldsOfGroups([0, 1], { folds }, "fitSomething")).toThrow(
      `fitSomething: folds must be an integer >= 2, received ${folds}`,
    );
  });
});

describe("pairFolds", () => {
  const pairs = (list: readonly (readonly [number, number])[]): IndexPairs => ({
    query: Uint32Array.from(list, ([query]) => query),
    passage: Uint32Array.from(list, ([, passage]) => passage),
  });
  const named = ({ query, passage }: IndexPairs): string[] =>
    Array.from(query, (q, i) => `${q}-${passage[i]}`);

  // Twelve queries in six groups of two, one match each; queries 12 and 13 stand in no match.
  const groups = Uint32Array.from({ length: 14 }, (_, query) => query >> 1);
  const positives = pairs(Array.from({ length: 12 }, (_, i) => [i, i]));
  const negatives = pairs(Array.from({ length: 14 }, (_, i) => [i, (i + 5) % 12]));

  it("tests every match once, learns from all others, and shares no group between the two", () => {
    const folds = pairFolds({ positives, negatives, groups }, { folds: 3 });
    expect(folds.map(({ test }) => test.query.length)).toEqual([4, 4, 4]);
    expect(folds.flatMap(({ test }) => named(test)).sort()).toEqual(named(positives).sort());
    for (const { train, test } of folds) {
      expect([...named(train), ...named(test)].sort()).toEqual(named(positives).sort());
      const tested = new Set(Array.from(test.query, (query) => groups[query]));
      expect(Array.from(train.query).some((query) => tested.has(groups[query]))).toBe(false);
    }
  });

  it("lets the labelled non-matches follow their query; those without a match are never tested", () => {
    for (const { test, trainNegatives, testNegatives } of pairFolds({
      positives,
      negatives,
      groups,
    })) {
      expect([...testNegatives.query]).toEqual([...test.query]);
      expect([...trainNegatives.query].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 14 }, (_, i) => i).filter((query) => !test.query.includes(query)),
      );
    }
  });

  it("makes no more folds than groups with a match, and none of a single group", () => {
    expect(pairFolds({ positives, negatives, groups }, { folds: 9 })).toHaveLength(6);
    expect(pairFolds({ positives, negatives, groups: new Uint32Array(14) })).toEqual([]);
  });

  it("balances by pairs: the same folds as its groups get", () => {
    const random = createRandom(4);
    const own = Uint32Array.from({ length: 40 }, () => random.integer(9));
    const all = pairs(Array.from({ length: 40 }, (_, i) => [i, i]));
    const foldOf = foldsOfGroups(own, { folds: 4, seed: 3 });
    const folds = pairFolds(
      { positives: all, negatives: pairs([]), groups: own },
      { folds: 4, seed: 3 },
    );
    for (const [fold, { test }] of folds.entries()) {
      expect([...test.query]).toEqual([...foldOf.keys()].filter((i) => foldOf[i] === fold));
    }
  });
});
