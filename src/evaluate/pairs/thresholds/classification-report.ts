import { checkInteger } from "../../../base/checks.js";
import { accuracy, f1, precision, recall, type Confusion } from "./confusion.js";

/** The figures of one class, or an average of them. */
export interface ClassFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** How many examples carry the label. */
  readonly support: number;
}

/** scikit-learn's `classification_report` of a two-class decision. */
export interface ClassificationReport {
  /** Label 0, "does not match". */
  readonly negative: ClassFigures;
  /** Label 1, "matches". */
  readonly positive: ClassFigures;
  readonly accuracy: number;
  /** Plain mean of the classes that occur, in labels or decisions. */
  readonly macro: ClassFigures;
  /** Mean of the classes, each by its support. */
  readonly weighted: ClassFigures;
}

/**
 * Precision, recall, F1 and support per class, with macro and weighted means. A ratio with nothing below the line is 0;
 * a class that occurs in neither labels nor decisions has no part in the macro mean (both as in scikit-learn).
 *
 * @param confusion From {@link confusionAtThreshold}.
 * @throws RangeError when the counts are all zero, or one is no count.
 */
export function classificationReport(confusion: Confusion): ClassificationReport {
  for (const name of counts) {
    checkInteger(confusion[name], `classificationReport: confusion.${name}`, { least: 0 });
  }
  const n = countOf(confusion);
  if (n === 0) {
    throw new RangeError("classificationReport: confusion must count a decision, received none");
  }
  const positive = figuresOf(confusion);
  const negative = figuresOf(mirrored(confusion));
  const classes = [negative, positive];
  const occurring = [
    n > confusion.truePositives ? negative : undefined,
    n > confusion.trueNegatives ? positive : undefined,
  ].filter((figures) => figures !== undefined);
  const mean = (figures: readonly ClassFigures[], weight: (f: ClassFigures) => number) => {
    const total = figures.reduce((sum, f) => sum + weight(f), 0);
    const of = (name: "precision" | "recall" | "f1"): number =>
      figures.reduce((sum, f) => sum + weight(f) * f[name], 0) / total;
    return { precision: of("precision"), recall: of("recall"), f1: of("f1"), support: n };
  };
  return {
    negative,
    positive,
    accuracy: accuracy(confusion),
    macro: mean(occurring, () => 1),
    weighted: mean(classes, (f) => f.support),
  };
}

/** The 2 × 2 matrix scikit-learn prints: a row per label, a column per decision, 0 before 1. */
export function confusionMatrix({
  truePositives,
  falsePositives,
  trueNegatives,
  falseNegatives,
}: Confusion): readonly [readonly [number, number], readonly [number, number]] {
  return [
    [trueNegatives, falsePositives],
    [falseNegatives, truePositives],
  ];
}

const counts = ["truePositives", "falsePositives", "trueNegatives", "falseNegatives"] as const;

const countOf = (c: Confusion): number =>
  c.truePositives + c.falsePositives + c.trueNegatives + c.falseNegatives;

/** The same decisions seen from the other class. */
const mirrored = (c: Confusion): Confusion => ({
  truePositives: c.trueNegatives,
  falsePositives: c.falseNegatives,
  trueNegatives: c.truePositives,
  falseNegatives: c.falsePositives,
});

const figuresOf = (c: Confusion): ClassFigures => ({
  precision: precision(c),
  recall: recall(c),
  f1: f1(c),
  support: c.truePositives + c.falseNegatives,
});
