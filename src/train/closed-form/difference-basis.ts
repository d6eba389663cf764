import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { columnMeans } from "../../math/vectors.js";
import { symmetricEigen } from "../../math/eigen.js";
import type { IndexPairs } from "./training-pairs.js";

/**
 * How matching queries and passages differ: the eigenbasis of C = mean (q - p)(q - p)ᵀ, each side centred on its own
 * mean first. Directions outside the basis have eigenvalue 0.
 */
export interface DifferenceBasis {
  readonly queryCenter: Float32Array;
  readonly passageCenter: Float32Array;
  /** Descending, all > 0; r of them. */
  readonly values: Float64Array;
  /** d × r, orthonormal columns. */
  readonly vectors: Matrix;
  /** trace(C) / d: the unit of lambda. */
  readonly meanValue: number;
}

/** Eigenvalues below this share of the largest are rounding errors of single precision. */
const tolerance = 1e-6;

/**
 * Finds the basis from matching pairs of unit vectors. With fewer pairs than dimensions it comes from the n × n matrix
 * of inner products between differences, which has the same eigenvalues: exact, and the cost is that of n, not of d.
 */
export function differenceBasis(
  queries: Matrix,
  passages: Matrix,
  { query, passage }: IndexPairs,
): DifferenceBasis {
  const a = gatherRows(queries, query);
  const b = gatherRows(passages, passage);
  const queryCenter = Float32Array.from(columnMeans(a));
  const passageCenter = Float32Array.from(columnMeans(b));
  const n = a.rows;
  const d = a.cols;
  const scale = 1 / Math.sqrt(n);
  const differences = createMatrix(n, d);
  let trace = 0;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) {
      const value = a.data[at] - queryCenter[j] - (b.data[at] - passageCenter[j]);
      differences.data[at] = value * scale;
      trace += (value * scale) ** 2;
    }
  }
  const dual = n < d;
  const { values, vectors } = symmetricEigen(
    multiply(differences, differences, dual ? { transposeB: true } : { transposeA: true }),
  );
  const rank = values.findIndex((value) => !(value > tolerance * values[0]));
  const kept = firstColumns(vectors, rank < 0 ? values.length : rank);
  const basis = dual ? multiply(differences, kept, { transposeA: true }) : kept;
  if (dual) normalizeColumns(basis);
  return {
    queryCenter,
    passageCenter,
    values: values.slice(0, basis.cols),
    vectors: basis,
    meanValue: trace / d,
  };
}

function firstColumns({ rows, cols, data }: Matrix, count: number): Matrix {
  const result = createMatrix(rows, count);
  for (let i = 0; i < rows; i++) {
    result.data.set(data.subarray(i * cols, i * cols + count), i * count);
  }
  return result;
}

function normalizeColumns({ rows, cols, data }: Matrix): void {
  const squares = new Float64Array(cols);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) squares[j] += data[i * cols + j] ** 2;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] /= Math.sqrt(squares[j]);
  }
}
