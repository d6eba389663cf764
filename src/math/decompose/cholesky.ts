import { multiplyDouble } from "../kernel/double-product.js";
import { checkSymmetric } from "./check-symmetric.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import { loadKernel } from "../kernel/kernel.js";
import { checkMatrix, createMatrix, type Matrix } from "../matrix.js";

/** A = L · Lᵀ. */
export interface Cholesky {
  readonly size: number;
  /** L: size × size, row-major, zeros above the diagonal. */
  readonly lower: Float64Array;
}

/** Rows taken at once; what lies between the blocks are products. */
const BLOCK = 64;
/** Columns of what is left that are updated at once. */
const STRIP = 256;

/**
 * The Cholesky factor of a symmetric positive definite matrix, in double precision (blocked and right-looking, as LAPACK's
 * dpotrf; only the lower half is read after the check for symmetry).
 *
 * @param matrix n × n
 * @throws RangeError when the matrix is not square, symmetric and finite, or not positive definite: then the message names
 * the row, and adding a ridge to the diagonal helps.
 */
export function cholesky(matrix: Matrix): Cholesky {
  checkSymmetric(matrix, "cholesky: matrix");
  const n = matrix.rows;
  const kernel = n > BLOCK ? loadKernel() : null;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, matrix.data[i * n + i]);
  // Below this, what is left of the diagonal is the rounding of single-precision input.
  const negligible = largest * n * 2 ** -52;
  const lower = inMemory(kernel, Float64Array.from(matrix.data), (l, at) => {
    const block = kernel === null ? n : BLOCK;
    for (let start = 0; start < n; start += block) {
      const end = Math.min(n, start + block);
      factorPanel(l(), n, start, end, negligible);
      if (kernel === null || end === n) continue;
      // Of what is left only the lower half is read: a strip of columns at a time, from its diagonal down.
      for (let column = end; column < n; column += STRIP) {
        const panel = at + (column * n + start) * 8;
        multiplyDouble(
          kernel,
          [n - column, end - start, Math.min(STRIP, n - column)],
          { at: panel, rowStride: n, colStride: 1 },
          { at: panel, rowStride: 1, colStride: n },
          { at: at + (column * n + column) * 8, rowStride: n },
          "subtract",
        );
      }
    }
    return l().slice();
  });
  for (let i = 0; i < n; i++) lower.fill(0, i * n + i + 1, (i + 1) * n);
  return { size: n, lower };
}

/** Columns `start` to `end` of L, from a matrix from which all columns before are already subtracted. */
function factorPanel(
  a: Float64Array,
  n: number,
  start: number,
  end: number,
  negligible: number,
): void {
  for (let i = start; i < end; i++) {
    const row = i * n;
    for (let j = start; j <= i; j++) {
      const other = j * n;
      let sum = a[row + j];
      for (let p = start; p < j; p++) sum -= a[row + p] * a[other + p];
      if (j < i) {
        a[row + j] = sum / a[other + j];
      } else {
        if (!(sum > negligible)) {
          throw new RangeError(
            `cholesky: matrix must be positive definite, received one with pivot ${sum} in row ${i}`,
          );
        }
        a[row + j] = Math.sqrt(sum);
      }
    }
  }
  // Below the diagonal block four rows at once: each is a chain of its own, which a processor follows side by side.
  for (let i = end; i < n; i += 4) {
    const [r0, r1, r2, r3] = [0, 1, 2, 3].map((k) => Math.min(i + k, n - 1) * n);
    for (let j = start; j < end; j++) {
      const other = j * n;
      let [s0, s1, s2, s3] = [a[r0 + j], a[r1 + j], a[r2 + j], a[r3 + j]];
      for (let p = start; p < j; p++) {
        const factor = a[other + p];
        s0 -= a[r0 + p] * factor;
        s1 -= a[r1 + p] * factor;
        s2 -= a[r2 + p] * factor;
        s3 -= a[r3 + p] * factor;
      }
      const pivot = a[other + j];
      // Past the last row, rows are the last again, and get what it gets.
      a[r0 + j] = s0 / pivot;
      a[r1 + j] = s1 / pivot;
      a[r2 + j] = s2 / pivot;
      a[r3 + j] = s3 / pivot;
    }
  }
}

/**
 * Solves A · X = B for X from the factor of A.
 *
 * @param b size × anything
 * @returns size × b.cols.
 * @throws RangeError when `b` has another number of rows or is not finite.
 */
export function choleskySolve({ size: n, lower }: Cholesky, b: Matrix): Matrix {
  if (b.rows !== n) {
    throw new RangeError(`choleskySolve: b must have ${n} rows, received ${b.rows}`);
  }
  checkMatrix(b, "choleskySolve: b");
  const cols = b.cols;
  const kernel = n > BLOCK ? loadKernel() : null;
  return inMemory(kernel, lower, (l, lAt) =>
    inMemory(kernel, Float64Array.from(b.data), (x, xAt) => {
      const block = kernel === null ? Math.max(1, n) : BLOCK;
      const out = (row: number): { at: number; rowStride: number } => ({
        at: xAt + row * cols * 8,
        rowStride: cols,
      });
      for (let start = 0; start < n; start += block) {
        const end = Math.min(n, start + block);
        if (kernel !== null && start > 0) {
          const left = { at: lAt + start * n * 8, rowStride: n, colStride: 1 };
          const solved = { ...out(0), colStride: 1 };
          multiplyDouble(kernel, [end - start, start, cols], left, solved, out(start), "subtract");
        }
        solveBlock(l(), x(), n, cols, start, end, false);
      }
      for (let start = Math.floor((n - 1) / block) * block; start >= 0; start -= block) {
        const end = Math.min(n, start + block);
        if (kernel !== null && end < n) {
          const left = { at: lAt + (end * n + start) * 8, rowStride: 1, colStride: n };
          const solved = { ...out(end), colStride: 1 };
          multiplyDouble(
            kernel,
            [end - start, n - end, cols],
            left,
            solved,
            out(start),
            "subtract",
          );
        }
        solveBlock(l(), x(), n, cols, start, end, true);
      }
      return createMatrix(n, cols, Float32Array.from(x()));
    }),
  );
}

/** Rows `start` to `end` of L · X = B (or of Lᵀ · X = B, backwards), in place. */
function solveBlock(
  l: Float64Array,
  x: Float64Array,
  n: number,
  cols: number,
  start: number,
  end: number,
  backwards: boolean,
): void {
  for (let step = start; step < end; step++) {
    const i = backwards ? start + end - 1 - step : step;
    const row = x.subarray(i * cols, (i + 1) * cols);
    const [from, to] = backwards ? [i + 1, end] : [start, i];
    for (let p = from; p < to; p++) {
      const factor = backwards ? l[p * n + i] : l[i * n + p];
      const other = x.subarray(p * cols, (p + 1) * cols);
      for (let j = 0; j < cols; j++) row[j] -= factor * other[j];
    }
    const pivot = l[i * n + i];
    for (let j = 0; j < cols; j++) row[j] /= pivot;
  }
}

/** Runs `job` on a copy of the values in the kernel's memory, or on the values themselves where there is no kernel. */
function inMemory<T>(
  kernel: Kernel | null,
  values: Float64Array,
  job: (view: () => Float64Array, at: number) => T,
): T {
  if (kernel === null) {
    const copy = values.slice();
    return job(() => copy, 0);
  }
  return kernel.scope(() => {
    const at = kernel.reserve(values.length * 8);
    kernel.float64(at, values.length).set(values);
    return job(() => kernel.float64(at, values.length), at);
  });
}
