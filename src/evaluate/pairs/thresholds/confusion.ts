import { checkScored, checkThreshold } from "../../checks.js";

/** The four counts of a two-class decision; label 1 is the positive class. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/**
 * Counts decisions by the rule "label 1 when score > threshold".
 *
 * @throws RangeError on empty, ragged or non-finite scores, labels other than 0 and 1, and a threshold that is NaN.
 */
export function confusionAtThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
): Confusion {
  return confusionOf(scores, labels, threshold, "confusionAtThreshold");
}

/** {@link confusionAtThreshold} for another public function. */
export function confusionOf(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
  caller: string,
): Confusion {
  checkScored(scores, labels, caller);
  checkThreshold(threshold, `${caller}: threshold`);
  let truePositives = 0;
  let falsePositives = 0;
  let positives = 0;
  for (let i = 0; i < scores.length; i++) {
    positives += labels[i];
    if (scores[i] > threshold) {
      if (labels[i] === 1) truePositives++;
      else falsePositives++;
    }
  }
  return {
    truePositives,
    falsePositives,
    trueNegatives: scores.length - positives - falsePositives,
    falseNegatives: positives - truePositives,
  };
}

// An empty denominator means the class was never predicted or never occurs: the figure is 0, as in scikit-learn.
const ratio = (numerator: number, denominator: number): number =>
  denominator === 0 ? 0 : numerator / denominator;

/** Share of decisions that are right. */
export function accuracy(c: Confusion): number {
  const right = c.truePositives + c.trueNegatives;
  return ratio(right, right + c.falsePositives + c.falseNegatives);
}

/** Share of the accepted that are positive; 0 when nothing is accepted. */
export function precision(c: Confusion): number {
  return ratio(c.truePositives, c.truePositives + c.falsePositives);
}

/** Share of the positive that are accepted (sensitivity); 0 when nothing is positive. */
export function recall(c: Confusion): number {
  return ratio(c.truePositives, c.truePositives + c.falseNegatives);
}

/** Share of the negative that are rejected; 0 when nothing is negative. */
export function specificity(c: Confusion): number {
  return ratio(c.trueNegatives, c.trueNegatives + c.falsePositives);
}

/** Harmonic mean of precision and recall; 0 when no positive is accepted. */
export function f1(c: Confusion): number {
  return ratio(2 * c.truePositives, 2 * c.truePositives + c.falsePositives + c.falseNegatives);
}

/** Mean recall of the classes that occur. */
export function balancedAccuracy(c: Confusion): number {
  if (c.truePositives + c.falseNegatives === 0) return specificity(c);
  if (c.trueNegatives + c.falsePositives === 0) return recall(c);
  return (recall(c) + specificity(c)) / 2;
}

/**
 * Matthews correlation coefficient, in [-1, 1]: the correlation of decision and label. 0 when all decisions or all
 * labels are alike.
 */
export function mcc(c: Confusion): number {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = c;
  // Two square roots: the product of all four factors leaves the integers doubles can hold.
  const scale = Math.sqrt((tp + fp) * (tn + fn)) * Math.sqrt((tp + fn) * (tn + fp));
  return ratio(tp * tn - fp * fn, scale);
}
