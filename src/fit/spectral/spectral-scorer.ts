import { createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { scaleColumns } from "../matrix-layout.js";
import { spectralLengths, squaredLengths } from "./spectral-lengths.js";

/** How often each side carries the scales: W^query and W^passage. */
export interface SideExponents {
  readonly query: number;
  readonly passage: number;
}

/**
 * Cosines under W = I + U diag(s - 1) Uᵀ for any number of scales s: what lies outside the basis, and the projections
 * on it, are computed once.
 *
 * @param q Rows to score, already centred and mapped.
 * @param p Columns to score, likewise.
 * @param vectors U, d × r.
 */
export function spectralScorer(
  q: Matrix,
  p: Matrix,
  vectors: Matrix,
  { query, passage }: SideExponents,
): (scales: Float64Array) => Matrix {
  // When the basis is complete nothing lies outside it, and small scales keep all their digits without the 1 and the -1.
  const complete = vectors.cols === vectors.rows;
  const outside = complete ? 0 : 1;
  const inner = complete ? createMatrix(q.rows, p.rows) : multiply(q, p, { transposeB: true });
  const qInBasis = multiply(q, vectors);
  const pInBasis = multiply(p, vectors);
  const qLengthsAt = spectralLengths({ inBasis: qInBasis, squares: squaredLengths(q) }, complete);
  const pLengthsAt = spectralLengths({ inBasis: pInBasis, squares: squaredLengths(p) }, complete);
  const power = (scales: Float64Array, exponent: number): Float64Array =>
    scales.map((s) => s ** exponent);
  return (scales) => {
    const weighted = scaleColumns(
      qInBasis,
      scales.map((s) => s ** (query + passage) - outside),
    );
    const scores = multiply(weighted, pInBasis, { transposeB: true });
    const qLengths = qLengthsAt(power(scales, 2 * query));
    const pLengths = pLengthsAt(power(scales, 2 * passage));
    for (let i = 0, at = 0; i < scores.rows; i++) {
      for (let j = 0; j < scores.cols; j++, at++) {
        const scale = qLengths[i] * pLengths[j];
        scores.data[at] = scale === 0 ? 0 : (scores.data[at] + inner.data[at]) / scale;
      }
    }
    return scores;
  };
}
