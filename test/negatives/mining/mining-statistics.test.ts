import { describe, expect, it } from "vitest";
import { mineHardNegatives } from "../../../src/negatives/mining/mine-hard-negatives.js";
import { miningStatistics } from "../../../src/negatives/mining/mining-statistics.js";
import { gold, tableIndex } from "../support.js";

const scores = { A: 1, B: 0.75, C: 0.5, D: 0.25, E: 0 };

describe("miningStatistics", () => {
  it("gives means and quantiles of positives, negatives and their differences", async () => {
    const mined = await mineHardNegatives([gold("q", "A"), gold("r", "E")], tableIndex(scores), {
      numNegatives: 2,
    });
    // Negatives: B and C of q, A and B of r.
    expect(miningStatistics(mined)).toEqual({
      positive: {
        count: 2,
        mean: 0.5,
        quantiles: { "0": 0, "0.25": 0.25, "0.5": 0.5, "0.75": 0.75, "1": 1 },
      },
      negative: {
        count: 4,
        mean: 0.75,
        quantiles: { "0": 0.5, "0.25": 0.6875, "0.5": 0.75, "0.75": 0.8125, "1": 1 },
      },
      difference: {
        count: 4,
        mean: -0.25,
        quantiles: { "0": -1, "0.25": -0.8125, "0.5": -0.25, "0.75": 0.3125, "1": 0.5 },
      },
    });
  });

  it("takes no positive of a ranking for a negative, and says where there is nothing", async () => {
    const options = { numNegatives: 1, includePositives: true };
    const mined = await mineHardNegatives([gold("q", "A")], tableIndex(scores), options);
    expect(miningStatistics(mined)).toMatchObject({ negative: null, difference: null });
    expect(miningStatistics({ queries: [] }).positive).toBeNull();
  });
});
