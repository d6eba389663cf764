import { checkChoice, checkNumber } from "../../../base/checks.js";
import { checkScored } from "../../checks.js";
import {
  accuracy,
  balancedAccuracy,
  f1,
  mcc,
  precision,
  recall,
  type Confusion,
} from "./confusion.js";
import { countCuts } from "./cuts.js";

/**
 * The figure a threshold is fitted for. `"recallAtPrecision"` seeks the highest recall among the thresholds whose precision
 * is at least `minPrecision`.
 */
export type ThresholdMetric = "accuracy" | "balancedAccuracy" | "f1" | "mcc" | "recallAtPrecision";

export interface FitThresholdOptions {
  /** What to maximise. @default "accuracy" */
  readonly metric?: ThresholdMetric | undefined;
  /** The precision floor of `"recallAtPrecision"`, a share in [0, 1]. @default 0.9 */
  readonly minPrecision?: number | undefined;
}

export interface ThresholdFit {
  /**
   * Apply as "label 1 when score > threshold". Always finite, so that it survives JSON: {@link ACCEPT_ALL} and
   * {@link REJECT_ALL} stand for the two extremes.
   */
  readonly threshold: number;
  readonly metric: ThresholdMetric;
  /** The metric's value on the set the threshold was fitted on: an optimistic figure, not one to report. */
  readonly value: number;
  readonly n: number;
}

/** The threshold every finite score exceeds. */
export const ACCEPT_ALL = -Number.MAX_VALUE;
/** The threshold no score exceeds. */
export const REJECT_ALL = Number.MAX_VALUE;

const measures: Record<ThresholdMetric, (c: Confusion) => number> = {
  accuracy,
  balancedAccuracy,
  f1,
  mcc,
  recallAtPrecision: recall,
};

/**
 * The threshold at which a metric is highest on the given set, found exactly in O(n log n): every cut between distinct
 * scores is tried, and so are "accept all" and "reject all". Equal scores are never cut apart. Of equally good cuts the
 * one in the widest gap wins (an extreme only when nothing else is as good), then the lower one; the order of the input
 * plays no part.
 *
 * Fit it on training or validation data and report {@link accuracyAtThreshold} on other data.
 *
 * @param scores Finite numbers, higher for more alike.
 * @param labels 0 or 1, one per score.
 * @throws RangeError on empty, ragged, non-finite input, labels other than 0 and 1, or a precision floor no threshold
 * reaches.
 */
export function fitThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: FitThresholdOptions = {},
): ThresholdFit {
  return thresholdFor(scores, labels, options, "fitThreshold");
}

/** {@link fitThreshold} for another public function. */
export function thresholdFor(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  { metric = "accuracy", minPrecision = 0.9 }: FitThresholdOptions,
  caller: string,
): ThresholdFit {
  checkScored(scores, labels, caller);
  checkChoice(metric, `${caller}: metric`, Object.keys(measures));
  checkNumber(minPrecision, `${caller}: minPrecision`, { least: 0, most: 1 });
  const measure = measures[metric];
  const floor = metric === "recallAtPrecision" ? minPrecision : undefined;
  const cuts = countCuts(scores, labels);
  const count = cuts.scores.length;

  let best = -1;
  let bestValue = -Infinity;
  let bestGap = -Infinity;
  // One object for all cuts: a million short-lived ones would cost more than the sort.
  const confusion = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  // Cut -1 accepts nothing, cut count - 1 everything; in between, cut i lies between distinct scores i and i + 1.
  for (let i = -1; i < count; i++) {
    confusion.truePositives = i < 0 ? 0 : cuts.truePositives[i];
    confusion.falsePositives = i < 0 ? 0 : cuts.falsePositives[i];
    confusion.trueNegatives = cuts.negatives - confusion.falsePositives;
    confusion.falseNegatives = cuts.positives - confusion.truePositives;
    // Accepting nothing has no precision that could reach a floor.
    if (floor !== undefined && (i < 0 || precision(confusion) < floor)) continue;
    const value = measure(confusion);
    const gap = i < 0 || i === count - 1 ? 0 : cuts.scores[i] - cuts.scores[i + 1];
    if (value > bestValue || (value === bestValue && gap >= bestGap)) {
      best = i;
      bestValue = value;
      bestGap = gap;
    }
  }
  if (bestValue === -Infinity) {
    throw new RangeError(
      `${caller}: minPrecision must be a precision that some threshold reaches, received ${minPrecision}`,
    );
  }
  let threshold = ACCEPT_ALL;
  if (best < 0) threshold = REJECT_ALL;
  else if (best < count - 1) threshold = between(cuts.scores[best + 1], cuts.scores[best]);
  return { threshold, metric, value: bestValue, n: scores.length };
}

/** The midpoint; the lower end where neighbouring floats leave no room, since the rule is "score > threshold". */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

/** A threshold as a reader understands it: `"0.736"`, `"accept all"` or `"reject all"`. */
export function formatThreshold(
  threshold: number,
  { digits = 3 }: { digits?: number } = {},
): string {
  if (threshold <= ACCEPT_ALL) return "accept all";
  if (threshold >= REJECT_ALL) return "reject all";
  return threshold.toFixed(digits);
}
