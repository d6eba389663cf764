import { accuracyFigure, type AccuracyFigure } from "./thresholds/accuracy.js";
import { averagePrecision } from "./curves/average-precision.js";
import {
  classificationReport,
  type ClassificationReport,
} from "./thresholds/classification-report.js";
import { confusionOf, mcc, type Confusion } from "./thresholds/confusion.js";
import { notebookThreshold, type NotebookThreshold } from "./thresholds/notebook-threshold.js";
import { overlapOf, type LabelHistogramOptions, type Overlap } from "./curves/overlap.js";
import { rocAuc } from "./curves/roc.js";
import { thresholdFor, type FitThresholdOptions } from "./thresholds/threshold.js";

export interface EvaluateScoresOptions extends FitThresholdOptions, LabelHistogramOptions {
  /** A threshold fitted on other data. Left out, one is fitted on these scores, and the figures say so. */
  readonly threshold?: number | undefined;
  /** Confidence of the intervals, a share. @default 0.95 */
  readonly level?: number | undefined;
}

/** Everything there is to say about scored pairs, as plain data. `null` stands where a label needed does not occur. */
export interface ScoreEvaluation {
  readonly n: number;
  readonly positives: number;
  readonly baseRate: number;
  /** Whether the threshold has seen these labels: then the accuracy is optimistic. */
  readonly thresholdFittedHere: boolean;
  readonly threshold: number;
  readonly accuracy: AccuracyFigure;
  readonly confusion: Confusion;
  readonly report: ClassificationReport;
  /** Matthews correlation coefficient of the decision at `threshold`, as all that is decided here. */
  readonly mcc: number;
  /** The highest coefficient that any threshold reaches on these labels, and where: an upper bound, not a result. */
  readonly bestMcc: { readonly value: number; readonly threshold: number };
  readonly rocAuc: number | null;
  readonly averagePrecision: number | null;
  /** `null` also where each label has one score only. */
  readonly overlap: Overlap | null;
  /** The best any threshold can do on these labels: an upper bound, not a result. */
  readonly oracle: AccuracyFigure;
  /** The notebook's sweep on these labels, likewise. */
  readonly notebook: NotebookThreshold;
}

/**
 * Evaluates scored pairs: the decision at a threshold, and what needs none.
 *
 * @param scores Finite numbers, higher for more alike.
 * @param labels 0 or 1, one per score.
 * @throws RangeError on empty, ragged or non-finite scores, labels other than 0 and 1, and options outside their range.
 */
export function evaluateScores(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: EvaluateScoresOptions = {},
): ScoreEvaluation {
  return evaluationOf(scores, labels, options, "evaluateScores");
}

/** {@link evaluateScores} for another public function. */
export function evaluationOf(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  {
    threshold,
    level = 0.95,
    metric = "accuracy",
    minPrecision = 0.9,
    bins = 100,
    range,
  }: EvaluateScoresOptions,
  caller: string,
): ScoreEvaluation {
  const oracle = thresholdFor(scores, labels, {}, caller);
  const used =
    threshold ?? thresholdFor(scores, labels, { metric, minPrecision }, caller).threshold;
  const best = thresholdFor(scores, labels, { metric: "mcc" }, caller);
  const accuracy = accuracyFigure(scores, labels, used, { level }, caller);
  const confusion = confusionOf(scores, labels, used, caller);
  const positives = confusion.truePositives + confusion.falseNegatives;
  const both = positives > 0 && positives < scores.length;
  return {
    n: scores.length,
    positives,
    baseRate: accuracy.baseRate,
    thresholdFittedHere: threshold === undefined,
    threshold: used,
    accuracy,
    confusion,
    report: classificationReport(confusion),
    mcc: mcc(confusion),
    bestMcc: { value: best.value, threshold: best.threshold },
    rocAuc: both ? rocAuc(scores, labels) : null,
    averagePrecision: positives > 0 ? averagePrecision(scores, labels) : null,
    overlap:
      both && spread(scores, labels) ? overlapOf(scores, labels, { bins, range }, caller) : null,
    oracle: accuracyFigure(scores, labels, oracle.threshold, { level }, caller),
    notebook: notebookThreshold(scores, labels),
  };
}

/** Whether some label has two different scores, without which d' has no value. */
function spread(scores: ArrayLike<number>, labels: ArrayLike<number>): boolean {
  const first: (number | undefined)[] = [undefined, undefined];
  for (let i = 0; i < scores.length; i++) {
    first[labels[i]] ??= scores[i];
    if (scores[i] !== first[labels[i]]) return true;
  }
  return false;
}
