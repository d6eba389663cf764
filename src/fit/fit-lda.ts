import type { Adapter } from "../adapter/adapter.js";
import { createAdapter } from "../adapter/create-adapter.js";
import { checkInteger, checkNumber } from "../base/checks.js";
import { trainingFingerprint } from "../data/training-fingerprint.js";
import { preparePairs, type TrainingPairs } from "../data/training-pairs.js";
import { multiply } from "../math/multiply.js";
import { centerPairs } from "./centered-pairs.js";
import { rcaSpectrum } from "./families/rca-spectrum.js";
import { resizeColumns, stackRows } from "./matrix-layout.js";
import { basisOfRows, completeSpectralMatrix, shrinkingScales } from "./spectral/spectral-basis.js";

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
 * @param data Vectors of d dimensions and pairs; those labelled 0 play no part.
 * @returns An adapter from d to k dimensions, one matrix for both sides.
 * @throws RangeError on pairs that cannot be learnt from, when k is not in [1, d] and when λ is not a number > 0.
 */
export function fitLda(
  data: TrainingPairs,
  { dimensions, lambda = 0.1, embedder = null }: ReductionOptions,
): Adapter {
  const prepared = preparePairs(data, "fitLda");
  const d = prepared.queries.cols;
  checkInteger(dimensions, "fitLda: dimensions", { least: 1, most: d });
  checkNumber(lambda, "fitLda: lambda", { above: 0 });
  const pairs = centerPairs(prepared, prepared.positives);
  const { basis } = rcaSpectrum(prepared, prepared.positives);
  const whitening = completeSpectralMatrix(basis.vectors, shrinkingScales(basis, lambda, 0.5));
  const whitened = stackRows(
    multiply(pairs.queries, whitening),
    multiply(pairs.passages, whitening),
  );
  const leading = resizeColumns(basisOfRows(whitened).vectors, dimensions);
  const weights = multiply(whitening, leading);
  return createAdapter({
    inputDimensions: d,
    query: { center: pairs.queryCenter, weights },
    passage: { center: pairs.passageCenter, weights },
    embedder,
    method: "lda",
    parameters: { dimensions, lambda },
    trainingData: trainingFingerprint(data),
  });
}
