import type { Adapter } from "../adapter/adapter.js";
import { createAdapter } from "../adapter/create-adapter.js";
import { checkInteger, checkNumber } from "../base/checks.js";
import { trainingFingerprint } from "../data/training-fingerprint.js";
import { preparePairs, type TrainingPairs } from "../data/training-pairs.js";
import type { Matrix } from "../math/matrix.js";
import { multiply } from "../math/multiply.js";
import { centerPairs } from "./centered-pairs.js";
import type { ReductionOptions } from "./fit-lda.js";
import { firstColumns, resizeColumns, scaleColumns, scaleMatrix } from "./matrix-layout.js";
import { basisOfRows, completeSpectralMatrix, shrinkingScales } from "./spectral/spectral-basis.js";

/**
 * Canonical correlation analysis to k dimensions: a matrix per side, so that the i-th coordinates of matching queries
 * and passages correlate as strongly as any not used before; each is weighed by the square root of its correlation, and
 * so the inner product of two mapped vectors by the correlation itself.
 *
 * Source: Hotelling, 1936; shrunk as in Vinod's canonical ridge, 1976.
 *
 * @param data Vectors of d dimensions and pairs; those labelled 0 play no part.
 * @returns An adapter from d to k dimensions, a matrix per side; columns beyond the rank of the pairs are zero.
 * @throws RangeError on pairs that cannot be learnt from, when k is not in [1, d] and when λ is not a number > 0.
 */
export function fitCca(
  data: TrainingPairs,
  { dimensions, lambda = 0.1, embedder = null }: ReductionOptions,
): Adapter {
  const prepared = preparePairs(data, "fitCca");
  const d = prepared.queries.cols;
  checkInteger(dimensions, "fitCca: dimensions", { least: 1, most: d });
  checkNumber(lambda, "fitCca: lambda", { above: 0 });
  const pairs = centerPairs(prepared, prepared.positives);
  const whitenQueries = inverseRoot(pairs.queries, lambda);
  const whitenPassages = inverseRoot(pairs.passages, lambda);
  const q = multiply(pairs.queries, whitenQueries);
  const p = multiply(pairs.passages, whitenPassages);
  const n = q.rows;
  const cross = multiply(q, p, { transposeA: true });
  for (let i = 0; i < cross.data.length; i++) cross.data[i] /= n;
  // Right singular vectors and values from crossᵀ·cross, left ones from the product with them.
  const right = basisOfRows(scaleMatrix(cross, Math.sqrt(d)));
  const kept = Math.min(dimensions, right.values.length);
  const correlations = right.values.slice(0, kept).map((value) => Math.sqrt(value));
  const v = firstColumns(right.vectors, kept);
  const u = scaleColumns(
    multiply(cross, v),
    correlations.map((value) => 1 / value),
  );
  const roots = correlations.map((value) => Math.sqrt(value));
  const weights = (whiten: Matrix, vectors: Matrix): Matrix =>
    resizeColumns(multiply(whiten, scaleColumns(vectors, roots)), dimensions);
  return createAdapter({
    inputDimensions: d,
    query: { center: pairs.queryCenter, weights: weights(whitenQueries, u) },
    passage: { center: pairs.passageCenter, weights: weights(whitenPassages, v) },
    embedder,
    method: "cca",
    parameters: { dimensions, lambda },
    trainingData: trainingFingerprint(data),
  });
}

/** (S + λI)^-½ of the rows' second moment S, scaled so that mapped rows have second moment about 1. */
function inverseRoot(rows: Matrix, lambda: number): Matrix {
  const basis = basisOfRows(rows);
  const factor = basis.meanValue > 0 ? 1 / Math.sqrt(lambda * basis.meanValue) : 1;
  return scaleMatrix(
    completeSpectralMatrix(basis.vectors, shrinkingScales(basis, lambda, 0.5)),
    factor,
  );
}
