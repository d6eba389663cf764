import { checkPositives, checkScored } from "../../checks.js";
import { countCuts } from "../thresholds/cuts.js";

/**
 * Average precision: the mean of the precision at each cut, weighted by the recall it gains (scikit-learn's
 * `average_precision_score`; no interpolation, equal scores accepted together). The base rate of label 1 is chance.
 *
 * @throws RangeError when label 1 does not occur, besides empty, ragged or non-finite input.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkScored(scores, labels, "averagePrecision");
  const { positives, truePositives, falsePositives, scores: distinct } = countCuts(scores, labels);
  checkPositives(positives, "averagePrecision");
  let sum = 0;
  let last = 0;
  for (let i = 0; i < distinct.length; i++) {
    const accepted = truePositives[i] + falsePositives[i];
    sum += (truePositives[i] - last) * (truePositives[i] / accepted);
    last = truePositives[i];
  }
  return sum / positives;
}
