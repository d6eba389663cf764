import type { Matrix } from "../../math/matrix.js";

/**
 * Lengths of rows under W = I + U diag(s - 1) Uᵀ for any number of scales s.
 *
 * @param rows n × d.
 * @param inBasis rows · U, n × r.
 * @param complete Whether U is square: nothing lies outside it.
 * @returns From the squares s² (r of them) to the n lengths; 0 where W leaves nothing but rounding.
 */
export function spectralLengths(
  rows: Matrix,
  inBasis: Matrix,
  complete: boolean,
): (squaredScales: Float64Array) => Float64Array {
  const { cols, data } = inBasis;
  const outside = complete ? 0 : 1;
  const squares = squaredLengths(rows);
  return (squaredScales) =>
    squares.map((square, i) => {
      let total = outside * square;
      for (let j = 0; j < cols; j++) {
        total += (squaredScales[j] - outside) * data[i * cols + j] ** 2;
      }
      // What rounding leaves of a vector that the map sends to zero has no direction.
      return total > 1e-12 * outside * square ? Math.sqrt(total) : 0;
    });
}

/** The sum of squares of each row. */
export function squaredLengths({ rows, cols, data }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let square = 0;
    for (let j = i * cols; j < (i + 1) * cols; j++) square += data[j] ** 2;
    return square;
  });
}
