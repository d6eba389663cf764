import { fitThreshold } from "../evaluate/pairs/thresholds/threshold.js";
import type { PairOutcomes } from "../evaluate/retrieval/pair-outcomes.js";

/**
 * The cosine above which pairs count as matches, with the highest accuracy on held-out pairs: on pairs an adapter was
 * fitted on it would come out far too high. `null` when there is nothing but matches.
 */
export function heldOutThreshold(outcomes: readonly PairOutcomes[]): number | null {
  const scores: number[] = [];
  const labels: number[] = [];
  for (const { matching, wrong } of outcomes) {
    for (const score of matching) {
      scores.push(score);
      labels.push(1);
    }
    for (const score of wrong) {
      scores.push(score);
      labels.push(0);
    }
  }
  return labels.includes(0) ? fitThreshold(scores, labels).threshold : null;
}
