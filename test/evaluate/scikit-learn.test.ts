import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  accuracyAtThreshold,
  applyCalibration,
  areaUnderCurve,
  averagePrecision,
  balancedAccuracy,
  brierScore,
  calibrationCurve,
  classificationReport,
  confusionAtThreshold,
  confusionMatrix,
  f1,
  fitCalibration,
  mcc,
  precisionRecallCurve,
  rocAuc,
  rocCurve,
} from "embedtune/evaluate";
import { normalCdf, normalQuantile } from "../../src/evaluate/statistics/normal.js";

interface Figures {
  readonly precision: number;
  readonly recall: number;
  readonly "f1-score": number;
  readonly support: number;
}

/** What scikit-learn.py writes. */
interface Case {
  readonly name: string;
  readonly scores: number[];
  readonly labels: number[];
  readonly threshold: number;
  readonly accuracy: number;
  readonly wilson: [number, number];
  readonly balancedAccuracy: number;
  readonly f1: number;
  readonly mcc: number;
  readonly confusionMatrix: number[][];
  readonly report: Record<string, Figures>;
  readonly averagePrecision: number | null;
  readonly curves?: {
    readonly rocAuc: number;
    readonly rocThresholds: number[];
    readonly falsePositiveRate: number[];
    readonly truePositiveRate: number[];
    readonly precision: number[];
    readonly recall: number[];
    readonly prAuc: number;
  };
  readonly calibration?: {
    readonly at: number[];
    readonly isotonic: number[];
    readonly isotonicBrier: number;
    readonly calibrationCurve: { readonly observed: number[]; readonly predicted: number[] };
    readonly slope: number;
    readonly intercept: number;
    readonly platt: number[];
  };
}

interface Reference {
  readonly cases: Case[];
  readonly brier: { probabilities: number[]; labels: number[]; value: number };
  readonly normalQuantile: [number, number][];
  readonly normalCdf: [number, number][];
  readonly mcnemar: [number, number, number][];
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/evaluate/scikit-learn.json", import.meta.url), "utf8"),
) as Reference;

/** Within 1e-9, value by value. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i]), `value ${i}`).toBeLessThanOrEqual(1e-9);
  }
}

const close = (actual: number, expected: number): void => {
  expectClose([actual], [expected]);
};

describe.each(reference.cases)("scikit-learn's figures within 1e-9: $name", (example) => {
  const { scores, labels, threshold, curves, calibration } = example;
  const confusion = confusionAtThreshold(scores, labels, threshold);

  it("the decision at a threshold", () => {
    const figure = accuracyAtThreshold(scores, labels, threshold);
    close(figure.accuracy, example.accuracy);
    expectClose(figure.wilsonInterval, example.wilson);
    close(balancedAccuracy(confusion), example.balancedAccuracy);
    close(f1(confusion), example.f1);
    close(mcc(confusion), example.mcc);
    expect(confusionMatrix(confusion)).toEqual(example.confusionMatrix);
  });

  it("the classification report", () => {
    const report = classificationReport(confusion);
    const rows = {
      "0": report.negative,
      "1": report.positive,
      "macro avg": report.macro,
      "weighted avg": report.weighted,
    };
    for (const [name, row] of Object.entries(rows)) {
      // A class in neither labels nor decisions has no row there.
      if (!(name in example.report)) continue;
      const expected = example.report[name];
      expectClose(
        [row.precision, row.recall, row.f1, row.support],
        [expected.precision, expected.recall, expected["f1-score"], expected.support],
      );
    }
    expect(Object.keys(example.report)).toContain("macro avg");
  });

  // What scikit-learn leaves undefined in a case, the case does not hold.
  const expectedPrecision = example.averagePrecision;
  if (expectedPrecision !== null) {
    it("average precision", () => {
      close(averagePrecision(scores, labels), expectedPrecision);
    });
  }

  if (curves)
    it("the ROC and precision-recall curves and their areas", () => {
      const roc = rocCurve(scores, labels);
      close(rocAuc(scores, labels), curves.rocAuc);
      close(areaUnderCurve(roc.falsePositiveRate, roc.truePositiveRate), curves.rocAuc);
      expectClose(roc.thresholds.subarray(1), curves.rocThresholds);
      expectClose(roc.falsePositiveRate, curves.falsePositiveRate);
      expectClose(roc.truePositiveRate, curves.truePositiveRate);
      const pr = precisionRecallCurve(scores, labels);
      expectClose(pr.precision, curves.precision);
      expectClose(pr.recall, curves.recall);
      close(areaUnderCurve(pr.recall, pr.precision), curves.prAuc);
    });

  if (calibration)
    it("isotonic calibration, its Brier score and reliability diagram", () => {
      const isotonic = fitCalibration(scores, labels, { method: "isotonic" });
      expectClose(applyCalibration(isotonic, calibration.at), calibration.isotonic);
      const probabilities = applyCalibration(isotonic, scores);
      close(brierScore(probabilities, labels), calibration.isotonicBrier);
      const bins = calibrationCurve(probabilities, labels, { bins: 8 });
      expectClose(
        bins.map(({ observed }) => observed),
        calibration.calibrationCurve.observed,
      );
      expectClose(
        bins.map(({ predicted }) => predicted),
        calibration.calibrationCurve.predicted,
      );
    });

  if (calibration)
    it("Platt calibration", () => {
      const platt = fitCalibration(scores, labels);
      if (platt.method !== "platt") throw new Error("expected Platt by default");
      expectClose([platt.slope, platt.intercept], [calibration.slope, calibration.intercept]);
      expectClose(applyCalibration(platt, calibration.at), calibration.platt);
    });
});

describe("scikit-learn's and SciPy's figures within 1e-9", () => {
  it("the Brier score", () => {
    close(brierScore(reference.brier.probabilities, reference.brier.labels), reference.brier.value);
  });

  it("the normal distribution, both ways and far into the tails", () => {
    for (const [p, z] of reference.normalQuantile) close(normalQuantile(p), z);
    for (const [z, p] of reference.normalCdf) {
      close(normalCdf(z), p);
      if (z < 0) close(normalCdf(z) / p, 1);
    }
  });
});

it("a report refuses what is no confusion, rather than give figures that are no numbers", () => {
  const decisions = [1, 1, 0] as unknown as Parameters<typeof classificationReport>[0];
  expect(() => classificationReport(decisions)).toThrow(
    "classificationReport: confusion.truePositives must be an integer",
  );
  const odd = { truePositives: 1, falsePositives: 0, trueNegatives: -1, falseNegatives: 0 };
  expect(() => classificationReport(odd)).toThrow("classificationReport: confusion.trueNegatives");
});
