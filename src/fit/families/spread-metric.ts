import { basisOfMoment } from "../spectral/spectral-basis.js";
import type { CenteredBasis } from "./rca-family.js";
import { meanOfSpreads, type Spread } from "./spread.js";

/**
 * What can be had without a label: directions in which texts spread widely are shrunk, each side centred. The spread is
 * the mean of the passages' and the questions' covariances, each scaled to trace 1.
 *
 * @param corpus The spread of all passages.
 * @param log That of unlabelled questions; `null` to let passages stand for questions too.
 */
export function spreadMetric(corpus: Spread, log: Spread | null): CenteredBasis {
  return {
    basis: basisOfMoment(meanOfSpreads(log === null ? [corpus] : [corpus, log])),
    queryCenter: Float32Array.from((log ?? corpus).mean),
    passageCenter: Float32Array.from(corpus.mean),
  };
}
