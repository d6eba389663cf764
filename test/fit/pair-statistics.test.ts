import { describe, expect, it } from "vitest";
import { applyAdapter, fitRca, type Adapter, type TrainingPairs } from "embedtune";
import { gatherRows } from "embedtune/math";
import {
  collectPairStatistics,
  decodePairStatistics,
  encodePairStatistics,
  fitFromStatistics,
  mergePairStatistics,
  pairStatistics,
} from "embedtune/fit";
import { preparePairs } from "../../src/data/training-pairs.js";
import { ridgeFamily } from "../../src/fit/families/ridge-family.js";
import { topics } from "../tune/topics.js";

/** Consecutive parts of matching pairs, as another machine would hold them. */
function shards(data: TrainingPairs, sizes: readonly number[]): TrainingPairs[] {
  let start = 0;
  return sizes.map((size) => {
    const rows = Array.from({ length: size }, (_, i) => start + i);
    start += size;
    const own = Uint32Array.from({ length: size }, (_, i) => i);
    return {
      queries: gatherRows(data.queries, rows),
      passages: gatherRows(data.passages, rows),
      pairs: { query: own, passage: own, label: new Uint8Array(size).fill(1) },
    };
  });
}

function largestDifference(data: TrainingPairs, a: Adapter, b: Adapter): number {
  let largest = 0;
  for (const [side, rows] of [
    ["query", data.queries],
    ["passage", data.passages],
  ] as const) {
    const x = applyAdapter(a, rows, { side });
    const y = applyAdapter(b, rows, { side });
    for (let i = 0; i < x.data.length; i++) {
      largest = Math.max(largest, Math.abs(x.data[i] - y.data[i]));
    }
  }
  return largest;
}

describe("pair statistics", () => {
  const data = topics(700, 12);
  // A common direction, as real embeddings have: it must not drown the rest.
  for (const rows of [data.queries, data.passages]) {
    for (let i = 0; i < rows.rows; i++) rows.data[i * 12 + 7] += 20;
  }

  it("from a stream of shards give the adapter of the direct fit, to 1e-6", async () => {
    async function* stream(): AsyncGenerator<TrainingPairs> {
      yield* shards(data, [1, 300, 20, 379]);
    }
    const statistics = await collectPairStatistics(stream());
    expect(statistics.count).toBe(700);
    const whole = pairStatistics(data);
    for (const [side, method, blend] of [
      ["both", "rca", 0],
      ["both", "rca", 1],
      ["query", "query-rca", 0],
      ["query", "query-rca", 1],
    ] as const) {
      const direct = fitRca(data, { side, blend });
      const streamed = fitFromStatistics(statistics, { method, blend });
      const atOnce = fitFromStatistics(whole, { method, blend });
      expect(largestDifference(data, streamed, atOnce)).toBeLessThan(1e-6);
      expect(largestDifference(data, streamed, direct)).toBeLessThan(1e-6);
    }
  });

  it("give ridge's map too", () => {
    const prepared = preparePairs(data);
    const family = ridgeFamily([1]);
    const direct = family.fit(prepared, prepared.positives, prepared.negatives).sides({ mu: 1 });
    const streamed = fitFromStatistics(pairStatistics(data), { method: "ridge" });
    expect(largestDifference(data, streamed, { ...streamed, ...direct })).toBeLessThan(2e-6);
  });

  it("merge to the same whichever is first, and with none change nothing", () => {
    const [a, b] = shards(data, [200, 500]).map(pairStatistics);
    const [ab, ba] = [mergePairStatistics(a, b), mergePairStatistics(b, a)];
    for (let i = 0; i < ab.crossScatter.length; i++) {
      expect(ab.crossScatter[i]).toBeCloseTo(ba.crossScatter[i], 9);
    }
    const none = { ...b, count: 0 };
    expect(mergePairStatistics(a, none)).toEqual(a);
    expect(mergePairStatistics(none, a)).toEqual(a);
  });

  it("come back from bytes bit for bit", () => {
    const statistics = pairStatistics(data);
    expect(decodePairStatistics(encodePairStatistics(statistics))).toEqual(statistics);
  });

  it("are refused by name when they are something else", async () => {
    const statistics = pairStatistics(topics(5, 3));
    const bytes = encodePairStatistics(statistics);
    expect(() => decodePairStatistics(bytes.subarray(0, 90))).toThrow(
      "decodePairStatistics: the bytes must be 288 for 3 dimensions, received 90",
    );
    expect(() => decodePairStatistics(new Uint8Array(40))).toThrow("must begin with ETPAIRS1");
    const broken = bytes.slice();
    new DataView(broken.buffer).setFloat64(24, NaN, true);
    expect(() => decodePairStatistics(broken)).toThrow(
      "decodePairStatistics: queryMean[0] must be a finite number, received NaN",
    );
    expect(() => mergePairStatistics(statistics, pairStatistics(topics(5, 4)))).toThrow(
      "mergePairStatistics: dimensions must be 3 like those before, received 4",
    );
    await expect(collectPairStatistics([])).rejects.toThrow(
      "collectPairStatistics: batches must be at least one",
    );
    const bad = topics(2, 3);
    bad.queries.data.fill(0);
    await expect(collectPairStatistics([topics(2, 3), bad])).rejects.toThrow(
      "collectPairStatistics: batch 1: queries: row 0 must have a direction, received zeros only",
    );
    expect(() => fitFromStatistics(statistics, { lambda: 0 })).toThrow(
      "fitFromStatistics: lambda must be a number > 0, received 0",
    );
  });
});
