import { comparePaired, type Comparison } from "../evaluate/compare/compare.js";
import type { ChoiceMetric, Trial } from "./cross-validate.js";
import type { RankingFold } from "./folds.js";
import { placements, type PairOutcomes } from "../evaluate/retrieval/pair-outcomes.js";

/**
 * Whether a trial beats the untouched embedding on the queries that neither saw: a paired comparison of each query's
 * share of the chosen figure, whole groups at a time.
 */
export function compareTrials(
  untouched: Trial,
  chosen: Trial,
  folds: readonly RankingFold[],
  groups: Uint32Array,
  { metric, level, seed }: { metric: ChoiceMetric; level: number; seed: string | number },
): Comparison {
  const before: number[] = [];
  const after: number[] = [];
  const units: number[] = [];
  for (const [i, { task }] of folds.entries()) {
    before.push(...figurePerQuery(untouched.outcomes[i], metric));
    after.push(...figurePerQuery(chosen.outcomes[i], metric));
    for (const query of task.queries) units.push(groups[query]);
  }
  return comparePaired(metric, before, after, { level, seed, groups: units });
}

/** Each query's share of a figure: their mean is the figure itself (of the fold). */
function figurePerQuery(outcomes: PairOutcomes, metric: ChoiceMetric): Float64Array {
  const { ranks } = outcomes;
  if (metric === "recall@1") return Float64Array.from(ranks, (rank) => (rank === 1 ? 1 : 0));
  const reciprocal = Float64Array.from(ranks, (rank) => 1 / rank);
  if (metric === "mrr") return reciprocal;
  const placed = placementPerQuery(outcomes);
  if (metric === "rocAuc") return placed;
  return placed.map((share, i) => (share + reciprocal[i]) / 2);
}

/** Per query, the mean share of hard negatives below its matches; 1/2 where the fold has no negatives. */
function placementPerQuery({ ranks, matching, matchingQuery, wrong }: PairOutcomes): Float64Array {
  const shares = placements(matching, wrong);
  const sums = new Float64Array(ranks.length);
  const counts = new Float64Array(ranks.length);
  for (let i = 0; i < shares.length; i++) {
    sums[matchingQuery[i]] += wrong.length === 0 ? 0.5 : shares[i];
    counts[matchingQuery[i]]++;
  }
  return sums.map((sum, i) => sum / counts[i]);
}
