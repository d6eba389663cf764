import type { Adapter, AdapterMetadata, AdapterSide } from "../../adapter/adapter.js";
import { createAdapter } from "../../adapter/create-adapter.js";
import { identitySide } from "../../adapter/identity-side.js";
import { checkChoice, checkInteger, checkNumber, refuse } from "../../base/checks.js";
import { addToDiagonal, createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { priorBasis } from "../families/corpus-prior.js";
import { metricSides } from "../families/metric.js";
import { rcaExponents, rcaSides } from "../families/rca-family.js";
import { scaleColumns, scaleMatrix } from "../matrix-layout.js";
import { basisOfMoment } from "../spectral/spectral-basis.js";
import { checkPairStatistics } from "./pair-statistics-check.js";
import { differenceScatter, type PairStatistics } from "./pair-statistics.js";
import { spreadFromStatistics } from "./spread-statistics.js";

export interface StatisticsFitOptions {
  /**
   * `"query-rca"` and `"ridge"` map the queries alone; `"corpus-prior"` needs statistics with a corpus.
   * @default "corpus-prior" where the statistics have a corpus, else "rca"
   */
  readonly method?: "corpus-prior" | "rca" | "query-rca" | "ridge" | undefined;
  /** How many labels the corpus prior counts for. @default 100 */
  readonly nu?: number | undefined;
  /** Shrinkage of RCA, with the prior or without, in units of the mean eigenvalue. @default 1 */
  readonly lambda?: number | undefined;
  /** Exponent of RCA, with the prior or without. @default 0.25 */
  readonly power?: number | undefined;
  /** Weight of the mild metric beside that of RCA without the prior. @default 0 */
  readonly blend?: number | undefined;
  /** Penalty of ridge, in units of the mean eigenvalue of the queries' second moment. @default 1 */
  readonly mu?: number | undefined;
  /** "query" leaves passages as they are, whatever the method. @default "both" */
  readonly side?: "both" | "query" | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

interface StatisticsFit {
  readonly method: string;
  readonly query: AdapterSide;
  readonly passage: AdapterSide;
  readonly parameters: Readonly<Record<string, number>>;
}

/**
 * Fits from sums alone, at a point that is given.
 *
 * @param caller The public function that was called, for errors.
 * @param judged What is to be said of an adapter that nothing was judged by.
 */
export function adapterFromStatistics(
  statistics: PairStatistics,
  {
    method = statistics.corpus === null ? "rca" : "corpus-prior",
    nu = 100,
    lambda = 1,
    power = 0.25,
    blend = 0,
    mu = 1,
    side = "both",
    embedder = null,
  }: StatisticsFitOptions,
  caller: string,
  judged: Pick<AdapterMetadata, "verdict" | "sentence">,
): Adapter {
  checkChoice(method, `${caller}: method`, ["corpus-prior", "rca", "query-rca", "ridge"]);
  checkNumber(nu, `${caller}: nu`, { above: 0 });
  checkNumber(lambda, `${caller}: lambda`, { above: 0 });
  checkNumber(power, `${caller}: power`, { above: 0 });
  checkNumber(blend, `${caller}: blend`, { least: 0 });
  checkNumber(mu, `${caller}: mu`, { above: 0 });
  checkChoice(side, `${caller}: side`, ["both", "query"]);
  checkInteger(statistics.count, `${caller}: statistics.count`, { least: 1 });
  checkPairStatistics(statistics, `${caller}: statistics`);
  const fits: Record<typeof method, () => StatisticsFit> = {
    "corpus-prior": () => priorFit(statistics, { nu, lambda, power }, side, caller),
    rca: () => rcaFit(statistics, { lambda, power, blend }, side === "query" ? "query-rca" : "rca"),
    "query-rca": () => rcaFit(statistics, { lambda, power, blend }, "query-rca"),
    ridge: () => ({
      method: "ridge",
      query: { center: null, weights: ridge(statistics, mu) },
      passage: identitySide,
      parameters: { mu },
    }),
  };
  const { query, passage, ...made } = fits[method]();
  return createAdapter({
    ...{ inputDimensions: statistics.dimensions, query, passage, embedder },
    ...made,
    ...judged,
  });
}

function priorFit(
  statistics: PairStatistics,
  point: { readonly nu: number; readonly lambda: number; readonly power: number },
  side: "both" | "query",
  caller: string,
): StatisticsFit {
  const { count, questions, corpus } = statistics;
  if (corpus === null) {
    refuse(`${caller}: statistics.corpus`, 'given for the method "corpus-prior"', corpus);
  }
  const spreads = [corpus, questions].map(spreadFromStatistics);
  const metric = {
    basis: priorBasis(differenceScatter(statistics), count, spreads, point.nu),
    queryCenter: Float32Array.from(questions.mean),
    passageCenter: Float32Array.from(corpus.mean),
  };
  const { lambda, power } = point;
  return {
    method: "corpus-prior",
    ...metricSides(metric, { lambda, power, side }),
    parameters: point,
  };
}

function rcaFit(
  statistics: PairStatistics,
  parameters: { readonly lambda: number; readonly power: number; readonly blend: number },
  method: "rca" | "query-rca",
): StatisticsFit {
  const covariance = scaleMatrix(differenceScatter(statistics), 1 / statistics.count);
  const metric = {
    basis: basisOfMoment(covariance),
    queryCenter: Float32Array.from(statistics.queryMean),
    passageCenter: Float32Array.from(statistics.passageMean),
  };
  return { method, ...rcaSides(metric, parameters, rcaExponents[method]), parameters };
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
