import { describe, expect, it } from "vitest";
import { adapterLearningCurve, createRandom, fitAdapter, type LabelledVectors } from "embedtune";
import { createMatrix } from "embedtune/math";
import { intents } from "./corpora.js";
import { topics } from "./topics.js";

describe("adapterLearningCurve", () => {
  it("rises with the number of pairs where there is something to learn", async () => {
    const { untouched, points, claim, metric } = await adapterLearningCurve(intents(200, 12), {
      sizes: [4, 30, 150],
    });
    expect([claim, metric]).toEqual(["questions", "mrr"]);
    expect(points.map(({ pairs }) => pairs)).toEqual([4, 30, 150]);
    expect(points[2].figure).toBeGreaterThan(points[0].figure);
    for (const { figure, gain } of points) {
      expect(figure - untouched).toBeCloseTo(gain.gain, 10);
      expect(gain.high - gain.gain).toBeGreaterThan(0);
    }
    expect(points[2].gain.low).toBeGreaterThan(0);
  });

  it("follows the candidate that was chosen", async () => {
    const data = intents(80, 12);
    const { best } = await fitAdapter(data, { candidates: ["ridge"] });
    const curve = await adapterLearningCurve(data, { candidate: best, sizes: [64] });
    const mild = await adapterLearningCurve(data, { sizes: [64] });
    expect(curve.points[0].figure).not.toBe(mild.points[0].figure);
    expect(curve.untouched).toBe(mild.untouched);
  });

  it("ends, by default, at all pairs that are not held out", async () => {
    const { points } = await adapterLearningCurve(topics(50, 4));
    expect(points.at(-1)?.pairs).toBe(40);
    expect(points.length).toBeGreaterThan(4);
  });

  it("counts whole groups in its intervals, by the spread of their sums", async () => {
    // Forty questions, each asked five times in almost the same words.
    const base = intents(40, 8, { d: 8 });
    const queries = createMatrix(200, 8);
    const random = createRandom("curve");
    for (let at = 0; at < queries.data.length; at++) {
      const [copy, j] = [Math.floor(at / 8), at % 8];
      queries.data[at] = base.queries.data[(copy % 40) * 8 + j] + 0.01 * random.normal();
    }
    const rows = Uint32Array.from({ length: 200 }, (_, i) => i);
    const passage = rows.map((row) => base.pairs.passage[row % 40]);
    const pairs = { query: rows, passage, label: new Uint8Array(200).fill(1) };
    const data = { queries, passages: base.passages, pairs };
    const groups = Array.from(rows, (row) => row % 40);
    const width = async (curve: LabelledVectors): Promise<number> => {
      const { points } = await adapterLearningCurve(curve, { sizes: [100] });
      return points[0].gain.high - points[0].gain.low;
    };
    const ratio = (await width({ ...data, groups })) / (await width(data));
    expect(ratio).toBeGreaterThan(1.7);
    expect(ratio).toBeLessThan(2.8);
  });

  it("refuses one group, sizes that cannot be had, and a candidate off the grid", async () => {
    const data = topics(10, 3);
    await expect(adapterLearningCurve({ ...data, groups: Array(10).fill(1) })).rejects.toThrow(
      "at least 2 groups",
    );
    await expect(adapterLearningCurve(data, { sizes: [9] })).rejects.toThrow(
      "adapterLearningCurve: sizes[0] must be an integer from 2 to 8, received 9",
    );
    const candidate = { method: "rca", side: "both", parameters: { lambda: 7, power: 1 } } as const;
    await expect(adapterLearningCurve(data, { candidate })).rejects.toThrow(
      "adapterLearningCurve: candidate must be a method at a point of its grid",
    );
  });
});
