import type { Adapter } from "../../adapter/adapter.js";
import { applySide } from "../../adapter/apply.js";
import { createMatrix, gatherRows, identityMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { subtractMatrices } from "../../math/elementwise.js";
import { centerPairs } from "../centered-pairs.js";
import {
  basisOfRows,
  firstColumns,
  scaleColumns,
  shrinkingScales,
  spectralMatrix,
} from "../spectral/spectral-basis.js";
import { preparePairs, type TrainingPairs } from "../../data/training-pairs.js";

export interface ReductionOptions {
  /** Length k of the adapted vectors, 1 <= k <= d. */
  readonly dimensions: number;
  /** Shrinkage of each covariance, in units of its mean eigenvalue. @default 0.1 */
  readonly lambda?: number | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * Linear discriminant analysis for pairs: both sides centred and mapped by W = (C + λI)^-½, C being the covariance of
 * differences between matches, and of what is left the k leading principal directions kept. The first of the k columns
 * are the best shorter adapters too.
 *
 * Source: Fisher, 1936, every matching pair being a class of two.
 *
 * @throws RangeError on pairs that cannot be learnt from and when k is not in [1, d].
 */
export function fitLda(
  data: TrainingPairs,
  { dimensions, lambda = 0.1, embedder = null }: ReductionOptions,
): Adapter {
  const prepared = preparePairs(data);
  checkDimensions(dimensions, prepared.queries.cols);
  const pairs = centerPairs(prepared, prepared.positives);
  const { rows, cols: d } = pairs.queries;
  const basis = basisOfRows(subtractMatrices(pairs.queries, pairs.passages));
  const scales = shrinkingScales(basis, lambda, 0.5);
  const whitening = plusIdentity(
    spectralMatrix(
      basis.vectors,
      scales.map((s) => s - 1),
    ),
  );
  const both = createMatrix(2 * rows, d);
  both.data.set(multiply(pairs.queries, whitening).data);
  both.data.set(multiply(pairs.passages, whitening).data, rows * d);
  const leading = completed(basisOfRows(both).vectors, dimensions);
  const weights = multiply(whitening, leading);
  return {
    inputDimensions: d,
    outputDimensions: dimensions,
    query: { center: pairs.queryCenter, weights },
    passage: { center: pairs.passageCenter, weights },
    metadata: { embedder, method: "lda" },
  };
}

/**
 * Canonical correlation analysis to k dimensions: a matrix per side, so that the i-th coordinates of matching queries
 * and passages correlate as strongly as any not used before; each is weighed by the square root of its correlation, and
 * so the inner product of two mapped vectors by the correlation itself.
 *
 * Source: Hotelling, 1936; shrunk as in Vinod's canonical ridge, 1976.
 *
 * @throws RangeError on pairs that cannot be learnt from and when k is not in [1, d].
 */
export function fitCca(
  data: TrainingPairs,
  { dimensions, lambda = 0.1, embedder = null }: ReductionOptions,
): Adapter {
  const prepared = preparePairs(data);
  const d = prepared.queries.cols;
  checkDimensions(dimensions, d);
  const pairs = centerPairs(prepared, prepared.positives);
  const whitenQueries = inverseRoot(pairs.queries, lambda);
  const whitenPassages = inverseRoot(pairs.passages, lambda);
  const q = multiply(pairs.queries, whitenQueries);
  const p = multiply(pairs.passages, whitenPassages);
  const n = q.rows;
  const cross = multiply(q, p, { transposeA: true });
  for (let i = 0; i < cross.data.length; i++) cross.data[i] /= n;
  // Right singular vectors and values from crossᵀ·cross, left ones from the product with them.
  const right = basisOfRows(scaleAll(cross, Math.sqrt(d)));
  const kept = Math.min(dimensions, right.values.length);
  const correlations = right.values.slice(0, kept).map((value) => Math.sqrt(value));
  const v = firstColumns(right.vectors, kept);
  const u = scaleColumns(
    multiply(cross, v),
    correlations.map((value) => 1 / value),
  );
  const roots = correlations.map((value) => Math.sqrt(value));
  const side = (whiten: Matrix, vectors: Matrix): Matrix =>
    padColumns(multiply(whiten, scaleColumns(vectors, roots)), dimensions);
  return {
    inputDimensions: d,
    outputDimensions: dimensions,
    query: { center: pairs.queryCenter, weights: side(whitenQueries, u) },
    passage: { center: pairs.passageCenter, weights: side(whitenPassages, v) },
    metadata: { embedder, method: "cca" },
  };
}

/**
 * The adapter followed by the k leading principal directions of what it makes of the training vectors: the same
 * comparison in fewer dimensions (pgvector's index stops at 2,000).
 *
 * @throws RangeError when k is not in [1, d].
 */
export function reduceAdapter(
  adapter: Adapter,
  data: TrainingPairs,
  { dimensions }: Pick<ReductionOptions, "dimensions">,
): Adapter {
  const prepared = preparePairs(data);
  checkDimensions(dimensions, adapter.outputDimensions);
  const { query, passage } = prepared.positives;
  const q = applySide(adapter.query, gatherRows(prepared.queries, query));
  const p = applySide(adapter.passage, gatherRows(prepared.passages, passage));
  const both = createMatrix(q.rows + p.rows, q.cols);
  both.data.set(q.data);
  both.data.set(p.data, q.data.length);
  // Not centred: the cosine is about the origin, which must stay where it is.
  const leading = completed(basisOfRows(both).vectors, dimensions);
  const follow = (side: Adapter["query"]): Matrix =>
    multiply(
      applySide({ ...side, center: null }, identityMatrix(adapter.inputDimensions)),
      leading,
    );
  const weights = follow(adapter.query);
  const shared =
    adapter.query.weights === adapter.passage.weights &&
    (adapter.query.lowRank ?? null) === (adapter.passage.lowRank ?? null);
  return {
    ...adapter,
    outputDimensions: dimensions,
    query: { center: adapter.query.center, weights },
    passage: {
      center: adapter.passage.center,
      weights: shared ? weights : follow(adapter.passage),
    },
    metadata: { embedder: adapter.metadata.embedder, method: `${adapter.metadata.method}+pca` },
  };
}

function checkDimensions(dimensions: number, d: number): void {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > d) {
    throw new RangeError(
      `reduction: dimensions must be an integer from 1 to ${d}, received ${dimensions}`,
    );
  }
}

function plusIdentity(matrix: Matrix): Matrix {
  for (let i = 0; i < matrix.rows; i++) matrix.data[i * matrix.cols + i] += 1;
  return matrix;
}

/** (S + λI)^-½ of the rows' second moment S, scaled so that mapped rows have second moment about 1. */
function inverseRoot(rows: Matrix, lambda: number): Matrix {
  const basis = basisOfRows(rows);
  const scales = shrinkingScales(basis, lambda, 0.5);
  const factor = basis.meanValue > 0 ? 1 / Math.sqrt(lambda * basis.meanValue) : 1;
  return scaleAll(
    plusIdentity(
      spectralMatrix(
        basis.vectors,
        scales.map((s) => s - 1),
      ),
    ),
    factor,
  );
}

function scaleAll(matrix: Matrix, factor: number): Matrix {
  return { ...matrix, data: matrix.data.map((value) => value * factor) };
}

/** The first `count` columns; where there are fewer, columns of zeros follow. */
function completed(vectors: Matrix, count: number): Matrix {
  return padColumns(firstColumns(vectors, Math.min(count, vectors.cols)), count);
}

function padColumns(matrix: Matrix, count: number): Matrix {
  if (matrix.cols === count) return matrix;
  const result = createMatrix(matrix.rows, count);
  for (let i = 0; i < matrix.rows; i++) {
    result.data.set(matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols), i * count);
  }
  return result;
}
