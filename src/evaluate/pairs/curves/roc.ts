import { checkBothLabels, checkScored } from "../../checks.js";
import { countCuts } from "../thresholds/cuts.js";

/**
 * Area under the ROC curve: the chance that a random positive scores above a random negative, ties counting half
 * (scikit-learn's `roc_auc_score`). 0.5 is chance; no threshold is involved.
 *
 * @throws RangeError when one of the labels does not occur, besides empty, ragged or non-finite input.
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkScored(scores, labels, "rocAuc");
  const cuts = countCuts(scores, labels);
  const { positives, negatives, truePositives, falsePositives } = cuts;
  checkBothLabels(positives, negatives, "rocAuc");
  // Twice the area in units of one positive × one negative: whole numbers, so nothing is rounded before the division.
  let twice = 0;
  let lastTrue = 0;
  let lastFalse = 0;
  for (let i = 0; i < cuts.scores.length; i++) {
    twice += (falsePositives[i] - lastFalse) * (truePositives[i] + lastTrue);
    lastTrue = truePositives[i];
    lastFalse = falsePositives[i];
  }
  return twice / (2 * positives * negatives);
}
