import type { IndexPairs, PreparedPairs } from "../../data/training-pairs.js";
import { subtractMatrices } from "../../math/elementwise.js";
import { centerPairs, type CenteredPairs } from "../centered-pairs.js";
import { basisOfRows, type SpectralBasis } from "../spectral/spectral-basis.js";

/** What RCA at any point is made of. */
export interface RcaSpectrum {
  readonly pairs: CenteredPairs;
  /** Of C = mean (q - p)(q - p)ᵀ over the centred pairs. */
  readonly basis: SpectralBasis;
}

/** Centres matching pairs and decomposes the covariance of their differences. */
export function rcaSpectrum(
  data: Pick<PreparedPairs, "queries" | "passages">,
  positives: IndexPairs,
): RcaSpectrum {
  const pairs = centerPairs(data, positives);
  return { pairs, basis: basisOfRows(subtractMatrices(pairs.queries, pairs.passages)) };
}
