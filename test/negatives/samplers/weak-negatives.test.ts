import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pair } from "../../../src/data/types.js";
import { createRandom } from "../../../src/base/random.js";
import { createAnswerGuard } from "../../../src/negatives/guards/answer-guard.js";
import { passagePool } from "../../../src/negatives/passage-pool.js";
import { positivePairs } from "../../../src/negatives/natural-questions/positive-pairs.js";
import { comparableText } from "../../../src/data/split/comparable-text.js";
import { sampleWeakNegatives } from "../../../src/negatives/samplers/weak-negatives.js";
import { makeQuestions } from "../questions.js";

const gold = (query: string, passage: string, group: string): Pair => ({
  query,
  passage,
  label: 1,
  group,
  kind: "gold",
});

const sorted = (pairs: readonly Pair[]): string[] =>
  pairs.map((pair) => JSON.stringify(pair)).sort();

/** Few words, so that repeats of queries, passages and pages are common. */
const somePairs = fc.array(
  fc
    .record({
      query: fc.constantFrom("a", "A", "b", "c", "d", "e"),
      passage: fc.constantFrom("x", "X ", "y", "z", "x y", "u", "v", "w"),
      group: fc.constantFrom("p", "q", "r", "s"),
    })
    .map(({ query, passage, group }) => gold(query, passage, group)),
  { maxLength: 30 },
);

describe("sampleWeakNegatives", () => {
  it("draws two passages of other pages for each positive by default", () => {
    const { pairs } = positivePairs(makeQuestions());
    const weak = sampleWeakNegatives(pairs);
    expect(weak.pairs).toHaveLength(20);
    expect(weak.counts).toMatchObject({ wanted: 20, sampled: 20 });
    for (const pair of weak.pairs) {
      expect(pair).toMatchObject({ label: 0, kind: "weak" });
      expect(pair.passage.startsWith(`${pair.group}-`)).toBe(false);
    }
  });

  it("draws from a pool of all candidates when given one, within the lengths", () => {
    const questions = makeQuestions();
    const { passages, drops } = passagePool(questions, { topLevelOnly: true });
    expect(passages).toHaveLength(70);
    expect(drops).toEqual({ nested: 20 });
    const { pairs } = positivePairs(questions);
    const weak = sampleWeakNegatives(pairs, { pool: passages, perPositive: 5, minLength: 60 });
    expect(weak.counts).toMatchObject({ wanted: 50, sampled: 50 });
    expect(weak.counts.drops["too-short"]).toBe(60); // only the lists are long enough
  });

  it("takes what there is when the pool is too small, and says so", () => {
    const weak = sampleWeakNegatives([gold("a", "x", "p"), gold("b", "y", "q")], {
      perPositive: 3,
    });
    expect(weak.counts).toEqual({ wanted: 6, sampled: 2, drops: { "same-page": 2 } });
  });

  it("never takes a passage that repeats or holds a positive of an equal query", () => {
    const pairs = [
      gold("who sang", "x sang the song in 1972", "p"),
      gold("Who  sang", "y", "q"),
      gold("b", "As said, X sang the song in 1972.", "r"),
    ];
    const weak = sampleWeakNegatives(pairs, { perPositive: 9 });
    expect(weak.pairs.map(({ query, passage }) => `${query}: ${passage}`).sort()).toEqual([
      "b: x sang the song in 1972",
      "b: y",
    ]);
    expect(weak.counts.drops["repeats-positive"]).toBe(2);
  });

  it("leaves out what a guard refuses, under the guard's reason", () => {
    const pairs = [gold("a", "x", "p"), gold("b", "y", "q"), gold("c", "z", "r")];
    const guards = [createAnswerGuard([["a", ["Y"]]])];
    const weak = sampleWeakNegatives(pairs, { guards, perPositive: 2 });
    expect(weak.pairs.filter(({ query }) => query === "a").map(({ passage }) => passage)).toEqual([
      "z",
    ]);
    expect(weak.counts.drops["holds-answer"]).toBe(1);
  });

  it("draws every passage of other pages equally often", () => {
    const pairs = Array.from({ length: 11 }, (_, i) => gold(`q${i}`, `passage ${i}`, `page ${i}`));
    const times = new Map<string, number>();
    for (let seed = 0; seed < 500; seed++) {
      for (const { query, passage } of sampleWeakNegatives(pairs, { seed }).pairs) {
        if (query === "q0") times.set(passage, (times.get(passage) ?? 0) + 1);
      }
    }
    expect(times.size).toBe(10);
    // 1,000 draws over 10 passages; 5 standard deviations of a binomial(500, 1/5) are 45.
    for (const count of times.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
  });

  it("never emits a positive, a passage of a gold page, or a pair twice", () => {
    fc.assert(
      fc.property(
        somePairs,
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        (pairs, perPositive, seed) => {
          const weak = sampleWeakNegatives(pairs, { perPositive, seed });
          const keys = new Set<string>();
          for (const { query, passage } of weak.pairs) {
            const q = comparableText(query);
            const p = comparableText(passage);
            const own = pairs.filter((pair) => comparableText(pair.query) === q);
            expect(own.map((pair) => comparableText(pair.passage))).not.toContain(p);
            const pages = own.map(({ group }) => group);
            const standsOn = pairs
              .filter((pair) => pair.passage === passage)
              .map(({ group }) => group);
            expect(standsOn.some((group) => !pages.includes(group))).toBe(true);
            keys.add(`${query}\n${p}`);
          }
          expect(keys.size).toBe(weak.pairs.length);
        },
      ),
    );
  });

  it("gives the same negatives for the same seed in whatever order the pairs come, others for another", () => {
    fc.assert(
      fc.property(somePairs, fc.integer(), (pairs, seed) => {
        const shuffled = createRandom(seed).shuffle([...pairs]);
        expect(sorted(sampleWeakNegatives(shuffled, { seed }).pairs)).toEqual(
          sorted(sampleWeakNegatives(pairs, { seed }).pairs),
        );
      }),
    );
    const { pairs } = positivePairs(makeQuestions());
    expect(sampleWeakNegatives(pairs, { seed: 1 })).toEqual(
      sampleWeakNegatives(pairs, { seed: 1 }),
    );
    expect(sampleWeakNegatives(pairs, { seed: 1 })).not.toEqual(
      sampleWeakNegatives(pairs, { seed: 2 }),
    );
  });

  it("refuses a count that is not a positive integer", () => {
    expect(() => sampleWeakNegatives([], { perPositive: 0 })).toThrow(
      "sampleWeakNegatives: perPositive must be an integer >= 1, received 0",
    );
  });
});
