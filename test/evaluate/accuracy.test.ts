import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateScores } from "embedtune";
import {
  accuracyAtThreshold,
  balancedAccuracy,
  confusionAtThreshold,
  mcc,
  toPlain,
} from "embedtune/evaluate";
import { scored } from "./arbitraries.js";

describe("accuracyAtThreshold", () => {
  it("stands beside its base rate, standard error and intervals", () => {
    const figure = accuracyAtThreshold([0.9, 0.6, 0.4, 0.1], [1, 0, 0, 0], 0.5);
    expect(figure).toMatchObject({ accuracy: 0.75, baseRate: 0.75, n: 4, threshold: 0.5 });
    expect(figure.standardError).toBe(Math.sqrt((0.75 * 0.25) / 4));
    expect(figure.interval[0]).toBeCloseTo(0.75 - 1.959964 * figure.standardError, 6);
    expect(figure.interval[1]).toBe(1);
  });

  it("counts a score equal to the threshold as no match", () => {
    expect(accuracyAtThreshold([0.5], [1], 0.5).accuracy).toBe(0);
    expect(accuracyAtThreshold([0.5], [0], 0.5).accuracy).toBe(1);
  });

  it("accepts everything and nothing at the infinities", () => {
    expect(accuracyAtThreshold([0.1, 0.2], [1, 0], -Infinity).accuracy).toBe(0.5);
    expect(confusionAtThreshold([0.1, 0.2], [1, 0], Infinity).truePositives).toBe(0);
    expect(() => accuracyAtThreshold([0.1], [1], NaN)).toThrow(
      "accuracyAtThreshold: threshold must be a number, received NaN",
    );
  });
});

describe("evaluateScores", () => {
  it("agrees with itself: every figure follows from the confusion and stays in its range", () => {
    fc.assert(
      fc.property(scored(), fc.double({ min: -1, max: 1, noNaN: true }), (sample, threshold) => {
        const { scores, labels } = sample;
        const result = evaluateScores(scores, labels, { threshold });
        expect(result.mcc).toBe(mcc(result.confusion));
        expect(Math.abs(result.mcc)).toBeLessThanOrEqual(1 + 1e-12);
        expect(result.report.accuracy).toBe(result.accuracy.accuracy);
        expect(result.oracle.accuracy).toBeGreaterThanOrEqual(result.accuracy.accuracy);
        expect(result.oracle.accuracy).toBeGreaterThanOrEqual(result.baseRate);
        expect(result.oracle.accuracy).toBeGreaterThanOrEqual(result.notebook.accuracy);
        if (result.rocAuc !== null) {
          expect(result.report.macro.recall).toBeCloseTo(balancedAccuracy(result.confusion), 12);
        }
      }),
    );
  });

  it("says at which threshold the correlation of Matthews is best, beside the one at its own", () => {
    const [scores, labels] = [
      [0.9, 0.8, 0.7, 0.6],
      [1, 1, 0, 0],
    ];
    const result = evaluateScores(scores, labels, { threshold: 0.65 });
    expect(result.accuracy.threshold).toBe(0.65);
    expect(result.mcc).toBeCloseTo(1 / Math.sqrt(3), 12);
    expect(result.bestMcc).toEqual({ value: 1, threshold: 0.75 });
    fc.assert(
      fc.property(scored(), (sample) => {
        const { bestMcc } = evaluateScores(sample.scores, sample.labels);
        const at = (threshold: number): number =>
          mcc(confusionAtThreshold(sample.scores, sample.labels, threshold));
        expect(at(bestMcc.threshold)).toBe(bestMcc.value);
        for (const score of [-Infinity, ...sample.scores]) {
          expect(at(score)).toBeLessThanOrEqual(bestMcc.value);
        }
      }),
    );
  });

  it("is one plain object, also where a label does not occur", () => {
    const plain = toPlain(evaluateScores([0.2, 0.4], [0, 0])) as Record<string, unknown>;
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
    expect(plain).toMatchObject({
      rocAuc: null,
      averagePrecision: null,
      overlap: null,
      positives: 0,
    });
  });
});
