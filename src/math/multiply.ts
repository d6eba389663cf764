import { loadKernel } from "./kernel/kernel.js";
import { createMatrix, type Matrix } from "./matrix.js";
import { plainProduct, type ProductJob } from "./kernel/plain-product.js";
import { simdProduct } from "./kernel/simd-product.js";

export interface MultiplyOptions {
  /** Use aᵀ in place of a. @default false */
  readonly transposeA?: boolean;
  /** Use bᵀ in place of b. @default false */
  readonly transposeB?: boolean;
  /** Memory for the result, which is overwritten: m × n values, none of them an operand's. @default fresh memory */
  readonly out?: Float32Array | undefined;
}

/** Fewer multiplications than this are done sooner than operands are packed. */
const SMALL = 4096;

/**
 * The matrix product op(a) · op(b), op being the transpose where asked. Runs in WebAssembly SIMD where there is any,
 * and gives the same bits where there is none: single precision within 256 steps of the inner dimension, double
 * precision across them.
 *
 * @returns m × n for op(a) of m × k and op(b) of k × n.
 * @throws RangeError when the inner dimensions differ, or `out` has another length than the result.
 */
export function multiply(
  a: Matrix,
  b: Matrix,
  { transposeA = false, transposeB = false, out: memory }: MultiplyOptions = {},
): Matrix {
  const m = transposeA ? a.cols : a.rows;
  const k = transposeA ? a.rows : a.cols;
  const kb = transposeB ? b.cols : b.rows;
  const n = transposeB ? b.rows : b.cols;
  if (k !== kb) {
    throw new RangeError(`multiply: inner dimensions differ, ${m} × ${k} by ${kb} × ${n}`);
  }
  const out = createMatrix(m, n, memory);
  if (m * n * k === 0) {
    out.data.fill(0);
    return out;
  }
  const job: ProductJob = {
    ...{ m, n, k, out: out.data },
    ...{ a: a.data, aRow: transposeA ? 1 : a.cols, aStep: transposeA ? a.cols : 1 },
    ...{ b: b.data, bStep: transposeB ? 1 : b.cols, bCol: transposeB ? b.cols : 1 },
    symmetric: a.data === b.data && m === n && transposeA !== transposeB,
  };
  const kernel = m > 2 && n > 2 && m * n * k >= SMALL ? loadKernel() : null;
  if (kernel === null) plainProduct(job);
  else simdProduct(kernel, job);
  return out;
}
