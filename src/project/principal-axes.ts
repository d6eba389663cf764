import { symmetricEigen } from "../math/decompose/eigen.js";
import { subtractFromRows } from "../math/elementwise.js";
import type { Matrix } from "../math/matrix.js";
import { multiply } from "../math/multiply.js";

/** Directions, largest variance first. */
export interface Axes {
  /** Variance along each (divisor n - 1). */
  readonly values: Float64Array;
  /** Row-major, one row of length d per value, each of length 1, orthogonal to the others. */
  readonly vectors: Float64Array;
}

/**
 * The directions along which the rows vary most, at most `count`: fewer where the rest of the variance is rounding.
 *
 * From the eigenvectors of the smaller side: of the d × d products of columns, or, with fewer rows than columns, of the
 * n × n products of rows, whose eigenvectors u give the axes Xᵀu.
 */
export function principalAxes(matrix: Matrix, mean: Float64Array, count: number): Axes {
  const { rows, cols } = matrix;
  const centered = subtractFromRows(matrix, mean);
  const wide = rows < cols;
  const products = wide
    ? multiply(centered, centered, { transposeB: true })
    : multiply(centered, centered, { transposeA: true });
  const eigen = symmetricEigen(products, { count });
  // The products are in single precision: below this an eigenvalue is as good as none.
  const least = eigen.values[0] * Math.max(rows, cols) * 2 ** -24;
  const values = eigen.values.filter((value) => value > least);
  const vectors = new Float64Array(values.length * cols);
  for (let k = 0; k < values.length; k++) {
    const axis = vectors.subarray(k * cols, (k + 1) * cols);
    if (wide) addRows(axis, centered, eigen.vectors, k);
    else for (let j = 0; j < cols; j++) axis[j] = eigen.vectors.data[j * eigen.vectors.cols + k];
    orthonormalize(axis, vectors.subarray(0, k * cols));
  }
  return { values: values.map((value) => value / (rows - 1)), vectors };
}

/** Adds the rows of `matrix`, weighted by column `k` of `weights`. */
function addRows(
  sum: Float64Array,
  { rows, cols, data }: Matrix,
  weights: Matrix,
  k: number,
): void {
  for (let i = 0; i < rows; i++) {
    const weight = weights.data[i * weights.cols + k];
    for (let j = 0; j < cols; j++) sum[j] += weight * data[i * cols + j];
  }
}

/** Makes `axis` a unit vector orthogonal to the unit vectors before it; what it was off by was rounding. */
export function orthonormalize(axis: Float64Array, before: Float64Array): number {
  const cols = axis.length;
  for (let pass = 0; pass < 2; pass++) {
    for (let offset = 0; offset < before.length; offset += cols) {
      let share = 0;
      for (let j = 0; j < cols; j++) share += axis[j] * before[offset + j];
      for (let j = 0; j < cols; j++) axis[j] -= share * before[offset + j];
    }
  }
  const length = Math.sqrt(axis.reduce((sum, x) => sum + x * x, 0));
  if (length > 0) for (let j = 0; j < cols; j++) axis[j] /= length;
  return length;
}
