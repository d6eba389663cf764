import { checkLevel } from "../../checks.js";
import { accuracy as accuracyOf, confusionOf } from "./confusion.js";
import {
  normalInterval,
  standardErrorOfShare,
  wilsonInterval,
  type Interval,
  type IntervalOptions,
} from "../../statistics/intervals.js";

/** An accuracy with what a reader needs to weigh it. */
export interface AccuracyFigure {
  readonly threshold: number;
  readonly accuracy: number;
  /** sqrt(accuracy · (1 - accuracy) / n). */
  readonly standardError: number;
  /** The normal interval, accuracy ± z · standardError, within [0, 1]. */
  readonly interval: Interval;
  /** The Wilson interval: prefer it for small n and for accuracies near 0 or 1. */
  readonly wilsonInterval: Interval;
  /** The accuracy of always answering with the commoner label. */
  readonly baseRate: number;
  readonly n: number;
}

/** Share of the commoner label: what a classifier reaches that looks at nothing. */
function baseRateOf(labels: ArrayLike<number>): number {
  let positives = 0;
  for (let i = 0; i < labels.length; i++) positives += labels[i];
  return Math.max(positives, labels.length - positives) / labels.length;
}

/**
 * Accuracy of the rule "label 1 when score > threshold".
 *
 * @param threshold Fitted elsewhere: see {@link fitThreshold}.
 * @throws RangeError on empty, ragged or non-finite scores and on labels other than 0 and 1.
 */
export function accuracyAtThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
  options: IntervalOptions = {},
): AccuracyFigure {
  return accuracyFigure(scores, labels, threshold, options, "accuracyAtThreshold");
}

/** {@link accuracyAtThreshold} for another public function. */
export function accuracyFigure(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
  { level = 0.95 }: IntervalOptions,
  caller: string,
): AccuracyFigure {
  checkLevel(level, caller);
  const confusion = confusionOf(scores, labels, threshold, caller);
  const n = scores.length;
  const right = confusion.truePositives + confusion.trueNegatives;
  const accuracy = accuracyOf(confusion);
  return {
    threshold,
    accuracy,
    standardError: standardErrorOfShare(accuracy, n),
    interval: normalInterval(right, n, { level }),
    wilsonInterval: wilsonInterval(right, n, { level }),
    baseRate: baseRateOf(labels),
    n,
  };
}
