import { checkSameLength } from "../../base/checks.js";
import { checkScores } from "../checks.js";

/** How well scores follow grades. */
export interface GradedEvaluation {
  /** Correlation of the ranks, ties at their mean rank: whether higher grades have higher scores, on whatever curve. */
  readonly spearman: number;
  /** Correlation of the values: whether scores rise in proportion to grades. */
  readonly pearson: number;
  readonly n: number;
}

/**
 * Pearson's correlation of two columns, in [-1, 1] (SciPy's `pearsonr`).
 *
 * @throws RangeError on columns of different lengths or of fewer than two values, values that are not finite, and a
 *   column of one value only, which correlates with nothing.
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkColumns(a, b, "pearson", ["a", "b"]);
  return correlation(a, b);
}

/**
 * Spearman's rank correlation of two columns, in [-1, 1]: Pearson's of their ranks, equal values at the mean of their
 * ranks (SciPy's `spearmanr`).
 *
 * @throws RangeError as {@link pearson}.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkColumns(a, b, "spearman", ["a", "b"]);
  return correlation(meanRanks(a), meanRanks(b));
}

/**
 * Pairs whose likeness was graded rather than labelled, as in STS: the correlations that sentence-transformers'
 * `EmbeddingSimilarityEvaluator` gives.
 *
 * @param scores A score per pair, e.g. of {@link pairScores}.
 * @param grades A grade per pair, higher for more alike.
 * @throws RangeError on ragged columns, fewer than two pairs, values that are not finite, and scores or grades that are all
 *   the same.
 */
export function evaluateGradedPairs(
  scores: ArrayLike<number>,
  grades: ArrayLike<number>,
): GradedEvaluation {
  const caller = "evaluateGradedPairs";
  checkColumns(scores, grades, caller, ["scores", "grades"]);
  return {
    spearman: correlation(meanRanks(scores), meanRanks(grades)),
    pearson: correlation(scores, grades),
    n: scores.length,
  };
}

type Names = readonly [a: string, b: string];

function checkColumns(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  caller: string,
  [nameA, nameB]: Names,
): void {
  checkSameLength(a, `${caller}: ${nameA}`, b, nameB);
  checkScores(a, `${caller}: ${nameA}`);
  checkScores(b, `${caller}: ${nameB}`);
  if (a.length < 2) {
    throw new RangeError(`${caller}: ${nameA} must hold at least 2 numbers, received ${a.length}`);
  }
  for (const [values, name] of [
    [a, nameA],
    [b, nameB],
  ] as const) {
    const same = Array.prototype.every.call(values, (value) => value === values[0]);
    if (!same) continue;
    throw new RangeError(
      `${caller}: ${name} must not all be the same, received ${values[0]} alone`,
    );
  }
}

/** Of deviations over the largest one: no square overflows or vanishes. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [deviations(a), deviations(b)];
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    xy += x[i] * y[i];
    xx += x[i] * x[i];
    yy += y[i] * y[i];
  }
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
}

function deviations(values: ArrayLike<number>): Float64Array {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  const scaled = Float64Array.from(values, (value) => value / largest);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const away = scaled.map((value) => value - mean);
  const most = away.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return away.map((value) => value / most);
}

/** Ranks from 1; equal values share the mean of theirs. */
function meanRanks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  order.sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
