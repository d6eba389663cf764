import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  normalInterval,
  standardErrorOfShare,
  wilsonInterval,
  zOfLevel,
} from "../../../src/evaluate/statistics/intervals.js";
import { normalCdf, normalQuantile } from "../../../src/evaluate/statistics/normal.js";

/** The quantiles of tables of the normal distribution. */
const z95 = 1.959963984540054;
const z99 = 2.5758293035489004;

describe("intervals of a share", () => {
  it("are two-sided: 1.96 standard errors hold 95 %, 2.58 hold 99 %", () => {
    expect(zOfLevel(0.95)).toBeCloseTo(z95, 12);
    expect(zOfLevel(0.99)).toBeCloseTo(z99, 12);
  });

  it("rest on the binomial standard error", () => {
    expect(standardErrorOfShare(0.2, 25)).toBe(Math.sqrt((0.2 * 0.8) / 25));
    expect(standardErrorOfShare(1, 25)).toBe(0);
  });

  it("are the normal one, share ± z · standard error", () => {
    const error = Math.sqrt((0.3 * 0.7) / 50);
    const [low, high] = normalInterval(15, 50);
    expect(low).toBeCloseTo(0.3 - z95 * error, 12);
    expect(high).toBeCloseTo(0.3 + z95 * error, 12);
    expect(normalInterval(15, 50, { level: 0.99 })[1]).toBeCloseTo(0.3 + z99 * error, 12);
  });

  it("are Wilson's: the shares that lie z of their own standard errors from the one seen", () => {
    for (const [level, z] of [
      [0.95, z95],
      [0.99, z99],
    ]) {
      for (const [successes, n] of [
        [3, 20],
        [10, 11],
        [500, 1000],
      ]) {
        const interval = wilsonInterval(successes, n, { level });
        expect(interval[0]).toBeLessThan(successes / n);
        expect(interval[1]).toBeGreaterThan(successes / n);
        for (const share of interval) {
          const distance = Math.abs(successes / n - share) / standardErrorOfShare(share, n);
          expect(distance).toBeCloseTo(z, 9);
        }
      }
    }
    expect(wilsonInterval(3, 20)).toEqual(wilsonInterval(3, 20, { level: 0.95 }));
  });

  it("reach the ends exactly, stay within [0, 1], and Wilson's is not empty there", () => {
    expect(wilsonInterval(0, 10)[0]).toBe(0);
    expect(wilsonInterval(0, 10)[1]).toBeCloseTo(z95 ** 2 / (10 + z95 ** 2), 12);
    expect(wilsonInterval(10, 10)[1]).toBe(1);
    expect(wilsonInterval(10, 10)[0]).toBeCloseTo(10 / (10 + z95 ** 2), 12);
    expect(normalInterval(10, 10)).toEqual([1, 1]);
    expect(normalInterval(1, 10)[0]).toBe(0);
    expect(normalInterval(9, 10)[1]).toBe(1);
  });

  it("hold the share and widen with the level", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, p) => {
          const k = Math.round(p * n);
          for (const interval of [wilsonInterval, normalInterval]) {
            const narrow = interval(k, n, { level: 0.8 });
            const wide = interval(k, n, { level: 0.99 });
            expect(narrow[0]).toBeLessThanOrEqual(k / n);
            expect(narrow[1]).toBeGreaterThanOrEqual(k / n);
            expect(wide[0]).toBeLessThanOrEqual(narrow[0]);
            expect(wide[1]).toBeGreaterThanOrEqual(narrow[1]);
          }
        },
      ),
    );
  });

  it("refuse counts and levels that are none", () => {
    for (const interval of [wilsonInterval, normalInterval]) {
      const refused = (successes: number, n: number, level: number, message: string): void =>
        expect(() => interval(successes, n, { level })).toThrow(`${interval.name}: ${message}`);
      refused(3, 2, 0.95, "successes must be a number from 0 to 2, received 3");
      refused(-1, 2, 0.95, "successes must be a number from 0 to 2, received -1");
      refused(0, 0, 0.95, "n must be a number >= 1, received 0");
      refused(1, 2, 95, "level must be a number > 0 and < 1, received 95");
      refused(1, 2, 1, "level must be a number > 0 and < 1, received 1");
    }
  });
});

describe("the normal distribution", () => {
  it("keeps its relative precision far into the lower tail, and its symmetry", () => {
    // From tables: Φ(-10) and Φ(-20).
    expect(normalCdf(-10) / 7.61985302416052606e-24).toBeCloseTo(1, 12);
    expect(normalCdf(-20) / 2.7536241186062337e-89).toBeCloseTo(1, 12);
    for (const z of [0.1, 1, 2.9, 3.1, 5]) expect(normalCdf(z)).toBe(1 - normalCdf(-z));
    // The two formulas meet where one gives way to the other.
    expect(normalCdf(-3 + 1e-15) / normalCdf(-3)).toBeCloseTo(1, 12);
    expect(normalCdf(-3)).toBeCloseTo(0.0013498980316300946, 16);
  });

  it("is undone by its quantiles", () => {
    for (const p of [1e-200, 1e-20, 0.01, 0.25, 0.5, 0.75, 0.99]) {
      expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 10);
    }
    expect(normalQuantile(0.975)).toBe(-normalQuantile(1 - 0.975));
  });

  it("has no quantile of a share that is none", () => {
    for (const p of [0, 1, NaN]) {
      expect(() => normalQuantile(p)).toThrow(
        `normalQuantile: p must be a number > 0 and < 1, received ${p}`,
      );
    }
  });
});
