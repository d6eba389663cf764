import { checkChoice, checkInteger, checkSameLength, refuse } from "../../../base/checks.js";
import { checkLabels, checkScores } from "../../checks.js";
import { fitIsotonic, type IsotonicCalibration } from "./isotonic.js";
import { fitPlatt, type PlattCalibration } from "./platt.js";

/** A map from cosine to the probability of a match. Plain data: it survives JSON and can stand in a file. */
export type Calibration = IsotonicCalibration | PlattCalibration;

export interface FitCalibrationOptions {
  /**
   * `"platt"` fits a logistic curve, two numbers, and suits small sets; `"isotonic"` fits any rising step curve and
   * wants about a thousand pairs or more. @default "platt"
   */
  readonly method?: "platt" | "isotonic" | undefined;
}

/**
 * Learns what a cosine means as a probability. Fit it on data the embedding was not trained on, and judge it with
 * {@link brierScore} on other data again.
 *
 * @throws RangeError on empty, ragged or non-finite input, labels other than 0 and 1, or a label that does not occur.
 */
export function fitCalibration(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  { method = "platt" }: FitCalibrationOptions = {},
): Calibration {
  checkChoice(method, "fitCalibration: method", ["platt", "isotonic"]);
  return method === "platt" ? fitPlatt(scores, labels) : fitIsotonic(scores, labels);
}

/** The probability of a match at each score, by a fitted {@link Calibration}. @throws RangeError on no or non-finite scores. */
export function applyCalibration(
  calibration: Calibration,
  scores: ArrayLike<number>,
): Float64Array {
  checkScores(scores, "applyCalibration: scores");
  const probability =
    calibration.method === "platt" ? plattCurve(calibration) : isotonicCurve(calibration);
  return Float64Array.from(scores, probability);
}

const plattCurve =
  ({ slope, intercept }: PlattCalibration) =>
  (score: number): number =>
    1 / (1 + Math.exp(-(slope * score + intercept)));

/** Linear between the knots, level outside them. */
const isotonicCurve = ({ scores, probabilities }: IsotonicCalibration) => {
  const last = scores.length - 1;
  return (score: number): number => {
    if (score <= scores[0]) return probabilities[0];
    if (score >= scores[last]) return probabilities[last];
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (scores[middle] <= score) low = middle;
      else high = middle;
    }
    const share = (score - scores[low]) / (scores[high] - scores[low]);
    return probabilities[low] + share * (probabilities[high] - probabilities[low]);
  };
};

/**
 * The Brier score: the mean squared distance of probability and outcome. 0 is perfect; always answering with the share
 * of label 1, p, scores p (1 - p).
 *
 * @param probabilities In [0, 1].
 * @param labels 0 or 1, one per probability.
 * @throws RangeError on empty or ragged lists, probabilities outside [0, 1] and labels other than 0 and 1.
 */
export function brierScore(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkProbabilities(probabilities, labels, "brierScore");
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i] - labels[i]) ** 2;
  return sum / labels.length;
}

/** One bin of a reliability diagram. */
export interface CalibrationBin {
  /** Mean probability promised in the bin. */
  readonly predicted: number;
  /** Share of label 1 found in the bin. */
  readonly observed: number;
  /** Probabilities in the bin. */
  readonly n: number;
}

/**
 * The reliability diagram: what was promised against what was found, in bins of equal width over [0, 1], empty bins
 * left out (scikit-learn's `calibration_curve`).
 *
 * @param probabilities In [0, 1].
 * @param labels 0 or 1, one per probability.
 * @throws RangeError as {@link brierScore}, and on `bins` that are no integer >= 1.
 */
export function calibrationCurve(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  {
    bins = 10,
  }: {
    /** How many bins. @default 10 */
    readonly bins?: number | undefined;
  } = {},
): CalibrationBin[] {
  checkProbabilities(probabilities, labels, "calibrationCurve");
  checkInteger(bins, "calibrationCurve: bins", { least: 1 });
  const predicted = new Float64Array(bins);
  const observed = new Float64Array(bins);
  const count = new Float64Array(bins);
  for (let i = 0; i < labels.length; i++) {
    // A probability on an edge belongs to the bin below it, 0 to the first.
    let bin = Math.min(bins - 1, Math.floor(probabilities[i] * bins));
    while (bin > 0 && probabilities[i] <= bin / bins) bin--;
    predicted[bin] += probabilities[i];
    observed[bin] += labels[i];
    count[bin]++;
  }
  return Array.from(count.keys())
    .filter((bin) => count[bin] > 0)
    .map((bin) => ({
      predicted: predicted[bin] / count[bin],
      observed: observed[bin] / count[bin],
      n: count[bin],
    }));
}

/**
 * Expected calibration error: the mean distance of promised and found over the bins, weighted by their size.
 *
 * @throws RangeError when a bin holds no count, or all none.
 */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const place = "expectedCalibrationError: bins";
  for (const [i, { n }] of bins.entries()) checkInteger(n, `${place}[${i}].n`, { least: 0 });
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  if (n === 0) refuse(place, "bins with a probability in them", bins.length);
  return bins.reduce((sum, bin) => sum + bin.n * Math.abs(bin.predicted - bin.observed), 0) / n;
}

function checkProbabilities(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  caller: string,
): void {
  const place = `${caller}: probabilities`;
  checkSameLength(probabilities, place, labels, "labels");
  checkScores(probabilities, place);
  checkLabels(labels, `${caller}: labels`);
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] < 0 || probabilities[i] > 1) {
      refuse(`${place}[${i}]`, "a number from 0 to 1", probabilities[i]);
    }
  }
}
