import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitThreshold, type ThresholdMetric } from "embedtune";
import { ACCEPT_ALL, REJECT_ALL, accuracyAtThreshold, formatThreshold } from "embedtune/evaluate";
import { bruteForceBest, scored } from "./arbitraries.js";

describe("fitThreshold", () => {
  it("never cuts equal scores apart: [.5, .5] with [1, 0] gives accuracy 0.5", () => {
    const fit = fitThreshold([0.5, 0.5], [1, 0]);
    expect(fit.value).toBe(0.5);
    expect(accuracyAtThreshold([0.5, 0.5], [1, 0], fit.threshold).accuracy).toBe(0.5);
  });

  it("tries to reject all: all-negative labels give accuracy 1", () => {
    expect(fitThreshold([0.1, 0.9, 0.4], [0, 0, 0])).toMatchObject({
      threshold: REJECT_ALL,
      value: 1,
    });
  });

  it("tries to accept all: all-positive labels give accuracy 1", () => {
    expect(fitThreshold([0.1, 0.9, 0.4], [1, 1, 1])).toMatchObject({
      threshold: ACCEPT_ALL,
      value: 1,
    });
  });

  it("takes the middle of the gap", () => {
    expect(fitThreshold([0.25, 0.75], [0, 1]).threshold).toBe(0.5);
  });

  it("prefers the widest gap among equally good cuts, whatever the order", () => {
    // The cuts below the first and below the third score both get three of four right.
    expect(fitThreshold([0.9, 0.8, 0.5, 0.25], [1, 0, 1, 0]).threshold).toBeCloseTo(0.375, 12);
    expect(fitThreshold([0.9, 0.4, 0.3, 0.25], [1, 0, 1, 0]).threshold).toBeCloseTo(0.65, 12);
    expect(fitThreshold([0.25, 0.3, 0.4, 0.9], [0, 1, 0, 1]).threshold).toBeCloseTo(0.65, 12);
  });

  it("separates neighbouring floats, between which no midpoint exists", () => {
    const low = 0.5;
    const high = 0.5 + 2 ** -53;
    const { threshold } = fitThreshold([low, high], [0, 1]);
    expect(accuracyAtThreshold([low, high], [0, 1], threshold).accuracy).toBe(1);
  });

  it("holds the precision floor and says when nothing reaches it", () => {
    const scores = [0.9, 0.8, 0.7, 0.6, 0.5];
    const labels = [1, 1, 0, 1, 0];
    const floor = { metric: "recallAtPrecision" } as const;
    expect(fitThreshold(scores, labels, { ...floor, minPrecision: 0.75 })).toMatchObject({
      value: 1,
      threshold: 0.55,
    });
    expect(fitThreshold(scores, labels, { ...floor, minPrecision: 1 }).value).toBeCloseTo(2 / 3);
    expect(() => fitThreshold([0.9, 0.1], [0, 1], { ...floor, minPrecision: 0.9 })).toThrow(
      "fitThreshold: minPrecision must be a precision that some threshold reaches, received 0.9",
    );
  });

  it("is never beaten by brute force, for any metric", () => {
    const metrics = ["accuracy", "balancedAccuracy", "f1", "mcc"] as const;
    fc.assert(
      fc.property(scored(), fc.constantFrom(...metrics), ({ scores, labels }, metric) => {
        const fit = fitThreshold(scores, labels, { metric });
        expect(fit.value).toBe(bruteForceBest(scores, labels, metric));
      }),
    );
  });

  it("reaches on its own set the accuracy it promises", () => {
    fc.assert(
      fc.property(scored(), ({ scores, labels }) => {
        const fit = fitThreshold(scores, labels);
        expect(accuracyAtThreshold(scores, labels, fit.threshold).accuracy).toBe(fit.value);
      }),
    );
  });

  it("does not depend on the order of the input", () => {
    fc.assert(
      fc.property(scored(), ({ scores, labels }) => {
        const turned = fitThreshold([...scores].reverse(), [...labels].reverse());
        expect(turned).toEqual(fitThreshold(scores, labels));
      }),
    );
  });

  it("survives JSON at the extremes", () => {
    const fit = fitThreshold([0.5], [0]);
    expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);
    expect(formatThreshold(fit.threshold)).toBe("reject all");
    expect(formatThreshold(ACCEPT_ALL)).toBe("accept all");
    expect(formatThreshold(0.7364)).toBe("0.736");
  });

  it("refuses bad input by name", () => {
    expect(() => fitThreshold([], [])).toThrow(
      "fitThreshold: scores must hold at least one number, received none",
    );
    expect(() => fitThreshold([0.1, NaN], [0, 1])).toThrow(
      "fitThreshold: scores[1] must be a finite number, received NaN",
    );
    expect(() => fitThreshold([0.1, 0.2], [0, 2])).toThrow(
      "fitThreshold: labels[1] must be 0 or 1, received 2",
    );
    expect(() => fitThreshold([0.1], [0, 1])).toThrow("same length, received 1 and 2");
    expect(() => fitThreshold([0.1], [0], { metric: "auc" as ThresholdMetric })).toThrow(
      'fitThreshold: metric must be "accuracy", "balancedAccuracy", "f1", "mcc" or "recallAtPrecision", received "auc"',
    );
  });
});
