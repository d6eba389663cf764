import { checkNumber, checkSameLength } from "../../base/checks.js";
import type { Matrix } from "../../math/matrix.js";
import { checkLevel } from "../checks.js";
import { wilsonInterval, type Interval, type IntervalOptions } from "../statistics/intervals.js";
import type { SimilarityName } from "../../math/similarity.js";
import { scoresOfRows } from "./pair-cosines.js";

/** Triplets as index columns: query row, row of a right passage, row of a wrong one. */
export interface TripletColumns {
  readonly query: Uint32Array;
  readonly positive: Uint32Array;
  readonly negative: Uint32Array;
}

export interface EvaluateTripletsOptions extends IntervalOptions {
  /** How much nearer the right passage must be, in cosine (or inner product). @default 0 */
  readonly margin?: number | undefined;
  /** What "near" means. @default "cosine" */
  readonly similarity?: SimilarityName | undefined;
}

export interface TripletEvaluation {
  /** Share of triplets with cosine(query, positive) > cosine(query, negative) + margin; a tie is not in order. */
  readonly accuracy: number;
  /** Wilson interval of that share. */
  readonly interval: Interval;
  /** Triplets whose two cosines are equal. */
  readonly ties: number;
  /** Mean of cosine(query, positive) - cosine(query, negative). */
  readonly meanGap: number;
  /** That difference per triplet. */
  readonly gaps: Float64Array;
  readonly margin: number;
  readonly n: number;
}

/**
 * How many triplets stand in the right order. Chance is one half; a wrong passage as near as the right one counts against
 * it, as in {@link rankRelevant}.
 *
 * @param queries n × d.
 * @param passages m × d, right and wrong ones.
 * @throws RangeError on no or ragged triplets, indices outside the matrices, values that are not finite, rows of zeros.
 */
export function evaluateTriplets(
  queries: Matrix,
  passages: Matrix,
  { query, positive, negative }: TripletColumns,
  { margin = 0, similarity = "cosine", level = 0.95 }: EvaluateTripletsOptions = {},
): TripletEvaluation {
  const caller = "evaluateTriplets";
  checkSameLength(positive, `${caller}: triplets.positive`, negative, "triplets.negative");
  if (query.length === 0) {
    throw new RangeError(`${caller}: triplets must hold at least one, received none`);
  }
  checkNumber(margin, `${caller}: margin`);
  checkLevel(level, caller);
  const cosines = (side: "positive" | "negative", rows: Uint32Array): Float64Array =>
    scoresOfRows(queries, passages, query, rows, similarity, {
      ...{ caller, query: "triplets.query", passage: `triplets.${side}` },
    });
  const near = cosines("positive", positive);
  const far = cosines("negative", negative);
  const gaps = near.map((cosine, i) => cosine - far[i]);
  const n = gaps.length;
  const inOrder = near.filter((cosine, i) => cosine > far[i] + margin).length;
  return {
    accuracy: inOrder / n,
    interval: wilsonInterval(inOrder, n, { level }),
    ties: gaps.filter((gap) => gap === 0).length,
    meanGap: gaps.reduce((sum, gap) => sum + gap, 0) / n,
    gaps,
    margin,
    n,
  };
}
