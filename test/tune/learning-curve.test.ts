import { describe, expect, it } from "vitest";
import { adapterLearningCurve } from "embedtune";
import { topics } from "./topics.js";

describe("adapterLearningCurve", () => {
  it("rises with the number of pairs where there is something to learn", async () => {
    const { untouched, points } = await adapterLearningCurve(topics(150, 10, { nuisance: 4 }), {
      sizes: [4, 30, 110],
    });
    expect(points.map(({ pairs }) => pairs)).toEqual([4, 30, 110]);
    expect(points[2].metrics.mrr).toBeGreaterThan(points[0].metrics.mrr);
    expect(points[2].metrics.mrr).toBeGreaterThan(untouched.mrr + 0.1);
    expect(points[2].standardErrors.mrr).toBeGreaterThan(0);
  });

  it("ends, by default, at all pairs that are not held out", async () => {
    const { points } = await adapterLearningCurve(topics(50, 4));
    expect(points.at(-1)?.pairs).toBe(40);
    expect(points.length).toBeGreaterThan(4);
  });

  it("refuses one group and sizes that cannot be had", async () => {
    const data = topics(10, 3);
    await expect(adapterLearningCurve({ ...data, groups: Array(10).fill(1) })).rejects.toThrow(
      "at least 2 groups",
    );
    await expect(adapterLearningCurve(data, { sizes: [9] })).rejects.toThrow(
      "sizes must be integers from 2 to 8, received 9",
    );
  });
});
