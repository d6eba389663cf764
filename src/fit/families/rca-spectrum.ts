import type { IndexPairs, PreparedPairs } from "../../data/training-pairs.js";
import { createMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { columnMeans } from "../../math/vectors.js";
import type { CenteredPairs } from "../centered-pairs.js";
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

/** The differences of pairs, without a copy of either side: they are as large as all vectors together. */
export function differencesOf(
  { queries, passages }: Pick<PreparedPairs, "queries" | "passages">,
  { query, passage }: IndexPairs,
): PairDifferences {
  const queryCenter = Float32Array.from(columnMeans(queries, query));
  const passageCenter = Float32Array.from(columnMeans(passages, passage));
  const { cols } = queries;
  const rows = createMatrix(query.length, cols);
  for (let i = 0; i < rows.rows; i++) {
    const [q, p] = [rowOf(queries, query[i]), rowOf(passages, passage[i])];
    writeDifference(q, queryCenter, p, passageCenter, rowOf(rows, i));
  }
  const scatter = once(() => multiply(rows, rows, { transposeA: true }));
  return { rows, scatter, queryCenter, passageCenter };
}

/** A function of its own, so that engines compile its loop for these arrays: in the loop around it, it takes twice as long. */
function writeDifference(
  query: Float32Array,
  queryCenter: Float32Array,
  passage: Float32Array,
  passageCenter: Float32Array,
  to: Float32Array,
): void {
  // Two at a time: what a loop does besides takes as long as the differences.
  const pairs = to.length - (to.length % 2);
  for (let j = 0; j < pairs; j += 2) {
    const k = j + 1;
    const first = Math.fround(query[j] - queryCenter[j]);
    const second = Math.fround(query[k] - queryCenter[k]);
    to[j] = first - Math.fround(passage[j] - passageCenter[j]);
    to[k] = second - Math.fround(passage[k] - passageCenter[k]);
  }
  if (pairs < to.length) {
    const last = Math.fround(query[pairs] - queryCenter[pairs]);
    to[pairs] = last - Math.fround(passage[pairs] - passageCenter[pairs]);
  }
}

/** What RCA at any point is made of. */
export interface RcaSpectrum {
  readonly pairs: PairDifferences;
  /** Of C = mean (q - p)(q - p)ᵀ over the centred pairs. */
  readonly basis: SpectralBasis;
}

/** The eigenbasis of C from what pairs differ by. */
export function rcaBasis({ rows, scatter }: PairDifferences): SpectralBasis {
  if (rows.rows < rows.cols) return basisOfRows(rows);
  return basisOfMoment(scaleMatrix(scatter(), 1 / rows.rows));
}

/** Decomposes the covariance of what matching pairs differ by. */
export function rcaSpectrum(
  data: Pick<PreparedPairs, "queries" | "passages">,
  positives: IndexPairs,
): RcaSpectrum {
  const pairs = differencesOf(data, positives);
  return { pairs, basis: rcaBasis(pairs) };
}
