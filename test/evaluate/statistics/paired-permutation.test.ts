import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/base/random.js";
import { pairedPermutation } from "../../../src/evaluate/statistics/paired-permutation.js";

const normals = (n: number, seed: string, shift = 0): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => random.normal() + shift);
};
const zeros = (n: number): number[] => new Array<number>(n).fill(0);
const ones = (n: number): number[] => new Array<number>(n).fill(1);

describe("pairedPermutation", () => {
  it("is exact for few units: one sided five times is p = 2/32", () => {
    expect(pairedPermutation([0, 0, 0, 0, 0], [1, 2, 1, 3, 1])).toEqual({
      p: 2 / 32,
      exact: true,
      informative: 5,
    });
  });

  it("is two-sided: a loss is as rare as the same gain", () => {
    // Of the sums ±1 ±2 ±4, four are 5 or more, or -5 or less: 7, 5, -5 and -7.
    expect(pairedPermutation([0, 0, 0], [-1, 2, 4]).p).toBe(4 / 8);
    expect(pairedPermutation([0, 0, 0], [1, -2, -4]).p).toBe(4 / 8);
    expect(pairedPermutation([-1, 2, 4], [0, 0, 0]).p).toBe(4 / 8);
  });

  it("tries all flips of up to 13 differing units, and draws them beyond", () => {
    expect(pairedPermutation(zeros(13), ones(13))).toEqual({
      p: 2 / 2 ** 13,
      exact: true,
      informative: 13,
    });
    expect(pairedPermutation(zeros(14), ones(14))).toMatchObject({ exact: false, informative: 14 });
  });

  it("counts the observed difference among those drawn, so that p is never 0", () => {
    // No drawn flip of 60 equal gains is as extreme.
    expect(pairedPermutation(zeros(60), ones(60), { permutations: 99 }).p).toBe(1 / 100);
    expect(pairedPermutation(zeros(60), ones(60), { permutations: 1 }).p).toBe(1 / 2);
    // Every flip is as extreme as no difference at all.
    const balanced = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    expect(pairedPermutation(zeros(60), balanced, { permutations: 99 }).p).toBe(1);
  });

  it("draws 10,000 flips with the seed 1 and has no groups unless told otherwise", () => {
    expect(pairedPermutation(zeros(60), ones(60)).p).toBe(1 / 10_001);
    const after = normals(40, "defaults", 0.2);
    const result = pairedPermutation(zeros(40), after);
    expect(result).toEqual(
      pairedPermutation(zeros(40), after, {
        permutations: 10_000,
        seed: 1,
        groups: after.map((_, i) => i),
      }),
    );
    expect(pairedPermutation(zeros(40), after, { seed: 2 }).p).not.toBe(result.p);
  });

  it("flips whole groups: twenty values of two groups are two units", () => {
    const groups = Array.from({ length: 20 }, (_, i) => i % 2);
    expect(pairedPermutation(zeros(20), ones(20), { groups })).toEqual({
      p: 1 / 2,
      exact: true,
      informative: 2,
    });
    // A group whose gains and losses cancel says nothing.
    expect(pairedPermutation(zeros(3), [1, -1, 2], { groups: ["a", "a", "b"] })).toEqual({
      p: 1,
      exact: true,
      informative: 1,
    });
  });

  it("counts flips as extreme as the observed one, whatever the order of summing", () => {
    // .1 + .2 + .3 and .3 + .2 + .1 differ in the last bit.
    const differences = [0.1, 0.2, 0.3, 0.1, 0.2, 0.3];
    const forward = pairedPermutation(zeros(6), differences);
    expect(pairedPermutation(zeros(6), [...differences].reverse())).toEqual(forward);
    expect(forward.p).toBe(2 / 64);
    // Of the flips 6 of 16 sum to .6 or more either way; in binary, two of those that sum to .6 fall short of it.
    expect(pairedPermutation(zeros(4), [-0.3, -0.3, -0.2, 0.2]).p).toBe(6 / 16);
  });

  it("does not count a flip that is less extreme by more than rounding", () => {
    // ±1 ±1.000001: the sum is largest for equal signs, and smaller by far for unequal ones.
    expect(pairedPermutation([0, 0], [1, -1.000001]).p).toBe(1);
    expect(pairedPermutation([0, 0], [1, 1e-9]).p).toBe(1 / 2);
  });

  it("agrees with the exact test when flips are drawn", () => {
    const after = normals(14, "some", 0.4);
    let extreme = 0;
    const observed = Math.abs(after.reduce((sum, v) => sum + v, 0));
    for (let mask = 0; mask < 2 ** 14; mask++) {
      const sum = after.reduce((total, v, i) => total + ((mask >> i) & 1 ? -v : v), 0);
      if (Math.abs(sum) >= observed - 1e-12) extreme++;
    }
    const { p, exact } = pairedPermutation(zeros(14), after, { permutations: 40_000 });
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
      if (pairedPermutation(zeros(30), after, { permutations: 200, seed: trial }).p <= 0.1) {
        rejected++;
      }
    }
    // 30 expected, spread 5.2.
    expect(rejected).toBeGreaterThan(14);
    expect(rejected).toBeLessThan(46);
  });

  it("refuses what it cannot flip, by name", () => {
    expect(() => pairedPermutation([1], [1, 2])).toThrow("pairedPermutation: before and after");
    expect(() => pairedPermutation([1], [NaN])).toThrow("pairedPermutation: after[0] must be");
    expect(() => pairedPermutation([1], [1], { permutations: 0.5 })).toThrow(
      "pairedPermutation: permutations must be an integer >= 1, received 0.5",
    );
    expect(() => pairedPermutation([1], [1], { groups: [] })).toThrow(
      "pairedPermutation: groups and before must have the same length, received 0 and 1",
    );
  });
});
