import type { AdapterSide } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { normalizeRows } from "../../math/vectors.js";
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
  /**
   * A short way to the cosines at any point, that shares what points have in common.
   *
   * @param queries Unit rows, n × d. @param passages Unit rows, m × d.
   * @returns Cosines at a point, n × m.
   */
  scorer?(queries: Matrix, passages: Matrix): (point: Parameters) => Matrix;
}

/**
 * How a fitted family scores passages for queries: its own short way, or by applying the sides.
 *
 * @param queries Unit rows, n × d.
 * @param passages Unit rows, m × d.
 * @returns Cosines at a point, n × m.
 */
export function scorerOf(
  fitted: FittedFamily,
  queries: Matrix,
  passages: Matrix,
): (point: Parameters) => Matrix {
  if (fitted.scorer !== undefined) return fitted.scorer(queries, passages);
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
