import { symmetricEigen } from "../../math/decompose/eigen.js";
import { addToDiagonal, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { firstColumns, scaleColumns, scaleMatrix } from "../matrix-layout.js";

/** The eigenbasis of a second moment; directions outside the basis have eigenvalue 0. */
export interface SpectralBasis {
  /** Descending, all > 0; r of them. */
  readonly values: Float64Array;
  /** d × r, orthonormal columns. */
  readonly vectors: Matrix;
  /** Sum of all eigenvalues / d: the unit of lambda. */
  readonly meanValue: number;
}

/** Eigenvalues below this share of the largest are rounding errors of single precision. */
const tolerance = 1e-6;

/**
 * The eigenbasis of S = rowsᵀ·rows / n. With fewer rows than columns it comes from the n × n matrix of inner products
 * between rows, which has the same eigenvalues: exact, and the cost is that of n, not of d.
 */
export function basisOfRows(rows: Matrix): SpectralBasis {
  const { rows: n, cols: d } = rows;
  if (n >= d) return basisOfMoment(scaleMatrix(multiply(rows, rows, { transposeA: true }), 1 / n));
  const { values, vectors } = symmetricEigen(
    scaleMatrix(multiply(rows, rows, { transposeB: true }), 1 / n),
  );
  const rank = rankOf(values);
  const basis = multiply(rows, firstColumns(vectors, rank), { transposeA: true });
  normalizeColumns(basis);
  return { values: values.slice(0, rank), vectors: basis, meanValue: sum(values) / d };
}

/** The eigenbasis of a symmetric positive semidefinite d × d matrix. */
export function basisOfMoment(moment: Matrix): SpectralBasis {
  const { values, vectors } = symmetricEigen(moment);
  const rank = rankOf(values);
  return {
    values: values.slice(0, rank),
    vectors: rank === vectors.cols ? vectors : firstColumns(vectors, rank),
    meanValue: sum(values) / moment.rows,
  };
}

/**
 * Per basis direction, the factor of (S + λI)^-a relative to a direction of eigenvalue 0: the cosine does not see a
 * common scale, so the map is the identity plus something of low rank. λ is in units of the mean eigenvalue.
 */
export function shrinkingScales(
  { values, meanValue }: Pick<SpectralBasis, "values" | "meanValue">,
  lambda: number,
  power: number,
): Float64Array {
  return values.map((value) => (1 + value / (lambda * meanValue)) ** -power);
}

/** The mild metric takes e^-1/4 of a direction for each mean eigenvalue that it has. */
const mildness = 4;
const smallestMetric = 1e-12;

/**
 * {@link shrinkingScales} whose metric (their square) is blended with a mild one, exp(-S / 4), that leaves all but the
 * noisiest directions alone: each metric counts by its weight, 1 and `blend`, in units in which S has trace 1 under it,
 * so that what S measures gets as much length from either when `blend` is 1. What the first cannot do alone, to weigh
 * directions of little noise evenly and yet push down those of much, the sum can.
 */
export function blendedScales(
  basis: Pick<SpectralBasis, "values" | "meanValue">,
  lambda: number,
  power: number,
  blend: number,
): Float64Array {
  const sharp = shrinkingScales(basis, lambda, power);
  if (blend === 0) return sharp;
  const { values, meanValue } = basis;
  const mild = values.map((value) => Math.exp(-value / (mildness * meanValue)));
  const trace = (metric: Float64Array): number =>
    metric.reduce((sum, factor, j) => sum + factor * values[j], 0);
  const squared = sharp.map((s) => s * s);
  const sharpWeight = trace(mild);
  const mildWeight = blend * trace(squared);
  // Both metrics are 1 in a direction of eigenvalue 0, and so is what comes. Where all of S lies in one direction of many,
  // the mild one leaves less than single precision can hold, or divide by.
  return squared.map((metric, j) =>
    Math.sqrt(
      Math.max(
        smallestMetric,
        (sharpWeight * metric + mildWeight * mild[j]) / (sharpWeight + mildWeight),
      ),
    ),
  );
}

/** I + U diag(f - 1) Uᵀ, d × d: the factors in the directions of the basis, 1 in all others. */
export function completeSpectralMatrix(vectors: Matrix, factors: Float64Array): Matrix {
  const result = spectralMatrix(
    vectors,
    factors.map((f) => f - 1),
  );
  addToDiagonal(result, 1);
  return result;
}

/** U diag(f) Uᵀ, d × d. Where no factor is below 0 it is the product of one matrix with itself: half the work. */
export function spectralMatrix(vectors: Matrix, factors: Float64Array): Matrix {
  if (factors.every((factor) => factor >= 0)) {
    const half = scaleColumns(vectors, factors.map(Math.sqrt));
    return multiply(half, half, { transposeB: true });
  }
  return multiply(scaleColumns(vectors, factors), vectors, { transposeB: true });
}

function rankOf(values: Float64Array): number {
  const rank = values.findIndex((value) => !(value > tolerance * values[0]));
  return rank < 0 ? values.length : rank;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + Math.max(0, value), 0);
}

function normalizeColumns({ rows, cols, data }: Matrix): void {
  const squares = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) squares[j] += data[i * cols + j] ** 2;
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] /= Math.sqrt(squares[j]);
  }
}
