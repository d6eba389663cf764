import { checkInteger, refuse } from "../../../base/checks.js";
import { checkBothLabels, checkScored } from "../../checks.js";

/** Squares of larger ones overflow. */
const mostScore = 1e150;

/** Bins for the scores of both labels. */
export interface LabelHistogramOptions {
  /** How many bins of equal width. @default 100 */
  readonly bins?: number | undefined;
  /** From where to where; scores outside are refused. @default the lowest and the highest score */
  readonly range?: readonly [low: number, high: number] | undefined;
}

/** How the scores of the two labels are spread over the same bins. */
export interface LabelHistogram {
  /** bins + 1 ascending edges; a bin holds its lower edge, the last one both. */
  readonly edges: readonly number[];
  /** Scores of label 1 per bin. */
  readonly positive: readonly number[];
  /** Scores of label 0 per bin. */
  readonly negative: readonly number[];
}

/**
 * Counts the scores of each label per bin.
 *
 * @param scores Finite numbers.
 * @param labels 0 or 1, one per score.
 * @throws RangeError on empty, ragged or non-finite scores, labels other than 0 and 1, `bins` that are no integer >= 1,
 * and a range that does not ascend or leaves a score out.
 */
export function labelHistogram(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: LabelHistogramOptions = {},
): LabelHistogram {
  checkScored(scores, labels, "labelHistogram");
  return histogramOf(scores, labels, options, "labelHistogram");
}

function histogramOf(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  { bins = 100, range }: LabelHistogramOptions,
  caller: string,
): LabelHistogram {
  checkInteger(bins, `${caller}: bins`, { least: 1 });
  const [low, high] = range ?? extent(scores);
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    throw new RangeError(
      `${caller}: range must be two finite numbers, low <= high, received ${low} and ${high}`,
    );
  }
  const largest = Math.max(high, -low);
  if (largest > mostScore) refuse(`${caller}: scores`, `numbers up to ${mostScore}`, largest);
  const width = (high - low) / bins;
  const positive = new Array<number>(bins).fill(0);
  const negative = new Array<number>(bins).fill(0);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    if (score < low || score > high) {
      refuse(`${caller}: scores[${i}]`, `within the range ${low} to ${high}`, score);
    }
    const bin = width === 0 ? 0 : Math.min(bins - 1, Math.floor((score - low) / width));
    if (labels[i] === 1) positive[bin]++;
    else negative[bin]++;
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + i * width));
  return { edges, positive, negative };
}

/** How far apart the scores of the two labels lie. */
export interface Overlap {
  /** Shared area of the two histograms, each of area 1: 0 when apart, 1 when alike. Depends somewhat on the bins. */
  readonly coefficient: number;
  /** d' = (mean of label 1 - mean of label 0) / sqrt(mean of the two variances). */
  readonly dPrime: number;
  readonly histogram: LabelHistogram;
}

/**
 * Overlap of the score distributions of the two labels, as numbers and as the histogram behind them.
 *
 * @throws RangeError when one label does not occur, or when both have all their scores in one point, where d' has no
 * value, or one is above 1e150, besides empty, ragged or non-finite input.
 */
export function scoreOverlap(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: LabelHistogramOptions = {},
): Overlap {
  checkScored(scores, labels, "scoreOverlap");
  return overlapOf(scores, labels, options, "scoreOverlap");
}

/** {@link scoreOverlap} of scores that were checked, for another public function. */
export function overlapOf(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: LabelHistogramOptions,
  caller: string,
): Overlap {
  const histogram = histogramOf(scores, labels, options, caller);
  const one = spreadOf(scores, labels, 1);
  const zero = spreadOf(scores, labels, 0);
  checkBothLabels(one.n, zero.n, caller);
  const spread = Math.sqrt((one.variance + zero.variance) / 2);
  if (spread === 0) {
    throw new RangeError(
      `${caller}: scores must differ within a label for d' to have a value, received one score per label`,
    );
  }
  let coefficient = 0;
  for (const [i, count] of histogram.positive.entries()) {
    coefficient += Math.min(count / one.n, histogram.negative[i] / zero.n);
  }
  return { coefficient, dPrime: (one.mean - zero.mean) / spread, histogram };
}

function extent(scores: ArrayLike<number>): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < scores.length; i++) {
    low = Math.min(low, scores[i]);
    high = Math.max(high, scores[i]);
  }
  return [low, high];
}

function spreadOf(scores: ArrayLike<number>, labels: ArrayLike<number>, label: number) {
  let n = 0;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    if (labels[i] !== label) continue;
    n++;
    sum += scores[i];
  }
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < scores.length; i++)
    if (labels[i] === label) squares += (scores[i] - mean) ** 2;
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0 };
}
