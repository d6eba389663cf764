import { checkSameLength } from "../../../base/checks.js";
import { checkBothLabels, checkPositives, checkScored } from "../../checks.js";
import { countCuts } from "../thresholds/cuts.js";
import { REJECT_ALL } from "../thresholds/threshold.js";

/** Point `i` accepts the scores >= `thresholds[i]`; point 0 accepts nothing. */
export interface RocCurve {
  /** Descending; the first is {@link REJECT_ALL}, the others the distinct scores. */
  readonly thresholds: Float64Array;
  /** Share of the negatives accepted, from 0 up to 1. */
  readonly falsePositiveRate: Float64Array;
  /** Share of the positives accepted, from 0 up to 1. */
  readonly truePositiveRate: Float64Array;
}

/**
 * The ROC curve at every distinct score (scikit-learn's `roc_curve` with `drop_intermediate=False`).
 *
 * @throws RangeError when one of the labels does not occur, besides empty, ragged or non-finite input.
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocCurve {
  checkScored(scores, labels, "rocCurve");
  const cuts = countCuts(scores, labels);
  const { positives, negatives } = cuts;
  checkBothLabels(positives, negatives, "rocCurve");
  return {
    thresholds: prepend(REJECT_ALL, cuts.scores),
    falsePositiveRate: prepend(0, cuts.falsePositives, negatives),
    truePositiveRate: prepend(0, cuts.truePositives, positives),
  };
}

/** Point `i` accepts the scores >= `thresholds[i]`; point 0 accepts nothing. */
export interface PrecisionRecallCurve {
  /** Descending; the first is {@link REJECT_ALL}, the others the distinct scores. */
  readonly thresholds: Float64Array;
  /** Share of the accepted that are positive; 1 by convention where nothing is accepted. */
  readonly precision: Float64Array;
  /** Share of the positives accepted, from 0 up to 1. */
  readonly recall: Float64Array;
}

/**
 * The precision-recall curve at every distinct score: scikit-learn's `precision_recall_curve`, in the order of falling
 * thresholds, so that both curves begin where nothing is accepted.
 *
 * @throws RangeError when label 1 does not occur, besides empty, ragged or non-finite input.
 */
export function precisionRecallCurve(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): PrecisionRecallCurve {
  checkScored(scores, labels, "precisionRecallCurve");
  const cuts = countCuts(scores, labels);
  checkPositives(cuts.positives, "precisionRecallCurve");
  const precision = cuts.truePositives.map((count, i) => count / (count + cuts.falsePositives[i]));
  return {
    thresholds: prepend(REJECT_ALL, cuts.scores),
    precision: prepend(1, precision),
    recall: prepend(0, cuts.truePositives, cuts.positives),
  };
}

/**
 * The area under a curve by the trapezoidal rule (scikit-learn's `auc`). Of a precision-recall curve it is optimistic:
 * prefer {@link averagePrecision}.
 *
 * @param x In ascending or in descending order.
 * @throws RangeError on lists of different lengths, fewer than two points, and an `x` that turns back.
 */
export function areaUnderCurve(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkSameLength(x, "areaUnderCurve: x", y, "y");
  if (x.length < 2) {
    throw new RangeError(`areaUnderCurve: x must have at least 2 points, received ${x.length}`);
  }
  const direction = Math.sign(x[x.length - 1] - x[0]);
  let area = 0;
  for (let i = 1; i < x.length; i++) {
    const step = (x[i] - x[i - 1]) * direction;
    if (!(step >= 0)) {
      throw new RangeError(
        `areaUnderCurve: x must only rise or only fall, received ${x[i - 1]} and then ${x[i]} at point ${i}`,
      );
    }
    area += (step * (y[i] + y[i - 1])) / 2;
  }
  return area;
}

function prepend(first: number, rest: Float64Array, divisor = 1): Float64Array {
  const result = new Float64Array(rest.length + 1);
  result[0] = first;
  for (let i = 0; i < rest.length; i++) result[i + 1] = rest[i] / divisor;
  return result;
}
