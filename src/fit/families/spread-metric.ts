import type { Covariance } from "../../math/covariance.js";
import { basisOfMoment } from "../spectral/spectral-basis.js";
import { meanSpread } from "./corpus-prior.js";
import type { CenteredBasis } from "./rca-family.js";

/**
 * What can be had without a label: directions in which texts spread widely are shrunk, each side centred. The spread is
 * the mean of the passages' and the questions' covariances, each scaled to trace 1.
 *
 * @param corpus Mean and covariance of all passages.
 * @param log Those of unlabelled questions; without, passages stand for questions too.
 */
export function spreadMetric(corpus: Covariance, log: Covariance | null): CenteredBasis {
  const spreads = log === null ? [corpus.covariance] : [corpus.covariance, log.covariance];
  return {
    basis: basisOfMoment(meanSpread(spreads)),
    queryCenter: Float32Array.from((log ?? corpus).mean),
    passageCenter: Float32Array.from(corpus.mean),
  };
}
