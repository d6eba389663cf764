import { checkInteger } from "../base/checks.js";
import { checkMatrix, createMatrix, type Matrix } from "../math/matrix.js";
import { columnMeans } from "../math/vectors.js";
import { orthonormalize, principalAxes } from "./principal-axes.js";

export interface PcaOptions {
  /** How many axes to keep: 1 to min(rows, cols). @default 2 */
  readonly components?: number | undefined;
}

/** A fitted principal component analysis; apply it with {@link applyPca}. */
export interface Pca {
  /** The mean row, length d. */
  readonly mean: Float32Array;
  /** k × d: the axes, orthonormal rows, most variance first. */
  readonly components: Matrix;
  /** Variance along each axis (divisor n - 1), length k. */
  readonly explainedVariance: Float64Array;
  /** The same as a share of the variance of all d columns, length k. */
  readonly explainedVarianceRatio: Float64Array;
}

/**
 * Principal component analysis (Pearson 1901, Hotelling 1933) of the rows of `matrix` (n × d): the orthogonal axes along
 * which the centred rows vary most. The rows are centred, not scaled.
 *
 * The result depends on nothing but the data: the sign of each axis is chosen so that its entry of largest magnitude is positive
 * (the convention of scikit-learn 1.5 and later).
 *
 * @throws RangeError when there are fewer than 2 rows, when a value is not finite, when all rows are equal, or when
 *   `components` is not an integer from 1 to min(rows, cols).
 */
export function fitPca(matrix: Matrix, { components = 2 }: PcaOptions = {}): Pca {
  const { rows, cols } = matrix;
  checkInteger(rows, "fitPca: rows", { least: 2 });
  checkInteger(components, "fitPca: components", { least: 1, most: Math.min(rows, cols) });
  checkMatrix(matrix, "fitPca: matrix");
  const mean = columnMeans(matrix);
  const total = totalVariance(matrix, mean);
  if (!(total > 0)) {
    throw new RangeError(`fitPca: rows must differ, received ${rows} equal ones`);
  }
  const axes = principalAxes(matrix, mean, components);
  const found = axes.values.length;
  const directions = new Float64Array(components * cols);
  directions.set(axes.vectors);
  fillUp(directions, found, components, cols);
  for (let i = 0; i < components; i++) {
    orient(directions.subarray(i * cols, (i + 1) * cols));
  }
  const explainedVariance = new Float64Array(components);
  explainedVariance.set(axes.values);
  return {
    mean: Float32Array.from(mean),
    components: createMatrix(components, cols, Float32Array.from(directions)),
    explainedVariance,
    explainedVarianceRatio: explainedVariance.map((value) => Math.min(1, value / total)),
  };
}

/**
 * The rows of `matrix` (m × d) in the coordinates of a fitted analysis, m × k.
 *
 * @throws RangeError when the columns are not those it was fitted on, or a value is not finite.
 */
export function applyPca({ mean, components }: Pca, matrix: Matrix): Matrix {
  const { rows, cols, data } = matrix;
  if (cols !== mean.length) {
    throw new RangeError(
      `applyPca: matrix must have ${mean.length} columns as in the fit, received ${cols}`,
    );
  }
  checkMatrix(matrix, "applyPca: matrix");
  const result = createMatrix(rows, components.rows);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < components.rows; c++) {
      let sum = 0;
      for (let j = 0; j < cols; j++) {
        sum += (data[i * cols + j] - mean[j]) * components.data[c * cols + j];
      }
      result.data[i * components.rows + c] = sum;
    }
  }
  return result;
}

function totalVariance({ rows, cols, data }: Matrix, mean: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) sum += (data[i * cols + j] - mean[j]) ** 2;
  }
  return sum / (rows - 1);
}

/** Gives an axis the sign that makes its entry of largest magnitude (the first of equals) positive. */
function orient(axis: Float64Array): void {
  let largest = 0;
  for (let j = 1; j < axis.length; j++) {
    // The earlier entry is preferred by a relative 1e-9, so that rounding does not decide between equals.
    if (Math.abs(axis[j]) > Math.abs(axis[largest]) * (1 + 1e-9)) largest = j;
  }
  if (axis[largest] < 0) for (let j = 0; j < axis.length; j++) axis[j] = -axis[j];
}

/** Completes the first `found` orthonormal rows with axes along which nothing varies. */
function fillUp(axes: Float64Array, found: number, count: number, cols: number): void {
  let candidate = 0;
  for (let k = found; k < count; candidate++) {
    const axis = axes.subarray(k * cols, (k + 1) * cols);
    axis.fill(0);
    axis[candidate] = 1;
    // What is left of the d unit vectors has squared lengths that sum to d - k >= 1, so one of them is long enough.
    if (orthonormalize(axis, axes.subarray(0, k * cols)) >= 0.5 / Math.sqrt(cols)) k++;
  }
}
