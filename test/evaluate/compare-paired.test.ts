import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePaired, pairedBootstrap, pairedPermutation } from "embedtune/evaluate";

describe("comparePaired", () => {
  const ones = (n: number, of: number): number[] => Array.from({ length: of }, (_, i) => +(i < n));

  it("says better, worse or inconclusive, in one sentence", () => {
    const better = comparePaired("recall@1", ones(40, 100), ones(60, 100));
    expect(better.verdict).toBe("better");
    expect(better.sentence).toMatch(
      /^Better at the 95 % level: recall@1 went from 0\.400 to 0\.600 \(\+0\.200 \[\+0\.\d+, \+0\.\d+\], p < 0\.001, n 100\)\.$/,
    );
    expect(comparePaired("recall@1", ones(60, 100), ones(40, 100)).verdict).toBe("worse");
    const unclear = comparePaired("recall@1", ones(50, 100), ones(51, 100));
    expect(unclear.verdict).toBe("inconclusive");
    expect(unclear.sentence).toMatch(/^Not shown at the 95 % level: /);
  });

  it("takes its figures from the bootstrap and the permutation test under the same options", () => {
    const [was, is] = [ones(40, 100), ones(47, 100)];
    for (const options of [
      {},
      { level: 0.8, resamples: 500, seed: "other", groups: was.map((_, i) => i % 30) },
    ]) {
      const {
        resamples: permutations = 10_000,
        seed = 1,
        groups,
      } = { groups: undefined, ...options };
      const result = comparePaired("mrr", was, is, options);
      const { difference, interval, level } = pairedBootstrap(was, is, options);
      expect(result).toMatchObject({ metric: "mrr", difference, interval, level, n: 100 });
      expect(result.p).toBe(pairedPermutation(was, is, { permutations, seed, groups }).p);
      expect([result.before, result.after]).toEqual([0.4, 0.47]);
    }
  });

  it("needs the test and the interval, and takes a p of exactly 1 - level", () => {
    // All of three gained: every resample lies above 0, but p is 2/8.
    const few = comparePaired("mrr", [0, 0, 0], [1, 2, 3]);
    expect(few.interval[0]).toBeGreaterThan(0);
    expect(few).toMatchObject({ p: 0.25, verdict: "inconclusive" });
    // Of five, p is 2/32 = 1 - .9375.
    const five = [1, 2, 1, 3, 1];
    expect(comparePaired("mrr", [0, 0, 0, 0, 0], five, { level: 0.9375 }).verdict).toBe("better");
    expect(comparePaired("mrr", five, [0, 0, 0, 0, 0], { level: 0.9375 }).verdict).toBe("worse");
    expect(comparePaired("mrr", [0, 0, 0, 0, 0], five, { level: 0.94 }).verdict).toBe(
      "inconclusive",
    );
    // One large gain among losses: the test would do at the level .6, the interval holds 0.
    const mixed = comparePaired("mrr", [0, 0, 0, 0, 0], [-3, -3, 5, -3, -3], { level: 0.6 });
    expect(mixed).toMatchObject({ p: 0.375, verdict: "inconclusive" });
    expect(mixed.interval[0]).toBeLessThan(0);
    expect(mixed.interval[1]).toBeGreaterThan(0);
  });

  it("tells queries from the groups that count as one", () => {
    const groups = Array.from({ length: 100 }, (_, i) => i % 20);
    const { n, sentence } = comparePaired("mrr", ones(40, 100), ones(60, 100), { groups });
    expect(n).toBe(100);
    expect(sentence).toContain(", n 100 in 20 groups)");
  });

  it("turns around with before and after, at the same p", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ max: 5, min: 0 }), fc.integer({ max: 5, min: 0 })), {
          minLength: 1,
          maxLength: 12,
        }),
        (pairs) => {
          const a = pairs.map(([x]) => x);
          const b = pairs.map(([, y]) => y);
          const one = comparePaired("m", a, b, { resamples: 100 });
          const other = comparePaired("m", b, a, { resamples: 100 });
          expect(other.p).toBe(one.p);
          expect(other.difference).toBeCloseTo(-one.difference, 12);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("refuses lists that do not pair", () => {
    expect(() => comparePaired("m", [1], [1, 2])).toThrow(
      "comparePaired: before and after must have the same length, received 1 and 2",
    );
    expect(() => comparePaired("m", [], [])).toThrow(
      "comparePaired: before must hold at least one number, received none",
    );
    expect(() => comparePaired("m", [NaN], [1])).toThrow(
      "comparePaired: before[0] must be a finite number, received NaN",
    );
    expect(() => comparePaired("m", [1], [1], { level: 95 })).toThrow(
      "comparePaired: level must be a number > 0 and < 1, received 95",
    );
    expect(() => comparePaired("m", [1], [1], { groups: [1, 2] })).toThrow(
      "comparePaired: groups and before must have",
    );
  });
});
