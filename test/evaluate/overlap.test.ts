import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import { labelHistogram, scoreOverlap } from "embedtune/evaluate";

describe("scoreOverlap", () => {
  it("finds the d' and about the overlap that theory gives for two normal distributions", () => {
    const random = createRandom("bells");
    const labels = Array.from({ length: 40_000 }, (_, i) => i % 2);
    const scores = labels.map((label) => 1.5 * label + random.normal());
    const { dPrime, coefficient } = scoreOverlap(scores, labels, { bins: 60 });
    expect(dPrime).toBeCloseTo(1.5, 1);
    // 2 · Φ(-d'/2)
    expect(coefficient).toBeCloseTo(0.4533, 1);
  });

  it("is 0 apart and 1 alike", () => {
    expect(scoreOverlap([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]).coefficient).toBe(0);
    const alike = scoreOverlap([0.1, 0.9, 0.1, 0.9], [0, 0, 1, 1]);
    expect(alike).toMatchObject({ coefficient: 1, dPrime: 0 });
  });

  it("computes d' from sample variances: means 3 and 1, variances 2 and 1 / 2", () => {
    const { dPrime } = scoreOverlap([2, 4, 0.5, 1.5], [1, 1, 0, 0]);
    expect(dPrime).toBeCloseTo(2 / Math.sqrt((2 + 0.5) / 2), 14);
  });

  it("changes sign when others score higher than matches", () => {
    expect(scoreOverlap([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0]).dPrime).toBeLessThan(0);
  });

  it("refuses what has no value, by name", () => {
    expect(() => scoreOverlap([0.1, 0.2], [1, 1])).toThrow(
      "scoreOverlap: labels must hold both 0 and 1, received only 1",
    );
    expect(() => scoreOverlap([0.1, 0.2], [1, 0])).toThrow("received one score per label");
  });
});

describe("labelHistogram", () => {
  it("puts a score on an edge into the bin above it, the highest into the last", () => {
    expect(labelHistogram([0, 0.25, 0.5, 1], [1, 0, 1, 1], { bins: 2 })).toEqual({
      edges: [0, 0.5, 1],
      positive: [1, 2],
      negative: [1, 0],
    });
  });

  it("holds every score once, also when all are equal", () => {
    const { positive, negative } = labelHistogram([0.3, 0.3, 0.3], [1, 0, 1], { bins: 4 });
    expect([positive, negative]).toEqual([
      [2, 0, 0, 0],
      [1, 0, 0, 0],
    ]);
  });

  it("refuses scores outside a given range and bins that are none", () => {
    expect(() => labelHistogram([2], [1], { range: [0, 1] })).toThrow(
      "labelHistogram: scores[0] must be within the range 0 to 1, received 2",
    );
    expect(() => labelHistogram([2], [1], { bins: 0 })).toThrow(
      "labelHistogram: bins must be an integer >= 1, received 0",
    );
    expect(() => labelHistogram([2], [1], { range: [1, 0] })).toThrow(
      "labelHistogram: range must be two finite numbers, low <= high, received 1 and 0",
    );
  });
});

describe("scores at the end of what numbers can be", () => {
  it.each([[[1e308, 1e308, -1e308, 0]], [[1e200, 2e200, 0, 1]], [[0, 1, -1e308, -1e308]]])(
    "are refused, and never end in NaN: %j",
    (scores) => {
      expect(() => scoreOverlap(scores, [1, 1, 0, 0])).toThrow(
        /scoreOverlap: scores must be numbers up to 1e\+150, received [12]e\+/,
      );
      const { dPrime } = scoreOverlap([1e150, 9e149, -1e150, 0], [1, 1, 0, 0]);
      expect(dPrime).toBeGreaterThan(0);
    },
  );
});
