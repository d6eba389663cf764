import type { IndexPairs, PreparedPairs } from "../../data/training-pairs.js";
import { subtractMatrices } from "../../math/elementwise.js";
import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { centerPairs, type CenteredPairs } from "../centered-pairs.js";
import { basisOfMoment, basisOfRows, type SpectralBasis } from "../spectral/spectral-basis.js";
import { scaleMatrix } from "../matrix-layout.js";
import { once } from "./remember.js";

/** What matching pairs differ by, each side centred: all that RCA and its prior learn from pairs. */
export interface PairDifferences extends Pick<CenteredPairs, "queryCenter" | "passageCenter"> {
  /** n × d. */
  readonly rows: Matrix;
  /** rowsᵀ · rows, d × d; computed when it is first asked for. */
  scatter(): Matrix;
}

/** The differences of centred pairs. */
export function differencesOf({
  queries,
  passages,
  queryCenter,
  passageCenter,
}: CenteredPairs): PairDifferences {
  const rows = subtractMatrices(queries, passages);
  const scatter = once(() => multiply(rows, rows, { transposeA: true }));
  return { rows, scatter, queryCenter, passageCenter };
}

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
