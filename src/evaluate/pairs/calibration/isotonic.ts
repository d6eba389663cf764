import { checkBothLabels, checkScored } from "../../checks.js";
import { countCuts } from "../thresholds/cuts.js";

/** A rising curve through knots, linear between them and level outside. */
export interface IsotonicCalibration {
  readonly method: "isotonic";
  /** Ascending. */
  readonly scores: readonly number[];
  /** Non-decreasing, in [0, 1]. */
  readonly probabilities: readonly number[];
}

/**
 * Isotonic regression of label on score: the non-decreasing curve of least squared error, by pooling adjacent
 * violators in O(n log n). Equal scores count as one point at their mean (scikit-learn's `IsotonicRegression`). Knots
 * inside a level stretch are left out, as they change nothing.
 */
export function fitIsotonic(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): IsotonicCalibration {
  checkScored(scores, labels, "fitCalibration");
  const cuts = countCuts(scores, labels);
  checkBothLabels(cuts.positives, cuts.negatives, "fitCalibration");
  // Blocks of equal probability, from the lowest score up. A block that is not above the one before joins it.
  const starts: number[] = [];
  const ends: number[] = [];
  const positives: number[] = [];
  const counts: number[] = [];
  for (let i = cuts.scores.length - 1; i >= 0; i--) {
    const truePositives = cuts.truePositives[i] - (i > 0 ? cuts.truePositives[i - 1] : 0);
    const falsePositives = cuts.falsePositives[i] - (i > 0 ? cuts.falsePositives[i - 1] : 0);
    let start = cuts.scores[i];
    let positive = truePositives;
    let count = truePositives + falsePositives;
    // Cross-multiplied, so that whole numbers are compared.
    while (counts.length > 0 && positives.at(-1)! * count >= positive * counts.at(-1)!) {
      start = starts.pop()!;
      ends.pop();
      positive += positives.pop()!;
      count += counts.pop()!;
    }
    starts.push(start);
    ends.push(cuts.scores[i]);
    positives.push(positive);
    counts.push(count);
  }
  const knots = { scores: [] as number[], probabilities: [] as number[] };
  for (let i = 0; i < starts.length; i++) {
    const probability = positives[i] / counts[i];
    knots.scores.push(starts[i]);
    knots.probabilities.push(probability);
    if (ends[i] > starts[i]) {
      knots.scores.push(ends[i]);
      knots.probabilities.push(probability);
    }
  }
  return { method: "isotonic", ...knots };
}
