import { checkInteger } from "../../base/checks.js";
import { checkSymmetric } from "./check-symmetric.js";
import { engineOfCall, type SyncEngine } from "../engines/engine-scope.js";
import { isKernelEngine } from "../engines/kernel-engine.js";
import { divideAndConquer } from "./divide-and-conquer.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import { loadKernel } from "../kernel/kernel.js";
import { createMatrix, type Matrix } from "../matrix.js";
import { plainEigen } from "./plain-eigen.js";
import { applyReflections, applyReflectionsOn } from "./reflections.js";
import { strideOf, tridiagonalize, type WorkMatrix } from "./tridiagonalize.js";

export interface SymmetricEigenOptions {
  /** How many of the largest eigenvalues (not in magnitude) with their vectors are wanted. @default all */
  readonly count?: number | undefined;
}

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /**
   * n × count; column `j` is the unit vector that belongs to `values[j]`, its value of greatest magnitude positive.
   */
  readonly vectors: Matrix;
}

/** Smaller matrices are not worth the way into WebAssembly. */
const SMALL = 48;
/** Products of smaller ones are the kernel's whatever engine the call runs on. */
const SMALL_FOR_ENGINES = 256;

/**
 * The eigenvalues and eigenvectors of a symmetric matrix, in double precision inside: Householder reduction to tridiagonal
 * form (LAPACK's dsytrd), divide and conquer (Cuppen; Gu and Eisenstat), and the transformation back, all in WebAssembly on
 * every thread. Small matrices, and all of them where WebAssembly SIMD is missing, are decomposed in plain JavaScript, by
 * the QL iteration. What the two halves of the matrix differ by is averaged. Inside `withEngine` the engine makes the last
 * products of the vectors, in single precision: their last bits are its own, the values are the kernel's.
 *
 * @param matrix n × n
 * @throws RangeError when the matrix is not square, not symmetric (to 1e-4 of its largest value) or not finite, or `count`
 * is no integer from 0 to n.
 */
export function symmetricEigen(
  matrix: Matrix,
  { count = matrix.rows }: SymmetricEigenOptions = {},
): SymmetricEigen {
  const n = matrix.rows;
  checkSymmetric(matrix, "symmetricEigen: matrix");
  checkInteger(count, "symmetricEigen: count", { least: 0, most: n });
  if (count === 0) return { values: new Float64Array(0), vectors: createMatrix(n, 0) };
  const kernel = n > SMALL ? loadKernel() : null;
  const result = kernel === null ? decomposeSmall(matrix, count) : decompose(kernel, matrix, count);
  fixSigns(result.vectors);
  return result;
}

/** The engine of the call, unless it is the kernel. */
function otherEngine(): SyncEngine | null {
  const engine = engineOfCall() ?? null;
  return engine !== null && isKernelEngine(engine) ? null : engine;
}

function decompose(kernel: Kernel, matrix: Matrix, count: number): SymmetricEigen {
  const n = matrix.rows;
  return kernel.scope(() => {
    const stride = strideOf(n);
    const at = kernel.reserve(stride * stride * 8);
    const work: WorkMatrix = { at, n, stride };
    meanOfHalves(matrix, kernel.float64(at, stride * stride), stride);
    const { diagonal, offDiagonal, taus } = tridiagonalize(kernel, work);
    const engine = n < SMALL_FOR_ENGINES ? null : otherEngine();
    const vectors = createMatrix(n, count);
    const z = engine === null ? kernel.reserve(n * count * 8) : null;
    const values = kernel.scope(() => {
      const q = kernel.reserve(n * n * 8);
      const solved = divideAndConquer(kernel, diagonal, offDiagonal, { count, q, engine });
      solved.copyVectors(z === null ? vectors.data : kernel.float64(z, n * count));
      return solved.values;
    });
    if (z !== null) {
      applyReflections(kernel, work, taus, z, count);
      vectors.data.set(kernel.float64(z, n * count));
    } else if (engine !== null) {
      applyReflectionsOn(engine, kernel, work, taus, vectors);
    }
    return { values, vectors };
  });
}

/**
 * Writes the mean of both halves to what {@link tridiagonalize} reads of a work matrix, and zeros beyond n. Square by square, so that
 * both halves stay in the cache.
 */
function meanOfHalves({ rows: n, data }: Matrix, target: Float64Array, stride: number): void {
  const square = 16;
  for (let i0 = 0; i0 < n; i0 += square) {
    const iEnd = Math.min(n, i0 + square);
    for (let j0 = i0; j0 < n; j0 += square) {
      const jEnd = Math.min(n, j0 + square);
      for (let i = i0; i < iEnd; i++) {
        for (let j = j0; j < jEnd; j++) {
          target[i * stride + j] = (data[i * n + j] + data[j * n + i]) / 2;
        }
      }
    }
  }
  for (let i = 0; i < n; i++) target.fill(0, i * stride + n, (i + 1) * stride);
  target.fill(0, n * stride);
}

function decomposeSmall(matrix: Matrix, count: number): SymmetricEigen {
  const n = matrix.rows;
  const work = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const mean = (matrix.data[i * n + j] + matrix.data[j * n + i]) / 2;
      work[i * n + j] = mean;
      work[j * n + i] = mean;
    }
  }
  const { values, vectors: columns } = plainEigen(work, n);
  const order = Array.from({ length: n }, (_, j) => j);
  order.sort((x, y) => values[y] - values[x] || x - y);
  order.length = count;
  const vectors = createMatrix(n, count);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < count; j++) vectors.data[i * count + j] = columns[i * n + order[j]];
  }
  return { values: Float64Array.from(order, (j) => values[j]), vectors };
}

/** Changes signs so that the value of greatest magnitude of every column is positive. */
function fixSigns({ rows, cols, data }: Matrix): void {
  const extremes = new Float32Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = data[i * cols + j];
      if (Math.abs(value) > Math.abs(extremes[j])) extremes[j] = value;
    }
  }
  // Multiplied whatever the sign: which branch to take is not to be foreseen.
  const signs = extremes.map((extreme) => (extreme < 0 ? -1 : 1));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[i * cols + j] *= signs[j];
  }
}
