import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/base/random.js";
import { pairedBootstrap } from "../../../src/evaluate/statistics/paired-bootstrap.js";

const normals = (n: number, seed: string, shift = 0): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => random.normal() + shift);
};
const zeros = (n: number): number[] => new Array<number>(n).fill(0);
const width = ([low, high]: readonly [number, number]): number => high - low;

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
      const { interval } = pairedBootstrap(zeros(60), normals(60, `trial ${trial}`, 0.3), {
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

  it("has a level of 95 %, 10,000 resamples, the seed 1 and no groups unless told otherwise", () => {
    const after = normals(50, "defaults", 0.1);
    const result = pairedBootstrap(zeros(50), after);
    expect(result).toEqual(
      pairedBootstrap(zeros(50), after, {
        level: 0.95,
        resamples: 10_000,
        seed: 1,
        groups: after.map((_, i) => i),
      }),
    );
    expect(result).toMatchObject({ level: 0.95, units: 50 });
    for (const other of [{ level: 0.9 }, { resamples: 9999 }, { seed: 2 }]) {
      expect(pairedBootstrap(zeros(50), after, other).interval).not.toEqual(result.interval);
    }
  });

  it("has the sign of after - before, and turns round with them", () => {
    const after = normals(30, "sign", 1);
    const there = pairedBootstrap(zeros(30), after, { resamples: 200 });
    const back = pairedBootstrap(after, zeros(30), { resamples: 200 });
    expect(there.difference).toBeGreaterThan(0.5);
    expect(there.interval[0]).toBeGreaterThan(0);
    expect(back.difference).toBe(-there.difference);
    expect(back.interval[0]).toBeCloseTo(-there.interval[1], 12);
    expect(back.interval[1]).toBeCloseTo(-there.interval[0], 12);
  });

  it("takes NumPy's percentiles of the means of the drawn groups, each mean over its own values", () => {
    const after = [3, -1, 4, 1, -5, 9, 2];
    const groups = ["a", "b", "a", "c", "b", "a", "c"];
    // The same draws once more, and from them the definitions.
    const sums = [16, -6, 3];
    const sizes = [3, 2, 2];
    const random = createRandom("u/bootstrap");
    const means = Array.from({ length: 8 }, () => {
      const drawn = Array.from({ length: 3 }, () => random.integer(3));
      const total = (of: number[]): number => drawn.reduce((sum, unit) => sum + of[unit], 0);
      return total(sums) / total(sizes);
    }).sort((a, b) => a - b);
    // At the level .8 of 8 means, the tail of .1 ends at place .7 of 0 to 7, that of .9 at 6.3.
    const result = pairedBootstrap(zeros(7), after, {
      level: 0.8,
      resamples: 8,
      seed: "u",
      groups,
    });
    expect(result).toMatchObject({ difference: 13 / 7, level: 0.8, units: 3 });
    expect(result.interval[0]).toBeCloseTo(means[0] + 0.7 * (means[1] - means[0]), 12);
    expect(result.interval[1]).toBeCloseTo(means[6] + 0.3 * (means[7] - means[6]), 12);
    // Else another rule between the places would do as well.
    expect(means[0]).toBeLessThan(means[1]);
    expect(means[6]).toBeLessThan(means[7]);
  });

  it("is one point where there is one resample, or one group", () => {
    const one = pairedBootstrap(zeros(9), normals(9, "one"), { resamples: 1 });
    expect(one.interval[0]).toBe(one.interval[1]);
    const { difference, interval } = pairedBootstrap([0, 0], [1, 2], { groups: ["p", "p"] });
    expect([difference, ...interval]).toEqual([1.5, 1.5, 1.5]);
  });

  it("is wider where values come in groups that move together", () => {
    const byGroup = normals(30, "groups");
    const after = Array.from({ length: 300 }, (_, i) => byGroup[i % 30]);
    const groups = Array.from({ length: 300 }, (_, i) => i % 30);
    const alone = pairedBootstrap(zeros(300), after);
    const grouped = pairedBootstrap(zeros(300), after, { groups });
    expect([alone.units, grouped.units]).toEqual([300, 30]);
    expect(width(grouped.interval)).toBeGreaterThan(2.5 * width(alone.interval));
  });

  it("refuses what it cannot resample, by name", () => {
    const refused = (
      before: number[],
      after: number[],
      options: Parameters<typeof pairedBootstrap>[2],
      message: string,
    ): void =>
      expect(() => pairedBootstrap(before, after, options)).toThrow(`pairedBootstrap: ${message}`);
    refused([1], [1, 2], {}, "before and after must have the same length, received 1 and 2");
    refused([], [], {}, "before must hold at least one number, received none");
    refused([NaN], [1], {}, "before[0] must be a finite number, received NaN");
    refused([1], [Infinity], {}, "after[0] must be a finite number, received Infinity");
    refused([1], [1], { level: 0 }, "level must be a number > 0 and < 1, received 0");
    refused([1], [1], { resamples: 0 }, "resamples must be an integer >= 1, received 0");
    refused(
      [1],
      [1],
      { groups: [1, 2] },
      "groups and before must have the same length, received 2 and 1",
    );
  });
});
