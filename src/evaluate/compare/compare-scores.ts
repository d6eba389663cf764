import { accuracyFigure, type AccuracyFigure } from "../pairs/thresholds/accuracy.js";
import { comparison, type CompareOptions, type Comparison } from "./compare.js";
import { mcnemar, rightAtThreshold, type McNemarTest } from "../statistics/mcnemar.js";

/** The scores of one embedding, with a threshold that was fitted on other data. */
export interface ScoresAtThreshold {
  readonly scores: ArrayLike<number>;
  readonly threshold: number;
}

export interface ScoreComparison {
  readonly before: AccuracyFigure;
  readonly after: AccuracyFigure;
  /** Of the accuracy; its sentence is the answer. */
  readonly verdict: Comparison;
  readonly mcnemar: McNemarTest;
}

/**
 * Is the pair classifier after better than the one before? Each embedding is judged at its own threshold.
 *
 * @param labels 0 or 1, one per pair; `before` and `after` score the same pairs in the same order.
 * @param options Give `groups` (the query of each pair): pairs of one query are not independent.
 * @throws RangeError on empty, ragged or non-finite scores, labels other than 0 and 1, and options outside their range.
 */
export function compareScores(
  before: ScoresAtThreshold,
  after: ScoresAtThreshold,
  labels: ArrayLike<number>,
  options: CompareOptions = {},
): ScoreComparison {
  const caller = "compareScores";
  const figureBefore = accuracyFigure(before.scores, labels, before.threshold, options, caller);
  const figureAfter = accuracyFigure(after.scores, labels, after.threshold, options, caller);
  const rightBefore = rightAtThreshold(before.scores, labels, before.threshold);
  const rightAfter = rightAtThreshold(after.scores, labels, after.threshold);
  return {
    before: figureBefore,
    after: figureAfter,
    verdict: comparison("accuracy", rightBefore, rightAfter, options, caller),
    mcnemar: mcnemar(rightBefore, rightAfter),
  };
}
