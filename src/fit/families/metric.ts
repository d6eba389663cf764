import { subtractFromRows } from "../../math/elementwise.js";
import type { Matrix } from "../../math/matrix.js";
import { spectralScorer } from "../spectral/spectral-scorer.js";
import type { Sides } from "./family.js";
import { rcaExponents, rcaScales, rcaSides, type CenteredBasis } from "./rca-family.js";

/** One map W = (S + λI)^-a of the grid that an eigenbasis of S serves. */
export interface MetricPoint {
  /** In units of the mean eigenvalue of S. */
  readonly lambda: number;
  /** The exponent a. */
  readonly power: number;
  /** "both" maps each side by W; "query" folds W² into the queries, and passages stay as they are. */
  readonly side: "both" | "query";
}

const exponentsOf = {
  both: rcaExponents.rca,
  query: rcaExponents["query-rca"],
} as const;

/** The maps at a point. */
export function metricSides(metric: CenteredBasis, { side, ...point }: MetricPoint): Sides {
  return rcaSides(metric, { ...point, blend: 0 }, exponentsOf[side]);
}

/**
 * Cosines at any point and on either side, sharing the projections on the basis.
 *
 * @param queries Unit rows, n × d.
 * @param passages Unit rows, m × d.
 * @returns n × m.
 */
export function metricScorer(
  { basis, queryCenter, passageCenter }: CenteredBasis,
  queries: Matrix,
  passages: Matrix,
): (point: MetricPoint) => Matrix {
  const q = subtractFromRows(queries, queryCenter);
  const scorers = new Map<MetricPoint["side"], (scales: Float64Array) => Matrix>();
  const scorerOf = (side: MetricPoint["side"]): ((scales: Float64Array) => Matrix) => {
    let scorer = scorers.get(side);
    if (scorer === undefined) {
      const p = side === "both" ? subtractFromRows(passages, passageCenter) : passages;
      scorer = spectralScorer(q, p, basis.vectors, exponentsOf[side]);
      scorers.set(side, scorer);
    }
    return scorer;
  };
  return ({ side, ...point }) => scorerOf(side)(rcaScales(basis, { ...point, blend: 0 }));
}
