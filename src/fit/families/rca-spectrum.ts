import type { IndexPairs, PreparedPairs } from "../../data/training-pairs.js";
import { centerPairs, type CenteredPairs } from "../centered-pairs.js";
import { basisOfMoment, basisOfRows, type SpectralBasis } from "../spectral/spectral-basis.js";
import { scaleMatrix } from "../matrix-layout.js";
import { differencesOf, type PairDifferences } from "./pair-differences.js";

/** What RCA at any point is made of. */
export interface RcaSpectrum {
  readonly pairs: CenteredPairs;
  /** Of C = mean (q - p)(q - p)ᵀ over the centred pairs. */
  readonly basis: SpectralBasis;
}

/** The eigenbasis of C from what pairs differ by. */
export function rcaBasis({ rows, scatter }: PairDifferences): SpectralBasis {
  if (rows.rows < rows.cols) return basisOfRows(rows);
  return basisOfMoment(scaleMatrix(scatter(), 1 / rows.rows));
}

/** Centres matching pairs and decomposes the covariance of their differences. */
export function rcaSpectrum(
  data: Pick<PreparedPairs, "queries" | "passages">,
  positives: IndexPairs,
): RcaSpectrum {
  const pairs = centerPairs(data, positives);
  return { pairs, basis: rcaBasis(differencesOf(pairs)) };
}
