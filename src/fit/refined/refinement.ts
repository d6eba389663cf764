import { createMatrix, type Matrix } from "../../math/matrix.js";
import type { RankingTask } from "../../evaluate/retrieval/ranking-task.js";

/**
 * Features of queries and passages, split by a k-dimensional subspace: a refinement moves what lies inside and leaves
 * what lies outside as it is.
 */
export interface SplitFeatures {
  readonly query: FeatureSide;
  readonly passage: FeatureSide;
  /** n × m: inner products of what lies outside the subspace. */
  readonly outside: Matrix;
}

/** Held-out features with what is known about them: what a refinement is fitted by. */
export interface RefinementPart extends SplitFeatures, Pick<RankingTask, "matches" | "negatives"> {}

/** Features of one side. */
export interface FeatureSide {
  /** Rows × k: coordinates inside the subspace. */
  readonly inside: Matrix;
  /** Per row, the squared length of what lies outside. */
  readonly outsideSquares: Float64Array;
}

/** y = (x + shift) · (I + map), inside the subspace. */
export interface SideRefinement {
  /** k × k. */
  readonly map: Matrix;
  /** Length k. */
  readonly shift: Float64Array;
  /** k × m, as it was given: y counts as if it had the coordinates y · spread, too, that the other side lacks. */
  readonly spread: Matrix;
}

export interface Refinement {
  readonly query: SideRefinement;
  readonly passage: SideRefinement;
}

/** A refinement that moves nothing; without spreads, it changes nothing at all. */
export function noRefinement(
  k: number,
  { query, passage }: { readonly query?: Matrix; readonly passage?: Matrix } = {},
): Refinement {
  const side = (spread = createMatrix(k, 0)): SideRefinement => ({
    map: createMatrix(k, k),
    shift: new Float64Array(k),
    spread,
  });
  return { query: side(query), passage: side(passage) };
}
