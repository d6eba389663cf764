import type { Matrix } from "../../math/matrix.js";
import type { RankingTask } from "./folds.js";

/** What cross-validation measures on held-out pairs; each in [0, 1], higher is better. */
export interface RankingMetrics {
  /** Chance that a match scores above a hard negative of any query, ties counting half. */
  readonly rocAuc: number;
  /** Share of queries whose best passage is a match. */
  readonly recallAt1: number;
  /** Mean over queries of 1 / rank of the best match. */
  readonly mrr: number;
}

/**
 * Measures a table of scores, row i for query i of the task, column j for its passage j. Ties rank pessimistically in
 * retrieval: a wrong passage with the score of the match stands before it.
 */
export function rankingMetrics(
  scores: Matrix,
  { matches, negatives }: Pick<RankingTask, "matches" | "negatives">,
): RankingMetrics {
  const matching: number[] = [];
  const wrong: number[] = [];
  let first = 0;
  let reciprocal = 0;
  for (let i = 0; i < scores.rows; i++) {
    const row = scores.data.subarray(i * scores.cols, (i + 1) * scores.cols);
    const own = matches[i];
    let best = -Infinity;
    for (const j of own) {
      matching.push(row[j]);
      if (row[j] > best) best = row[j];
    }
    for (const j of negatives[i]) wrong.push(row[j]);
    let rank = 1;
    for (let j = 0; j < row.length; j++) if (row[j] >= best) rank++;
    for (const j of own) if (row[j] >= best) rank--;
    if (rank === 1) first++;
    reciprocal += 1 / rank;
  }
  return {
    rocAuc: areaUnderRoc(matching, wrong),
    recallAt1: first / scores.rows,
    mrr: reciprocal / scores.rows,
  };
}

/** The Mann–Whitney form of the area under the ROC curve; 1/2 when either side is empty. */
export function areaUnderRoc(matching: readonly number[], wrong: readonly number[]): number {
  if (matching.length === 0 || wrong.length === 0) return 0.5;
  const above = Float64Array.from(matching).sort();
  const below = Float64Array.from(wrong).sort();
  let wins = 0;
  let less = 0; // how many of `below` are smaller than the current score
  let equal = 0; // how many are smaller or equal
  for (const score of above) {
    while (less < below.length && below[less] < score) less++;
    while (equal < below.length && below[equal] <= score) equal++;
    wins += (less + equal) / 2;
  }
  return wins / (above.length * below.length);
}
