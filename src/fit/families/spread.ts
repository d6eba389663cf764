import { covariance } from "../../math/covariance.js";
import { createMatrix, type Matrix } from "../../math/matrix.js";
import { columnMeans } from "../../math/vectors.js";
import { once } from "./remember.js";

/** How texts spread about their mean. */
export interface Spread {
  readonly mean: ArrayLike<number>;
  /** The texts; `null` where only their moments are known. */
  readonly rows: Matrix | null;
  /** d × d; computed when it is first asked for. */
  covariance(): Matrix;
}

/** The spread of some rows. */
export function spreadOf(rows: Matrix): Spread {
  const mean = columnMeans(rows);
  return { mean, rows, covariance: once(() => covariance(rows).covariance) };
}

/** A spread of which only mean and covariance are known. */
export function spreadOfMoments(mean: ArrayLike<number>, moment: Matrix): Spread {
  return { mean, rows: null, covariance: () => moment };
}

/** The mean of covariances, each scaled to trace 1 first; those of a single point say nothing and are left out. */
export function meanOfSpreads(spreads: readonly Spread[]): Matrix {
  const covariances = spreads.map((spread) => spread.covariance());
  const traces = covariances.map(trace);
  const used = traces.filter((value) => value > 0).length;
  const result = createMatrix(covariances[0].rows, covariances[0].cols);
  for (const [k, { data }] of covariances.entries()) {
    if (!(traces[k] > 0)) continue;
    const factor = 1 / traces[k] / used;
    for (let j = 0; j < data.length; j++) result.data[j] += factor * data[j];
  }
  return result;
}

/** Sum of the diagonal. */
export function trace({ rows, cols, data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += data[i * cols + i];
  return sum;
}
