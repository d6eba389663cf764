import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import { comparePaired, mcnemar, pairedBootstrap, pairedPermutation } from "embedtune/evaluate";
import { signTest } from "../../src/evaluate/statistics/mcnemar.js";

const normals = (n: number, seed: string, shift = 0): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => random.normal() + shift);
};

describe("pairedBootstrap", () => {
  it("finds the interval theory gives for a mean of normal differences", () => {
    const before = normals(400, "before");
    const noise = normals(400, "noise", 0.2);
    const after = before.map((value, i) => value + noise[i]);
    const { difference, interval } = pairedBootstrap(before, after);
    const mean = noise.reduce((sum, v) => sum + v, 0) / 400;
    const deviation = Math.sqrt(noise.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 399);
    const reach = (1.96 * deviation) / Math.sqrt(400);
    expect(difference).toBeCloseTo(mean, 12);
    expect(interval[0]).toBeCloseTo(mean - reach, 2);
    expect(interval[1]).toBeCloseTo(mean + reach, 2);
  });

  it("holds the true difference about as often as its level says", () => {
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const after = normals(60, `trial ${trial}`, 0.3);
      const { interval } = pairedBootstrap(new Array<number>(60).fill(0), after, {
        resamples: 400,
        level: 0.9,
        seed: trial,
      });
      if (interval[0] <= 0.3 && 0.3 <= interval[1]) held++;
    }
    // 180 expected; the binomial spread is 4.2.
    expect(held).toBeGreaterThan(165);
    expect(held).toBeLessThan(195);
  });

  it("gives the same interval for the same seed and another for another", () => {
    const after = normals(50, "x");
    const before = new Array<number>(50).fill(0);
    const interval = (seed: number) => pairedBootstrap(before, after, { seed }).interval;
    expect(interval(3)).toEqual(interval(3));
    expect(interval(3)).not.toEqual(interval(4));
  });

  it("is wider where values come in groups that move together", () => {
    const random = createRandom("groups");
    const byGroup = Array.from({ length: 30 }, () => random.normal());
    const after = Array.from({ length: 300 }, (_, i) => byGroup[i % 30]);
    const before = new Array<number>(300).fill(0);
    const groups = Array.from({ length: 300 }, (_, i) => i % 30);
    const width = ([low, high]: readonly [number, number]): number => high - low;
    const alone = width(pairedBootstrap(before, after).interval);
    const grouped = pairedBootstrap(before, after, { groups });
    expect(grouped.units).toBe(30);
    expect(width(grouped.interval)).toBeGreaterThan(2.5 * alone);
  });
});

describe("pairedPermutation", () => {
  it("is exact for few units: one sided five times is p = 2/32", () => {
    expect(pairedPermutation([0, 0, 0, 0, 0], [1, 2, 1, 3, 1])).toEqual({
      p: 2 / 32,
      exact: true,
      informative: 5,
    });
  });

  it("counts flips as extreme as the observed one, whatever the order of summing", () => {
    // .1 + .2 + .3 and .3 + .2 + .1 differ in the last bit.
    const differences = [0.1, 0.2, 0.3, 0.1, 0.2, 0.3];
    const zeros = differences.map(() => 0);
    const forward = pairedPermutation(zeros, differences);
    expect(pairedPermutation(zeros, [...differences].reverse())).toEqual(forward);
    expect(forward.p).toBe(2 / 64);
  });

  it("agrees with the exact test when flips are drawn", () => {
    const after = normals(14, "some", 0.4);
    const before = new Array<number>(14).fill(0);
    let extreme = 0;
    const observed = Math.abs(after.reduce((sum, v) => sum + v, 0));
    for (let mask = 0; mask < 2 ** 14; mask++) {
      const sum = after.reduce((total, v, i) => total + ((mask >> i) & 1 ? -v : v), 0);
      if (Math.abs(sum) >= observed - 1e-12) extreme++;
    }
    const { p, exact } = pairedPermutation(before, after, { permutations: 40_000 });
    expect(exact).toBe(false);
    expect(p).toBeCloseTo(extreme / 2 ** 14, 2);
  });

  it("has p 1 where nothing differs, and ignores units that do not", () => {
    expect(pairedPermutation([1, 2, 3], [1, 2, 3])).toEqual({ p: 1, exact: true, informative: 0 });
    expect(pairedPermutation([1, 0], [1, 1]).informative).toBe(1);
  });

  it("rejects a true null hypothesis no more often than its level", () => {
    let rejected = 0;
    for (let trial = 0; trial < 300; trial++) {
      const after = normals(30, `null ${trial}`);
      const before = new Array<number>(30).fill(0);
      if (pairedPermutation(before, after, { permutations: 200, seed: trial }).p <= 0.1) rejected++;
    }
    // 30 expected, spread 5.2.
    expect(rejected).toBeGreaterThan(14);
    expect(rejected).toBeLessThan(46);
  });
});

describe("mcnemar", () => {
  it("has SciPy's exact two-sided p-values", () => {
    const reference = JSON.parse(
      readFileSync(new URL("../fixtures/evaluate/scikit-learn.json", import.meta.url), "utf8"),
    ) as { mcnemar: [number, number, number][] };
    for (const [b, c, p] of reference.mcnemar) {
      expect(signTest(b, c) / p).toBeCloseTo(1, 9);
      expect(signTest(c, b)).toBe(signTest(b, c));
    }
  });

  it("counts what was gained and lost", () => {
    expect(mcnemar([1, 0, 0, 1, 0], [1, 1, 1, 0, 0])).toEqual({ gained: 2, lost: 1, p: 1 });
    expect(mcnemar([1], [1]).p).toBe(1);
  });
});

describe("comparePaired", () => {
  const ones = (n: number, of: number): number[] => Array.from({ length: of }, (_, i) => +(i < n));

  it("says better, worse or not shown, in one sentence", () => {
    const better = comparePaired("recall@1", ones(40, 100), ones(60, 100));
    expect(better.verdict).toBe("better");
    expect(better.sentence).toMatch(
      /^Better at the 95 % level: recall@1 went from 0\.400 to 0\.600 \(\+0\.200 \[\+0\.\d+, \+0\.\d+\], p < 0\.001, n 100\)\.$/,
    );
    expect(comparePaired("recall@1", ones(60, 100), ones(40, 100)).verdict).toBe("worse");
    const unclear = comparePaired("recall@1", ones(50, 100), ones(51, 100));
    expect(unclear.verdict).toBe("not shown");
    expect(unclear.sentence).toMatch(/^Not shown at the 95 % level: /);
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
