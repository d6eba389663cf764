import { checkSameLength } from "../../base/checks.js";
import { checkLabels, checkScored, checkThreshold } from "../checks.js";

export interface McNemarTest {
  /** Wrong before, right after. */
  readonly gained: number;
  /** Right before, wrong after. */
  readonly lost: number;
  /** Two-sided, exact. */
  readonly p: number;
}

/**
 * McNemar's test of two classifiers on the same examples, in its exact form: were gains and losses equally likely, how
 * often would a split as uneven as this one come up?
 *
 * It takes the examples as independent. Pairs that share a query are not quite that; where it matters, use
 * {@link pairedPermutation} with `groups`.
 *
 * @param rightBefore 1 where the classifier before was right, else 0.
 * @param rightAfter The same for the one after, in the same order.
 * @throws RangeError on lists of different lengths and on values other than 0 and 1.
 *
 * Source: McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947.
 */
export function mcnemar(
  rightBefore: ArrayLike<number>,
  rightAfter: ArrayLike<number>,
): McNemarTest {
  checkSameLength(rightBefore, "mcnemar: rightBefore", rightAfter, "rightAfter");
  checkLabels(rightBefore, "mcnemar: rightBefore");
  checkLabels(rightAfter, "mcnemar: rightAfter");
  let gained = 0;
  let lost = 0;
  for (let i = 0; i < rightBefore.length; i++) {
    if (rightAfter[i] > rightBefore[i]) gained++;
    else if (rightAfter[i] < rightBefore[i]) lost++;
  }
  return { gained, lost, p: signTest(gained, lost) };
}

/** Two-sided p of a fair coin falling `a` to `b`. */
export function signTest(a: number, b: number): number {
  const n = a + b;
  const fewer = Math.min(a, b);
  // Binomial terms from the smaller side up, relative to the one at `fewer`, then scaled by it in logarithms.
  let sum = 1;
  let term = 1;
  for (let k = fewer; k > 0; k--) {
    term *= k / (n - k + 1);
    sum += term;
  }
  let log = -n * Math.LN2;
  for (let k = 1; k <= fewer; k++) log += Math.log((n - fewer + k) / k);
  return Math.min(1, 2 * sum * Math.exp(log));
}

/**
 * 1 where the rule "label 1 when score > threshold" is right, else 0: what {@link mcnemar} compares.
 *
 * @throws RangeError on empty, ragged or non-finite scores, labels other than 0 and 1, and a threshold that is NaN.
 */
export function rightAtThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
): Uint8Array {
  checkScored(scores, labels, "rightAtThreshold");
  checkThreshold(threshold, "rightAtThreshold: threshold");
  return Uint8Array.from(labels, (label, i) => (label === (scores[i] > threshold ? 1 : 0) ? 1 : 0));
}
