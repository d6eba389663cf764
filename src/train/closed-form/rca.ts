import type { Adapter, AdapterSide, LowRankUpdate } from "../../adapter/adapter.js";
import { identityAdapter } from "../../adapter/identity.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { LongJobOptions } from "../../math/progress.js";
import { differenceBasis, type DifferenceBasis } from "./difference-basis.js";
import { makeFolds, type Fold } from "./folds.js";
import { rankingMetrics, type RankingMetrics } from "./ranking-metrics.js";
import { preparePairs, type PreparedPairs, type TrainingPairs } from "./training-pairs.js";

/** A point of the grid; both `null` for the untouched embedding. */
export interface RcaCandidate {
  readonly lambda: number | null;
  readonly power: number | null;
  /** Means over the folds; `null` when there was nothing to choose between. */
  readonly metrics: RankingMetrics | null;
}

export interface RcaFit {
  readonly adapter: Adapter;
  /** The point that was chosen, one of `candidates`. */
  readonly chosen: RcaCandidate;
  /** Everything that was tried, the untouched embedding first. */
  readonly candidates: readonly RcaCandidate[];
}

export interface RcaOptions extends LongJobOptions {
  /**
   * Shrinkage to try, in units of the mean eigenvalue of C (so that they suit any embedding). Large leaves the embedding
   * as it is. @default [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]
   */
  readonly lambdas?: readonly number[];
  /** Exponents a of W = (C + lambda I)^-a to try. @default [0.125, 0.25, 0.5] */
  readonly powers?: readonly number[];
  /** Parts of the cross-validation. @default 5 */
  readonly folds?: number;
  /** Seed of the folds. @default 1 */
  readonly seed?: string | number;
  /** What the choice maximises; "balanced" is the mean of ROC AUC and MRR. @default "balanced" */
  readonly metric?: "balanced" | keyof RankingMetrics;
  /** Let the untouched embedding compete. @default true */
  readonly identity?: boolean;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null;
}

/**
 * Relevant component analysis with each side centred: C = mean (q - p)(q - p)ᵀ over matching pairs, W = (C + λI)^-a on
 * both sides, λ and a chosen by cross-validation that keeps groups whole, the untouched embedding among the candidates.
 * Directions in which matching texts differ are shrunk, so that what tells passages apart weighs more.
 *
 * Cost: one eigen-decomposition per fold (of the smaller of pairs and dimensions) serves the whole grid.
 *
 * Source: Bar-Hillel, Hertz, Shental, Weinshall, "Learning a Mahalanobis metric from equivalence constraints", 2005.
 *
 * @throws RangeError on pairs that {@link preparePairs} refuses, on options outside their range, and when there is a
 *   choice to make but only one group to learn from.
 */
export async function fitRca(
  data: TrainingPairs,
  {
    lambdas = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    powers = [0.125, 0.25, 0.5],
    folds = 5,
    seed = 1,
    metric = "balanced",
    identity = true,
    embedder = null,
    signal,
    onProgress,
  }: RcaOptions = {},
): Promise<RcaFit> {
  checkGrid("lambdas", lambdas);
  checkGrid("powers", powers);
  const prepared = preparePairs(data);
  const points: { lambda: number | null; power: number | null }[] = [];
  if (identity) points.push({ lambda: null, power: null });
  for (const lambda of lambdas) for (const power of powers) points.push({ lambda, power });

  let candidates: RcaCandidate[] = points.map((point) => ({ ...point, metrics: null }));
  if (points.length > 1) {
    const parts = makeFolds(prepared, { folds, seed });
    if (parts.length < 2) {
      throw new RangeError(
        "rca: cross-validation needs matching pairs of at least 2 groups, received 1; give one lambda and one power, and identity: false",
      );
    }
    const perFold: RankingMetrics[][] = [];
    for (const [i, fold] of parts.entries()) {
      await nextTurn(signal);
      perFold.push(measureFold(prepared, fold, points));
      onProgress?.({ stage: "cross-validate", done: i + 1, total: parts.length });
    }
    candidates = points.map((point, i) => ({
      ...point,
      metrics: meanMetrics(perFold.map((fold) => fold[i])),
    }));
  }
  await nextTurn(signal);
  const chosen = candidates.reduce((best, candidate) =>
    scoreOf(candidate, metric) > scoreOf(best, metric) ? candidate : best,
  );
  const { lambda, power } = chosen;
  const metrics = chosen.metrics === null ? {} : { metrics: { ...chosen.metrics } };
  if (lambda === null || power === null) {
    const adapter = identityAdapter(prepared.queries.cols, embedder);
    return {
      adapter: { ...adapter, metadata: { ...adapter.metadata, ...metrics } },
      chosen,
      candidates,
    };
  }
  const basis = differenceBasis(prepared.queries, prepared.passages, prepared.positives);
  return {
    adapter: {
      ...rcaSides(basis, lambda, power),
      inputDimensions: prepared.queries.cols,
      outputDimensions: prepared.queries.cols,
      metadata: { embedder, method: "rca", ...metrics },
    },
    chosen,
    candidates,
  };
}

function checkGrid(name: string, values: readonly number[]): void {
  if (values.length === 0) throw new RangeError(`rca: ${name} must not be empty`);
  for (const value of values) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new RangeError(`rca: ${name} must be finite numbers > 0, received ${value}`);
    }
  }
}

function scoreOf({ metrics }: RcaCandidate, metric: "balanced" | keyof RankingMetrics): number {
  if (metrics === null) return 0;
  return metric === "balanced" ? (metrics.rocAuc + metrics.mrr) / 2 : metrics[metric];
}

function meanMetrics(folds: readonly RankingMetrics[]): RankingMetrics {
  const mean = (name: keyof RankingMetrics): number =>
    folds.reduce((sum, fold) => sum + fold[name], 0) / folds.length;
  return { rocAuc: mean("rocAuc"), recallAt1: mean("recallAt1"), mrr: mean("mrr") };
}

/** Lets other work run (a page, an abort) between two heavy steps. */
async function nextTurn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal?.throwIfAborted();
}

/**
 * Per basis direction, the factor of (C + λI)^-a relative to a direction of eigenvalue 0: the cosine does not see a
 * common scale, and so W is the identity plus something of low rank.
 */
export function rcaScales(
  { values, meanValue }: Pick<DifferenceBasis, "values" | "meanValue">,
  lambda: number,
  power: number,
): Float64Array {
  return values.map((value) => (1 + value / (lambda * meanValue)) ** -power);
}

/** The sides of the adapter at one point of the grid. */
function rcaSides(
  basis: DifferenceBasis,
  lambda: number,
  power: number,
): { query: AdapterSide; passage: AdapterSide } {
  const map = spectralMap(basis.vectors, rcaScales(basis, lambda, power));
  return {
    query: { center: basis.queryCenter, ...map },
    passage: { center: basis.passageCenter, ...map },
  };
}

/**
 * I + U diag(s - 1) Uᵀ for orthonormal columns U: kept as low rank when that is cheaper to apply than a dense matrix.
 * Directions that the scales leave alone (to 1 in 10⁴) are dropped from the low-rank form.
 */
export function spectralMap(
  vectors: Matrix,
  scales: Float64Array,
): { weights: Matrix | null; lowRank?: LowRankUpdate } {
  const d = vectors.rows;
  const kept: number[] = [];
  for (let j = 0; j < scales.length; j++) if (Math.abs(scales[j] - 1) > 1e-4) kept.push(j);
  const left = createMatrix(d, kept.length);
  const right = createMatrix(kept.length, d);
  for (const [at, j] of kept.entries()) {
    for (let i = 0; i < d; i++) {
      const value = vectors.data[i * vectors.cols + j];
      left.data[i * kept.length + at] = value * (scales[j] - 1);
      right.data[at * d + i] = value;
    }
  }
  if (kept.length === 0) return { weights: null };
  if (2 * kept.length < d) return { weights: null, lowRank: { left, right } };
  const weights = multiply(left, right);
  for (let i = 0; i < d; i++) weights.data[i * d + i] += 1;
  return { weights };
}

/** Every point of the grid on one held-out part, from one eigenbasis. */
function measureFold(
  { queries, passages }: PreparedPairs,
  { train, task }: Fold,
  points: readonly { lambda: number | null; power: number | null }[],
): RankingMetrics[] {
  const basis = differenceBasis(queries, passages, train);
  const rawQueries = gatherRows(queries, task.queries);
  const rawPassages = gatherRows(passages, task.passages);
  const q = centered(rawQueries, basis.queryCenter);
  const p = centered(rawPassages, basis.passageCenter);
  const inner = multiply(q, p, { transposeB: true });
  const qInBasis = multiply(q, basis.vectors);
  const pInBasis = multiply(p, basis.vectors);
  return points.map(({ lambda, power }) => {
    if (lambda === null || power === null) {
      return rankingMetrics(multiply(rawQueries, rawPassages, { transposeB: true }), task);
    }
    // The metric is I + U diag(s² - 1) Uᵀ: what lies outside the basis is already in `inner`.
    const change = rcaScales(basis, lambda, power).map((scale) => scale * scale - 1);
    const scores = multiply(scaleColumns(qInBasis, change), pInBasis, { transposeB: true });
    const qLengths = lengths(q, qInBasis, change);
    const pLengths = lengths(p, pInBasis, change);
    for (let i = 0, at = 0; i < scores.rows; i++) {
      for (let j = 0; j < scores.cols; j++, at++) {
        const scale = qLengths[i] * pLengths[j];
        scores.data[at] = scale === 0 ? 0 : (scores.data[at] + inner.data[at]) / scale;
      }
    }
    return rankingMetrics(scores, task);
  });
}

function centered(rows: Matrix, center: Float32Array): Matrix {
  const result = createMatrix(rows.rows, rows.cols);
  for (let i = 0, at = 0; i < rows.rows; i++) {
    for (let j = 0; j < rows.cols; j++, at++) result.data[at] = rows.data[at] - center[j];
  }
  return result;
}

function scaleColumns(matrix: Matrix, scales: Float64Array): Matrix {
  const result = createMatrix(matrix.rows, matrix.cols);
  for (let i = 0, at = 0; i < matrix.rows; i++) {
    for (let j = 0; j < matrix.cols; j++, at++) result.data[at] = matrix.data[at] * scales[j];
  }
  return result;
}

/** Length of each row under the metric I + U diag(change) Uᵀ. */
function lengths(rows: Matrix, inBasis: Matrix, change: Float64Array): Float64Array {
  return Float64Array.from({ length: rows.rows }, (_, i) => {
    let square = 0;
    for (let j = 0; j < rows.cols; j++) square += rows.data[i * rows.cols + j] ** 2;
    for (let j = 0; j < inBasis.cols; j++) {
      square += change[j] * inBasis.data[i * inBasis.cols + j] ** 2;
    }
    return Math.sqrt(Math.max(0, square));
  });
}
