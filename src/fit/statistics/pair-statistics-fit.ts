import type { Adapter } from "../../adapter/adapter.js";
import { createAdapter } from "../../adapter/create-adapter.js";
import { identitySide } from "../../adapter/identity-side.js";
import { checkChoice, checkInteger, checkNumber } from "../../base/checks.js";
import { addToDiagonal, createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { rcaExponents, rcaSides } from "../families/rca-family.js";
import { scaleColumns } from "../matrix-layout.js";
import { basisOfMoment } from "../spectral/spectral-basis.js";
import { differenceCovariance, type PairStatistics } from "./pair-statistics.js";

export interface StatisticsFitOptions {
  /** `"rca"` maps both sides, `"query-rca"` and `"ridge"` the queries alone. @default "rca" */
  readonly method?: "rca" | "query-rca" | "ridge" | undefined;
  /** Shrinkage of RCA, in units of the mean eigenvalue. @default 0.3 */
  readonly lambda?: number | undefined;
  /** Exponent of RCA. @default 0.5 */
  readonly power?: number | undefined;
  /** Weight of the mild metric beside that of RCA. @default 0 */
  readonly blend?: number | undefined;
  /** Penalty of ridge, in units of the mean eigenvalue of the queries' second moment. @default 1 */
  readonly mu?: number | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * Fits from sums alone, at hyper-parameters that are given: those of a cross-validated fit of a part of the pairs serve
 * well. The same adapter, to rounding, as from all pairs at once on one machine.
 *
 * @param statistics Of pairs of d dimensions.
 * @returns An adapter from d to d dimensions. It names no training data: sums do not tell which pairs they came from.
 * @throws RangeError when the statistics hold no pairs, hold values that are not finite, or an option is outside its
 *   range.
 */
export function fitFromStatistics(
  statistics: PairStatistics,
  {
    method = "rca",
    lambda = 0.3,
    power = 0.5,
    blend = 0,
    mu = 1,
    embedder = null,
  }: StatisticsFitOptions = {},
): Adapter {
  checkChoice(method, "fitFromStatistics: method", ["rca", "query-rca", "ridge"]);
  checkNumber(lambda, "fitFromStatistics: lambda", { above: 0 });
  checkNumber(power, "fitFromStatistics: power", { above: 0 });
  checkNumber(blend, "fitFromStatistics: blend", { least: 0 });
  checkNumber(mu, "fitFromStatistics: mu", { above: 0 });
  checkInteger(statistics.count, "fitFromStatistics: statistics.count", { least: 1 });
  const base = { inputDimensions: statistics.dimensions, embedder, method };
  if (method === "ridge") {
    const query = { center: null, weights: ridge(statistics, mu) };
    return createAdapter({ ...base, query, passage: identitySide, parameters: { mu } });
  }
  const parameters = { lambda, power, blend };
  const parts = {
    queryCenter: Float32Array.from(statistics.queryMean),
    passageCenter: Float32Array.from(statistics.passageMean),
    basis: basisOfMoment(differenceCovariance(statistics)),
  };
  return createAdapter({
    ...base,
    ...rcaSides(parts, parameters, rcaExponents[method]),
    parameters,
  });
}

/** (E qqᵀ + μ)⁻¹ (E qpᵀ + μ) = I + (E qqᵀ + μ)⁻¹ E q(p - q)ᵀ, about the origin. */
function ridge({ dimensions: d, count, ...sums }: PairStatistics, mu: number): Matrix {
  const moment = createMatrix(d, d);
  const difference = createMatrix(d, d);
  for (let i = 0, at = 0; i < d; i++) {
    for (let j = 0; j < d; j++, at++) {
      const qq = sums.queryScatter[at] / count + sums.queryMean[i] * sums.queryMean[j];
      const qp = sums.crossScatter[at] / count + sums.queryMean[i] * sums.passageMean[j];
      moment.data[at] = qq;
      difference.data[at] = qp - qq;
    }
  }
  const { values, vectors, meanValue } = basisOfMoment(moment);
  // Directions outside the basis have no q in them, so that the update is zero there.
  const solver = scaleColumns(
    vectors,
    values.map((value) => 1 / (value + mu * meanValue)),
  );
  const weights = multiply(solver, multiply(vectors, difference, { transposeA: true }));
  addToDiagonal(weights, 1);
  return weights;
}
