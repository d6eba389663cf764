import { refuse } from "../base/checks.js";
import { subtractFromRows } from "./elementwise.js";
import { createMatrix, rowRange, type Matrix } from "./matrix.js";
import { multiply } from "./multiply.js";
import { columnMeans } from "./vectors.js";

export interface CovarianceOptions {
  /** Subtract the mean row first; without, the result is the matrix of second moments. @default true */
  readonly center?: boolean | undefined;
}

export interface Covariance {
  /** d; zeros when not centred. */
  readonly mean: Float64Array;
  /** d × d: the mean of (x - mean) · (x - mean)ᵀ, divided by the number of rows. */
  readonly covariance: Matrix;
}

/** Rows centred at a time: bounds the copy. */
const ROWS = 8192;

/**
 * The mean and the covariance of the rows, sums across blocks in double precision.
 *
 * @param rows n × d
 * @throws RangeError when there are no rows, or the result is not finite.
 */
export function covariance(rows: Matrix, { center = true }: CovarianceOptions = {}): Covariance {
  const { rows: n, cols: d } = rows;
  if (n === 0) throw new RangeError("covariance: rows must hold at least one row, received none");
  const mean = center ? columnMeans(rows) : new Float64Array(d);
  const sums = new Float64Array(d * d);
  for (let start = 0; start < n; start += ROWS) {
    const part = rowRange(rows, start, start + ROWS);
    const block = center ? subtractFromRows(part, mean) : part;
    const gram = multiply(block, block, { transposeA: true }).data;
    for (let i = 0; i < d * d; i++) sums[i] += gram[i];
  }
  const result = createMatrix(d, d);
  for (let i = 0; i < d * d; i++) {
    const value = sums[i] / n;
    if (!Number.isFinite(value)) {
      const [x, y] = [Math.floor(i / d), i % d];
      refuse(`covariance: the covariance of columns ${x} and ${y}`, "a finite number", value);
    }
    result.data[i] = value;
  }
  return { mean, covariance: result };
}
