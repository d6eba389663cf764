import { createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { scaleColumns } from "../matrix-layout.js";

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
  const qSquares = squaredLengths(q);
  const pSquares = squaredLengths(p);
  const factors = (scales: Float64Array, exponent: number): Float64Array =>
    scales.map((s) => s ** exponent - outside);
  return (scales) => {
    const weighted = scaleColumns(qInBasis, factors(scales, query + passage));
    const scores = multiply(weighted, pInBasis, { transposeB: true });
    const qLengths = lengths(qSquares, outside, qInBasis, factors(scales, 2 * query));
    const pLengths = lengths(pSquares, outside, pInBasis, factors(scales, 2 * passage));
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

/** Length of each row, from its projections and (weighed by `outside`) all of it. */
function lengths(
  squares: Float64Array,
  outside: number,
  inBasis: Matrix,
  factors: Float64Array,
): Float64Array {
  const { cols, data } = inBasis;
  return squares.map((square, i) => {
    let total = outside * square;
    for (let j = 0; j < cols; j++) total += factors[j] * data[i * cols + j] ** 2;
    // What rounding leaves of a vector that the map sends to zero has no direction.
    return total > 1e-12 * outside * square ? Math.sqrt(total) : 0;
  });
}
