import { rocAuc } from "../../evaluate/pairs/curves/roc.js";
import { fitThreshold } from "../../evaluate/pairs/thresholds/threshold.js";
import type { CosineFigures, PairFigures } from "./decision.js";
import type { Outcomes } from "../ranking/outcomes.js";

/** Matches against the wrong passages of a kind: scores and labels, those that are there. */
function pairsOf(outcomes: Outcomes, wrong: ArrayLike<number>): [number[], number[]] {
  const scores: number[] = [];
  const labels: number[] = [];
  const add = (score: number, label: number): void => {
    if (Number.isNaN(score)) return;
    scores.push(score);
    labels.push(label);
  };
  for (const score of outcomes.match) add(score, 1);
  for (let i = 0; i < wrong.length; i++) add(wrong[i], 0);
  return [scores, labels];
}

function figuresOf(outcomes: Outcomes, wrong: ArrayLike<number>): PairFigures | null {
  const [scores, labels] = pairsOf(outcomes, wrong);
  const positives = labels.filter((label) => label === 1).length;
  if (positives === 0 || positives === labels.length) return null;
  const { threshold, value } = fitThreshold(scores, labels);
  return {
    rocAuc: rocAuc(scores, labels),
    accuracy: value,
    threshold,
    baseRate: Math.max(positives, labels.length - positives) / labels.length,
  };
}

/** Cosine figures of two runs of the same questions. */
export function cosineFigures(before: Outcomes, after: Outcomes): CosineFigures {
  const pick = (
    wrong: (outcomes: Outcomes) => ArrayLike<number>,
  ): CosineFigures["nearestWrong"] => {
    const [b, a] = [figuresOf(before, wrong(before)), figuresOf(after, wrong(after))];
    return b === null || a === null ? null : { before: b, after: a };
  };
  return {
    nearestWrong: pick(({ nearestWrong }) => nearestWrong),
    randomWrong: pick(({ randomWrong }) => randomWrong),
  };
}

/** The cosine above which pairs count as matches, out of fold, and what it was fitted against. */
export interface HeldOutThreshold {
  readonly threshold: number;
  readonly accuracy: number;
  readonly baseRate: number;
  readonly against: "labelled" | "nearest wrong";
}

/**
 * The threshold of a candidate, fitted out of fold: against the pairs labelled 0 where there are any, else against its
 * own two nearest wrong passages. `null` where there is nothing but matches.
 */
export function heldOutThreshold(outcomes: Outcomes): HeldOutThreshold | null {
  const labelled = outcomes.labelledWrong.flat();
  const figures = figuresOf(outcomes, labelled.length > 0 ? labelled : outcomes.nearestWrong);
  if (figures === null || !Number.isFinite(figures.threshold)) return null;
  const { threshold, accuracy, baseRate } = figures;
  const against = labelled.length > 0 ? "labelled" : "nearest wrong";
  return { threshold, accuracy, baseRate, against };
}
