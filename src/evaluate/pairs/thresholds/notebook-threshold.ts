import { checkScored } from "../../checks.js";
import { standardErrorOfShare } from "../../statistics/intervals.js";

export interface NotebookThreshold {
  /** The lowest of the best grid points. */
  readonly threshold: number;
  /** Accuracy at that threshold, on the very scores it was chosen from. */
  readonly accuracy: number;
  readonly standardError: number;
  /** 1.96 · standardError, what the notebook prints after "±". */
  readonly margin: number;
  readonly n: number;
}

/**
 * The reference notebook's figure, for reproducing published results: "similar when cosine > X", X swept over
 * -1, -0.999, …, 0.999, and the accuracy of the best X on the same scores, ± 1.96 · sqrt(a (1 - a) / n).
 *
 * Grid point i is the double nearest to i / 1000 (the notebook divides whole thousandths, so there is no drift as in
 * `np.arange(-1, 1, 0.001)`), the comparison is strict, and the first of several best points wins. The figure is
 * optimistic, as the threshold has seen the labels it is scored on, and it never tries "accept a score of exactly -1".
 *
 * @throws RangeError on empty, ragged or non-finite scores and on labels other than 0 and 1.
 */
export function notebookThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): NotebookThreshold {
  checkScored(scores, labels, "notebookThreshold");
  const n = scores.length;
  // One pass: a score is accepted by all grid points below it, so accuracy changes only where scores fall.
  // change[i] is the gain in right answers on moving from grid point i - 1 to grid point i.
  const change = new Int32Array(gridSize + 1);
  let right = 0;
  for (let i = 0; i < n; i++) {
    const accepting = gridPointsBelow(scores[i]);
    if (accepting > 0) right += labels[i];
    else right += 1 - labels[i];
    if (accepting > 0) change[accepting] += labels[i] === 1 ? -1 : 1;
  }
  let best = 0;
  let bestRight = right;
  for (let i = 1; i < gridSize; i++) {
    right += change[i];
    if (right > bestRight) {
      best = i;
      bestRight = right;
    }
  }
  const accuracy = bestRight / n;
  const standardError = standardErrorOfShare(accuracy, n);
  return { threshold: gridPoint(best), accuracy, standardError, margin: 1.96 * standardError, n };
}

const gridSize = 2000;
const gridPoint = (i: number): number => (i - 1000) / 1000;

/** How many grid points lie strictly below a score: the arithmetic finds the neighbourhood, comparison decides. */
function gridPointsBelow(score: number): number {
  let count = Math.min(gridSize, Math.max(0, Math.ceil(score * 1000) + 1000));
  while (count < gridSize && gridPoint(count) < score) count++;
  while (count > 0 && gridPoint(count - 1) >= score) count--;
  return count;
}

/** The notebook's published wording: `97.8% ± 0.7% | Thresh: 0.736`. */
export function formatNotebookThreshold({
  accuracy,
  margin,
  threshold,
}: NotebookThreshold): string {
  // Python prints the shortest decimals that read back, with ".0" for whole numbers.
  const shown = Number.isInteger(threshold) ? threshold.toFixed(1) : String(threshold);
  return `${(accuracy * 100).toFixed(1)}% ± ${(margin * 100).toFixed(1)}% | Thresh: ${shown}`;
}
