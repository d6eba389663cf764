import { refuse } from "../../base/checks.js";
import { subtractFromRows } from "../../math/elementwise.js";
import { checkMatrix, createMatrix, rowRange, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { columnMeans, normalizeRows } from "../../math/vectors.js";
import { spreadOfMoments, type Spread } from "../families/spread.js";

/** How some texts spread, as sums that add up over machines. Plain data in 64 bits. */
export interface SpreadStatistics {
  /** Texts seen. */
  readonly count: number;
  /** Mean of the vectors scaled to length 1. */
  readonly mean: Float64Array;
  /** Σ (x - mean)(x - mean)ᵀ, d × d, row-major. */
  readonly scatter: Float64Array;
}

/** Rows whose products are summed in single precision before they join the 64-bit sums. */
export const chunkRows = 512;

/** The statistics of no texts. */
export function emptySpread(dimensions: number): SpreadStatistics {
  return {
    count: 0,
    mean: new Float64Array(dimensions),
    scatter: new Float64Array(dimensions * dimensions),
  };
}

/** The statistics of unit rows. */
export function spreadStatistics(rows: Matrix): SpreadStatistics {
  let total = emptySpread(rows.cols);
  for (let at = 0; at < rows.rows; at += chunkRows) {
    const part = rowRange(rows, at, Math.min(rows.rows, at + chunkRows));
    const mean = columnMeans(part);
    // Centred before the products: a common direction would drown what the sums are wanted for.
    const centered = subtractFromRows(part, Float32Array.from(mean));
    const scatter = scatterOf(centered, centered);
    total = mergeSpreads(total, { count: part.rows, mean, scatter });
  }
  return total;
}

/**
 * The statistics of some rows of a corpus, of any length.
 *
 * @throws RangeError on rows of other dimensions, values that are not finite and rows of zeros.
 */
export function corpusStatistics(
  rows: Matrix,
  dimensions: number,
  place: string,
): SpreadStatistics {
  if (rows.cols !== dimensions) refuse(place, `a matrix of ${dimensions} columns`, rows.cols);
  checkMatrix(rows, place, { zeroRows: false });
  return spreadStatistics(normalizeRows(rows));
}

/** Σ a bᵀ over the rows. */
export function scatterOf(a: Matrix, b: Matrix): Float64Array {
  return Float64Array.from(multiply(a, b, { transposeA: true }).data);
}

/** Those of both together: see {@link mergeScatters}. */
export function mergeSpreads(a: SpreadStatistics, b: SpreadStatistics): SpreadStatistics {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const share = b.count / count;
  const step = b.mean.map((value, i) => value - a.mean[i]);
  return {
    count,
    mean: a.mean.map((value, i) => value + share * step[i]),
    scatter: mergeScatters(a.scatter, b.scatter, step, step, a.count * share),
  };
}

/**
 * The scatter about the common mean, from those about two means that lie a step apart.
 *
 * Source: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
 *
 * @param left Step from one mean to the other, on the side of the rows of the scatter; `right` on that of its columns.
 * @param weight m·n / (m + n) for m and n texts.
 */
export function mergeScatters(
  a: Float64Array,
  b: Float64Array,
  left: Float64Array,
  right: Float64Array,
  weight: number,
): Float64Array {
  const d = left.length;
  const result = new Float64Array(d * d);
  for (let i = 0, at = 0; i < d; i++) {
    const factor = weight * left[i];
    for (let j = 0; j < d; j++, at++) result[at] = a[at] + b[at] + factor * right[j];
  }
  return result;
}

/** As the corpus prior takes it, in single precision for the kernel. */
export function spreadFromStatistics({ count, mean, scatter }: SpreadStatistics): Spread {
  const d = mean.length;
  const covariance = Float32Array.from(scatter, (value) => value / count);
  return spreadOfMoments(mean, createMatrix(d, d, covariance));
}
