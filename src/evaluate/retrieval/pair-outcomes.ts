import { roundCosine } from "../../math/cosine-grid.js";
import type { Matrix } from "../../math/matrix.js";
import type { RankingTask } from "./ranking-task.js";

/** What cross-validation measures on held-out pairs; each in [0, 1], higher is better. */
export interface RankingMetrics {
  /** Chance that a match scores above a hard negative of any query, ties counting half. */
  readonly rocAuc: number;
  /** Share of queries whose best passage is a match. */
  readonly "recall@1": number;
  /** Mean over queries of 1 / rank of the best match. */
  readonly mrr: number;
}

/** What became of each query and pair of a task. */
export interface PairOutcomes {
  /** Per query, the rank of its best match, from 1. */
  readonly ranks: Uint32Array;
  /** Scores of the matching pairs, query after query. */
  readonly matching: Float64Array;
  /** Scores of the hard negatives, query after query. */
  readonly wrong: Float64Array;
  /** Per matching pair, the position of its query in the task. */
  readonly matchingQuery: Uint32Array;
}

/**
 * Reads a table of cosines, row i for query i of the task, column j for its passage j. Ties rank pessimistically: a wrong
 * passage with the score of the match stands before it.
 */
export function pairOutcomes(
  scores: Matrix,
  { matches, negatives }: Pick<RankingTask, "matches" | "negatives">,
): PairOutcomes {
  const ranks = new Uint32Array(scores.rows);
  const matching: number[] = [];
  const matchingQuery: number[] = [];
  const wrong: number[] = [];
  for (let i = 0; i < scores.rows; i++) {
    const row = scores.data.subarray(i * scores.cols, (i + 1) * scores.cols).map(roundCosine);
    let best = -Infinity;
    for (const j of matches[i]) {
      matching.push(row[j]);
      matchingQuery.push(i);
      if (row[j] > best) best = row[j];
    }
    for (const j of negatives[i]) wrong.push(row[j]);
    let rank = 1;
    for (let j = 0; j < row.length; j++) if (row[j] >= best) rank++;
    for (const j of matches[i]) if (row[j] >= best) rank--;
    ranks[i] = rank;
  }
  return {
    ranks,
    matching: Float64Array.from(matching),
    matchingQuery: Uint32Array.from(matchingQuery),
    wrong: Float64Array.from(wrong),
  };
}

/** The figures of outcomes. */
export function rankingMetrics({ ranks, matching, wrong }: PairOutcomes): RankingMetrics {
  let first = 0;
  let reciprocal = 0;
  for (const rank of ranks) {
    if (rank === 1) first++;
    reciprocal += 1 / rank;
  }
  return {
    rocAuc: areaUnderRoc(matching, wrong),
    "recall@1": first / ranks.length,
    mrr: reciprocal / ranks.length,
  };
}

/** The Mann–Whitney form of the area under the ROC curve; 1/2 when either side is empty. */
function areaUnderRoc(matching: Float64Array, wrong: Float64Array): number {
  if (matching.length === 0 || wrong.length === 0) return 0.5;
  return placements(matching, wrong).reduce((sum, share) => sum + share, 0) / matching.length;
}

/** Per matching score, the share of wrong scores below it, ties counting half. */
function placements(matching: Float64Array, wrong: Float64Array): Float64Array {
  const sorted = Float64Array.from(wrong).sort();
  return matching.map(
    (score) => (lowerBound(sorted, score) + upperBound(sorted, score)) / (2 * sorted.length),
  );
}

/** How many of the sorted values are smaller. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of the sorted values are smaller or equal. */
function upperBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
