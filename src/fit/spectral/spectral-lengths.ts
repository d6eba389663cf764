import { subtractFromRows } from "../../math/elementwise.js";
import { createMatrix, rowRange, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { innerProduct } from "../../math/vectors.js";

/** Rows as a basis sees them. */
export interface Projection {
  /** rows · U, n × r. */
  readonly inBasis: Matrix;
  /** Squared length of each row, what lies outside the basis included. */
  readonly squares: Float64Array;
}

/** Rows centred at a time: bounds the copy. */
const blockRows = 2048;

/** The projection of rows less a center on the columns of U, d × r. */
export function projectCentered(
  rows: Matrix,
  center: ArrayLike<number>,
  vectors: Matrix,
): Projection {
  const inBasis = createMatrix(rows.rows, vectors.cols);
  const squares = new Float64Array(rows.rows);
  for (let start = 0; start < rows.rows; start += blockRows) {
    const block = subtractFromRows(rowRange(rows, start, start + blockRows), center);
    const { data } = rowRange(inBasis, start, start + blockRows);
    multiply(block, vectors, { out: data });
    squares.set(squaredLengths(block), start);
  }
  return { inBasis, squares };
}

/**
 * Lengths of rows under W = I + U diag(s - 1) Uᵀ for any number of scales s.
 *
 * @param complete Whether U is square: nothing lies outside it.
 * @returns From the squares s² (r of them) to the n lengths; 0 where W leaves nothing but rounding.
 */
export function spectralLengths(
  { inBasis, squares }: Projection,
  complete: boolean,
): (squaredScales: Float64Array) => Float64Array {
  const outside = complete ? 0 : 1;
  return (squaredScales) => {
    const factors = squaredScales.map((s) => s - outside);
    const totals = weightedSquares(inBasis, factors);
    return squares.map((square, i) => {
      const total = outside * square + totals[i];
      // What rounding leaves of a vector that the map sends to zero has no direction.
      return total > 1e-12 * outside * square ? Math.sqrt(total) : 0;
    });
  };
}

/** The sum of squares of each row. */
export function squaredLengths({ rows, cols, data }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) =>
    innerProduct(data, i * cols, data, i * cols, cols),
  );
}

/** Per row, the sum of its squares, each times its factor: in two sums, which a processor adds side by side. */
function weightedSquares({ rows, cols, data }: Matrix, factors: Float64Array): Float64Array {
  const totals = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = i * cols;
    let s = 0;
    let t = 0;
    let j = 0;
    for (; j + 2 <= cols; j += 2) {
      const x = data[row + j];
      const y = data[row + j + 1];
      s += factors[j] * (x * x);
      t += factors[j + 1] * (y * y);
    }
    if (j < cols) s += factors[j] * (data[row + j] * data[row + j]);
    totals[i] = s + t;
  }
  return totals;
}
