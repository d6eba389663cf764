import { Matrix as DenseMatrix, SingularValueDecomposition } from "ml-matrix";
import { checkInteger } from "../../base/checks.js";
import { createRandom } from "../../base/random.js";
import { checkMatrix, createMatrix, transpose, type Matrix } from "../matrix.js";
import { multiply } from "../multiply.js";

export interface RandomizedSvdOptions {
  /** Seed of the random directions. @default 1 */
  readonly seed?: string | number | undefined;
  /** Random directions beyond `rank`. @default 10 */
  readonly oversampling?: number | undefined;
  /** Power iterations: multiplications by A · Aᵀ, which separate close singular values. @default 3 */
  readonly iterations?: number | undefined;
}

export interface Svd {
  /** m × rank, columns orthonormal. */
  readonly left: Matrix;
  /** Descending. */
  readonly values: Float64Array;
  /** n × rank, columns orthonormal. */
  readonly right: Matrix;
}

/**
 * The leading singular values and vectors: A ≈ left · diag(values) · rightᵀ, from a random sketch of A's range that power
 * iteration sharpens (Halko, Martinsson and Tropp 2011, algorithm 4.4). Singular values well apart come out to single
 * precision. Where A has a lower rank, the values beyond are zero and so are their vectors.
 *
 * @param matrix m × n
 * @param rank at most min(m, n)
 * @throws RangeError when `rank` is no integer from 0 to min(m, n), an option is no count, or a value is not finite.
 */
export function randomizedSvd(
  matrix: Matrix,
  rank: number,
  { seed = 1, oversampling = 10, iterations = 3 }: RandomizedSvdOptions = {},
): Svd {
  const { rows: m, cols: n } = matrix;
  const most = Math.min(m, n);
  checkInteger(rank, "randomizedSvd: rank", { least: 0, most });
  checkInteger(oversampling, "randomizedSvd: oversampling", { least: 0 });
  checkInteger(iterations, "randomizedSvd: iterations", { least: 0 });
  checkMatrix(matrix, "randomizedSvd: matrix");
  if (rank === 0) {
    return { left: createMatrix(m, 0), values: new Float64Array(0), right: createMatrix(n, 0) };
  }
  const width = Math.min(most, rank + oversampling);
  const random = createRandom(`${seed}/sketch`);
  const directions = createMatrix(width, n);
  for (let i = 0; i < directions.data.length; i++) directions.data[i] = random.normal();

  // Rows, not columns, hold the basis, so that each vector is contiguous: basis · A is (Aᵀ · basisᵀ)ᵀ.
  let basis = orthonormalRows(multiply(directions, matrix, { transposeB: true })).basis;
  for (let i = 0; i < iterations; i++) {
    const across = orthonormalRows(multiply(basis, matrix)).basis;
    basis = orthonormalRows(multiply(across, matrix, { transposeB: true })).basis;
  }
  // A ≈ basisᵀ · B, Bᵀ = otherᵀ · R: the small R carries the singular values.
  const { basis: other, triangle } = orthonormalRows(multiply(basis, matrix));
  const dense = new DenseMatrix(triangle);
  const small = new SingularValueDecomposition(dense, { autoTranspose: true });
  const values = Float64Array.from(small.diagonal.slice(0, rank));
  const inBasis = createMatrix(rank, width);
  const inOther = createMatrix(rank, width);
  for (let j = 0; j < rank; j++) {
    for (let i = 0; i < width; i++) {
      inBasis.data[j * width + i] = small.rightSingularVectors.get(i, j);
      inOther.data[j * width + i] = small.leftSingularVectors.get(i, j);
    }
  }
  const left = transpose(multiply(inBasis, basis));
  const right = transpose(multiply(inOther, other));
  return { left, values, right };
}

/**
 * An orthonormal basis of the rows (Gram–Schmidt, twice, in double precision) and the upper triangular R with rowsᵀ =
 * basisᵀ · R. A row that depends on those before gives a row of zeros.
 */
function orthonormalRows(rows: Matrix): { basis: Matrix; triangle: number[][] } {
  const { rows: count, cols } = rows;
  const vectors = Array.from({ length: count }, (_, i) =>
    Float64Array.from(rows.data.subarray(i * cols, (i + 1) * cols)),
  );
  const triangle = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (const [i, x] of vectors.entries()) {
    const before = Math.sqrt(inner(x, x));
    for (let round = 0; round < 2; round++) {
      for (let j = 0; j < i; j++) {
        const y = vectors[j];
        const projection = inner(x, y);
        triangle[j][i] += projection;
        for (let p = 0; p < cols; p++) x[p] -= projection * y[p];
      }
    }
    const length = Math.sqrt(inner(x, x));
    // What single-precision input leaves of a dependent row is rounding.
    const scale = length > 1e-6 * before ? 1 / length : 0;
    triangle[i][i] = scale === 0 ? 0 : length;
    for (let p = 0; p < cols; p++) x[p] *= scale;
  }
  const basis = createMatrix(count, cols);
  for (const [i, x] of vectors.entries()) basis.data.set(x, i * cols);
  return { basis, triangle };
}

function inner(x: Float64Array, y: Float64Array): number {
  let s = 0;
  let t = 0;
  let p = 0;
  for (; p + 2 <= x.length; p += 2) {
    s += x[p] * y[p];
    t += x[p + 1] * y[p + 1];
  }
  if (p < x.length) s += x[p] * y[p];
  return s + t;
}
