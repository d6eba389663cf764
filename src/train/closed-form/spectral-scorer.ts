import type { Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { scaleColumns } from "./spectral-basis.js";

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
  const inner = multiply(q, p, { transposeB: true });
  const qInBasis = multiply(q, vectors);
  const pInBasis = multiply(p, vectors);
  const qSquares = squaredLengths(q);
  const pSquares = squaredLengths(p);
  return (scales) => {
    const change = scales.map((s) => s ** (query + passage) - 1);
    const scores = multiply(scaleColumns(qInBasis, change), pInBasis, { transposeB: true });
    const qLengths = lengths(qSquares, qInBasis, scales, 2 * query);
    const pLengths = lengths(pSquares, pInBasis, scales, 2 * passage);
    for (let i = 0, at = 0; i < scores.rows; i++) {
      for (let j = 0; j < scores.cols; j++, at++) {
        const scale = qLengths[i] * pLengths[j];
        scores.data[at] = scale === 0 ? 0 : (scores.data[at] + inner.data[at]) / scale;
      }
    }
    return scores;
  };
}

function squaredLengths({ rows, cols, data }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let square = 0;
    for (let j = i * cols; j < (i + 1) * cols; j++) square += data[j] ** 2;
    return square;
  });
}

/** Length of each row under the metric I + U diag(s^exponent - 1) Uᵀ. */
function lengths(
  squares: Float64Array,
  inBasis: Matrix,
  scales: Float64Array,
  exponent: number,
): Float64Array {
  const { cols, data } = inBasis;
  const change = scales.map((s) => s ** exponent - 1);
  return squares.map((square, i) => {
    let total = square;
    for (let j = 0; j < cols; j++) total += change[j] * data[i * cols + j] ** 2;
    // What rounding leaves of a vector that the map sends to zero has no direction.
    return total > 1e-12 * square ? Math.sqrt(total) : 0;
  });
}
