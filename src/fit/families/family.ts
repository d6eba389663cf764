import type { AdapterSide } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import { gatherRows, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { normalizeRows } from "../../math/vectors.js";
import type { RankingTask } from "../../tune/folds.js";
import type { IndexPairs, PreparedPairs } from "../../data/training-pairs.js";

/** The values of a fit's hyper-parameters by name, e.g. `{ lambda: 0.1, power: 0.5 }`. */
export type Parameters = Readonly<Record<string, number>>;

/** The two maps of an adapter and the length of what they return. */
export interface Sides {
  readonly query: AdapterSide;
  readonly passage: AdapterSide;
  readonly outputDimensions: number;
}

/** A method with a grid of hyper-parameters that one decomposition serves. */
export interface Family {
  /** Written to the adapter as its method. */
  readonly name: string;
  readonly points: readonly Parameters[];
  /** Learns what all points share. */
  fit(data: PreparedPairs, positives: IndexPairs, negatives: IndexPairs): FittedFamily;
}

export interface FittedFamily {
  sides(point: Parameters): Sides;
  /** Cosines of a task's queries (rows) and passages (columns) at any point, sharing what points have in common. */
  scorer?(data: PreparedPairs, task: RankingTask): (point: Parameters) => Matrix;
}

/** How a fitted family scores a task: its own short way, or by applying the sides. */
export function scorerOf(
  fitted: FittedFamily,
  data: PreparedPairs,
  task: RankingTask,
): (point: Parameters) => Matrix {
  if (fitted.scorer !== undefined) return fitted.scorer(data, task);
  const queries = gatherRows(data.queries, task.queries);
  const passages = gatherRows(data.passages, task.passages);
  return (point) => scoreWithSides(fitted.sides(point), queries, passages);
}

/** Cosines of unit rows under the two maps. */
export function scoreWithSides(
  { query, passage }: Pick<Sides, "query" | "passage">,
  queries: Matrix,
  passages: Matrix,
): Matrix {
  return multiply(
    normalizeRows(applySide(query, queries)),
    normalizeRows(applySide(passage, passages)),
    { transposeB: true },
  );
}

/** The untouched embedding. */
export const identityFamily: Family = {
  name: "identity",
  points: [{}],
  fit: ({ queries }) => ({
    sides: () => ({
      query: { center: null, weights: null },
      passage: { center: null, weights: null },
      outputDimensions: queries.cols,
    }),
  }),
};
