import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import {
  applyCalibration,
  brierScore,
  calibrationCurve,
  expectedCalibrationError,
  fitCalibration,
  toPlain,
  type Calibration,
} from "embedtune/evaluate";
import { scored } from "./arbitraries.js";

const bothLabels = scored({ minLength: 2 }).filter(
  ({ labels }) => labels.includes(0) && labels.includes(1),
);

/** Scores whose label is 1 with probability 1 / (1 + exp(-(8 score - 4))). */
function logistic(n: number): { scores: number[]; labels: number[] } {
  const random = createRandom("logistic");
  const scores = Array.from({ length: n }, () => random.next());
  const labels = scores.map((s) => +(random.next() < 1 / (1 + Math.exp(-(8 * s - 4)))));
  return { scores, labels };
}

describe("calibration", () => {
  it("recovers the curve the labels were drawn from, by either method", () => {
    const { scores, labels } = logistic(20_000);
    const platt = fitCalibration(scores, labels);
    expect(platt).toMatchObject({ method: "platt" });
    if (platt.method === "platt") {
      expect(platt.slope).toBeCloseTo(8, 0);
      expect(platt.intercept).toBeCloseTo(-4, 0);
    }
    const isotonic = fitCalibration(scores, labels, { method: "isotonic" });
    for (const score of [0.2, 0.5, 0.8]) {
      const truth = 1 / (1 + Math.exp(-(8 * score - 4)));
      expect(applyCalibration(platt, [score])[0]).toBeCloseTo(truth, 1);
      expect(Math.abs(applyCalibration(isotonic, [score])[0] - truth)).toBeLessThan(0.06);
    }
  });

  it("is plain data that gives the same probabilities after JSON", () => {
    const { scores, labels } = logistic(300);
    for (const method of ["platt", "isotonic"] as const) {
      const fitted = fitCalibration(scores, labels, { method });
      const read = JSON.parse(JSON.stringify(toPlain(fitted))) as Calibration;
      expect(applyCalibration(read, scores)).toEqual(applyCalibration(fitted, scores));
    }
  });

  it("never falls as the score rises, and stays a probability", () => {
    const ascending = Array.from({ length: 81 }, (_, i) => i / 20 - 2);
    fc.assert(
      fc.property(bothLabels, ({ scores, labels }) => {
        const isotonic = fitCalibration(scores, labels, { method: "isotonic" });
        const values = applyCalibration(isotonic, ascending);
        expect(values.every((p, i) => p >= 0 && p <= 1 && (i === 0 || p >= values[i - 1]))).toBe(
          true,
        );
      }),
    );
  });

  it("by isotonic regression beats every constant and every cut on its own set", () => {
    fc.assert(
      fc.property(bothLabels, ({ scores, labels }) => {
        const isotonic = fitCalibration(scores, labels, { method: "isotonic" });
        const fitted = brierScore(applyCalibration(isotonic, scores), labels);
        for (const cut of [-Infinity, ...scores]) {
          const side = (above: boolean): number => {
            const own = labels.filter((_, i) => scores[i] > cut === above);
            return own.length === 0 ? 0 : own.reduce((sum, l) => sum + l, 0) / own.length;
          };
          const [low, high] = [side(false), side(true)];
          if (low > high) continue; // not a rising curve
          const rival = scores.map((score) => (score > cut ? high : low));
          expect(fitted).toBeLessThanOrEqual(brierScore(rival, labels) + 1e-12);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("by Platt's curve stays finite where the labels separate, and level where scores say nothing", () => {
    const apart = fitCalibration([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]);
    const [low, high] = applyCalibration(apart, [0.1, 0.9]);
    expect(low).toBeGreaterThan(0.1);
    expect(high).toBeLessThan(0.9);
    const level = fitCalibration([0.5, 0.5, 0.5], [0, 1, 1]);
    expect(applyCalibration(level, [0, 1])).toEqual(applyCalibration(level, [1, 0]));
  });

  it("shows in the reliability diagram how far promises are from what was found", () => {
    const bins = calibrationCurve([0.1, 0.2, 0.9, 1], [0, 1, 1, 1], { bins: 2 });
    expect(bins).toEqual([
      { predicted: (0.1 + 0.2) / 2, observed: 0.5, n: 2 },
      { predicted: 0.95, observed: 1, n: 2 },
    ]);
    expect(expectedCalibrationError(bins)).toBeCloseTo(0.2, 12);
  });

  it("refuses what it cannot fit or judge, by name", () => {
    const scores = [0.1, 0.9] as unknown as Parameters<typeof expectedCalibrationError>[0];
    expect(() => expectedCalibrationError(scores)).toThrow(
      "expectedCalibrationError: bins[0].n must be an integer",
    );
    for (const bins of [[], [{ predicted: 0, observed: 0, n: 0 }]]) {
      expect(() => expectedCalibrationError(bins)).toThrow(
        "expectedCalibrationError: bins must be bins with a probability in them",
      );
    }
    expect(() => fitCalibration([0.1, 0.2], [1, 1])).toThrow(
      "fitCalibration: labels must hold both 0 and 1, received only 1",
    );
    expect(() => fitCalibration([0.1, 0.2], [0, 0], { method: "isotonic" })).toThrow(
      "fitCalibration: labels must hold both 0 and 1, received only 0",
    );
    expect(() => fitCalibration([0.1, 0.2], [0, 1], { method: "beta" as "platt" })).toThrow(
      'fitCalibration: method must be "platt" or "isotonic", received "beta"',
    );
    expect(() => brierScore([1.5], [1])).toThrow(
      "brierScore: probabilities[0] must be a number from 0 to 1, received 1.5",
    );
    expect(() => toPlain({ a: [1, NaN] })).toThrow(
      "toPlain: value.a[1] must be a number that JSON has, received NaN",
    );
  });
});
