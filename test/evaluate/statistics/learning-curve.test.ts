import { describe, expect, it } from "vitest";
import type { Progress } from "../../../src/base/progress.js";
import {
  learningCurve,
  type LearningCurveOptions,
} from "../../../src/evaluate/statistics/learning-curve.js";

/** The rows of every fit, in order. */
async function fitted(rows: number, options: LearningCurveOptions): Promise<number[][]> {
  const seen: number[][] = [];
  await learningCurve(
    rows,
    (part) => {
      seen.push([...part]);
      return 0;
    },
    options,
  );
  return seen;
}

describe("learningCurve", () => {
  it("fits on nested parts of whole groups and measures each", async () => {
    const groups = Array.from({ length: 40 }, (_, i) => Math.floor(i / 4));
    const seen: Uint32Array[] = [];
    const curve = await learningCurve(
      40,
      (rows) => {
        seen.push(rows);
        return rows.length;
      },
      { shares: [0.2, 0.5, 1], repeats: 2, groups, seed: "s" },
    );
    expect(curve.map(({ share, rows, mean }) => [share, rows, mean])).toEqual([
      [0.2, 8, 8],
      [0.5, 20, 20],
      [1, 40, 40],
    ]);
    const [small, medium] = seen;
    expect([...small].every((row) => medium.includes(row))).toBe(true);
    const whole = (rows: Uint32Array): boolean =>
      new Set([...rows].map((row) => groups[row])).size === rows.length / 4;
    expect(seen.every(whole)).toBe(true);
    // All rows are fitted once, not once per repeat.
    expect(seen).toHaveLength(5);
  });

  it("draws anew for every repeat and seed, and the same for the same", async () => {
    const options = { shares: [0.25], repeats: 2 };
    const [first, second] = await fitted(40, options);
    expect(first).not.toEqual(second);
    expect(first.toSorted((a, b) => a - b)).toEqual(first);
    expect(await fitted(40, { ...options, seed: 1 })).toEqual([first, second]);
    expect((await fitted(40, { ...options, seed: 2 }))[0]).not.toEqual(first);
  });

  it("takes a tenth, a quarter, half and all of the single rows, three times, unless told otherwise", async () => {
    const curve = await learningCurve(40, (rows) => rows.length);
    expect(curve.map(({ share, rows, values }) => [share, rows, values])).toEqual([
      [0.1, 4, [4, 4, 4]],
      [0.25, 10, [10, 10, 10]],
      [0.5, 20, [20, 20, 20]],
      [1, 40, [40, 40, 40]],
    ]);
  });

  it("rounds to whole groups, and never to none", async () => {
    const groups = ["a", "a", "a", "a", "b", "b"];
    const sizes = (await fitted(6, { shares: [0.01, 0.7, 0.8], repeats: 1, groups })).map(
      (rows) => rows.length,
    );
    // Of two groups .01 rounds to none and is one; .7 is one; .8 is both.
    expect(sizes[0]).toBe(sizes[1]);
    expect([2, 4]).toContain(sizes[0]);
    expect(sizes[2]).toBe(6);
  });

  it("gives the mean number of rows where groups differ in size", async () => {
    const groups = ["a", "b", "b", "c", "c", "c"];
    const seen = await fitted(6, { shares: [0.4], repeats: 4, groups });
    const [point] = await learningCurve(6, () => 0, { shares: [0.4], repeats: 4, groups });
    expect(point.rows).toBe(seen.reduce((sum, rows) => sum + rows.length, 0) / 4);
    expect(new Set(seen.map((rows) => rows.length)).size).toBeGreaterThan(1);
  });

  it("gives mean and sample standard deviation over the repeats", async () => {
    const figures = [1, 2, 6];
    const [point] = await learningCurve(10, () => Promise.resolve(figures.shift()!), {
      shares: [0.5],
    });
    expect(point.values).toEqual([1, 2, 6]);
    expect(point.mean).toBe(3);
    expect(point.standardDeviation).toBeCloseTo(Math.sqrt((4 + 1 + 9) / 2), 12);
    const [single] = await learningCurve(10, () => 5, { shares: [0.5], repeats: 1 });
    expect(single).toMatchObject({ mean: 5, standardDeviation: 0 });
  });

  it("fits parts that are not the whole again, however often", async () => {
    let fits = 0;
    const [, whole] = await learningCurve(10, () => ++fits, { shares: [0.9, 1], repeats: 3 });
    expect(fits).toBe(4);
    expect(whole.values).toEqual([2, 2, 2]);
  });

  it("reports every measurement, those taken over from an equal one too", async () => {
    const seen: Progress[] = [];
    await learningCurve(4, () => 0, {
      shares: [0.5, 1],
      repeats: 2,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen).toEqual([1, 2, 3, 4].map((done) => ({ stage: "learning curve", done, total: 4 })));
  });

  it("stops when aborted, before the next fit", async () => {
    const controller = new AbortController();
    let fits = 0;
    const fit = (): number => {
      if (++fits === 2) controller.abort(new Error("enough"));
      return 0;
    };
    await expect(learningCurve(40, fit, { signal: controller.signal })).rejects.toThrow("enough");
    expect(fits).toBe(2);
  });

  it("refuses what is no part and no group, by name", async () => {
    const refused = (rows: number, options: LearningCurveOptions, message: string) =>
      expect(learningCurve(rows, () => 0, options)).rejects.toThrow(`learningCurve: ${message}`);
    await refused(0, {}, "rows must be an integer >= 1, received 0");
    await refused(4, { repeats: 0 }, "repeats must be an integer >= 1, received 0");
    await refused(4, { shares: [2] }, "shares[0] must be a number > 0 and <= 1, received 2");
    await refused(4, { shares: [1, 0] }, "shares[1] must be a number > 0 and <= 1, received 0");
    await refused(4, { groups: [1] }, "groups must be one per row, 4, received 1");
  });
});
