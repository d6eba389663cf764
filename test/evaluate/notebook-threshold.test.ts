import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNotebookThreshold, notebookThreshold } from "embedtune/evaluate";

/** The sweep as one would write it in the notebook: 2,000 thresholds, each over all scores. */
function slowSweep(scores: readonly number[], labels: readonly number[]): [number, number] {
  let best = [-1, -1] as [number, number];
  for (let i = -1000; i < 1000; i++) {
    const right = scores.filter((score, j) => (score > i / 1000 ? 1 : 0) === labels[j]).length;
    if (right / scores.length > best[1]) best = [i / 1000, right / scores.length];
  }
  return best;
}

describe("notebookThreshold", () => {
  it("equals the plain sweep, also for scores on the grid and outside [-1, 1)", () => {
    const score = fc.oneof(
      fc.integer({ min: -1100, max: 1100 }).map((i) => i / 1000),
      fc.double({ min: -1.5, max: 1.5, noNaN: true }),
      fc.integer({ min: -1000, max: 1000 }).map((i) => i / 1000 + 2 ** -53),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(score, fc.integer({ min: 0, max: 1 })), { minLength: 1, maxLength: 12 }),
        (pairs) => {
          const scores = pairs.map(([s]) => s);
          const labels = pairs.map(([, l]) => l);
          const fit = notebookThreshold(scores, labels);
          expect([fit.threshold, fit.accuracy]).toEqual(slowSweep(scores, labels));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("compares strictly: a score equal to the threshold is not similar", () => {
    expect(notebookThreshold([0.5], [0]).threshold).toBe(0.5);
    expect(notebookThreshold([0.5], [1]).threshold).toBe(-1);
  });

  it("cannot accept a score of exactly -1, which the tie-safe fit can", () => {
    expect(notebookThreshold([-1], [1]).accuracy).toBe(0);
  });

  it("prints what the notebook prints", () => {
    const { accuracy, standardError, margin } = notebookThreshold(
      [0.9, 0.8, 0.7, 0.2],
      [1, 0, 1, 0],
    );
    expect(accuracy).toBe(0.75);
    expect(standardError).toBe(Math.sqrt((0.75 * 0.25) / 4));
    expect(margin).toBe(1.96 * standardError);
    const published = { accuracy: 0.978, margin: 0.0067, threshold: 0.736 };
    expect(formatNotebookThreshold({ ...published, standardError: 0, n: 1863 })).toBe(
      "97.8% ± 0.7% | Thresh: 0.736",
    );
    expect(
      formatNotebookThreshold({ ...published, threshold: -1, standardError: 0, n: 1 }),
    ).toContain("Thresh: -1.0");
  });
});
