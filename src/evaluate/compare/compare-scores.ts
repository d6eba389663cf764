import { accuracyAtThreshold, type AccuracyFigure } from "../pairs/thresholds/accuracy.js";
import { comparePaired, type CompareOptions, type Comparison } from "./compare.js";
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
 */
export function compareScores(
  before: ScoresAtThreshold,
  after: ScoresAtThreshold,
  labels: ArrayLike<number>,
  options: CompareOptions = {},
): ScoreComparison {
  const figureBefore = accuracyAtThreshold(before.scores, labels, before.threshold, options);
  const figureAfter = accuracyAtThreshold(after.scores, labels, after.threshold, options);
  const rightBefore = rightAtThreshold(before.scores, labels, before.threshold);
  const rightAfter = rightAtThreshold(after.scores, labels, after.threshold);
  return {
    before: figureBefore,
    after: figureAfter,
    verdict: comparePaired("accuracy", rightBefore, rightAfter, options),
    mcnemar: mcnemar(rightBefore, rightAfter),
  };
}
