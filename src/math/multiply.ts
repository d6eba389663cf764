import { engineOfCall } from "./engines/engine-scope.js";
import { loadKernel } from "./kernel/kernel.js";
import { plainProduct, type ProductJob } from "./kernel/plain-product.js";
import { shapeOfProduct, type MultiplyOptions } from "./kernel/product-shape.js";
import { simdProduct } from "./kernel/simd-product.js";
import type { Matrix } from "./matrix.js";

/** Fewer multiplications than this are done sooner than operands are packed. */
const SMALL = 4096;

/** Fewer are done by the kernel sooner than another engine is called, which takes some 15 µs. */
const SMALL_FOR_ENGINES = 2 ** 18;

/**
 * The matrix product op(a) · op(b), op being the transpose where asked. Runs in WebAssembly SIMD where there is any,
 * and gives the same bits where there is none: single precision within 256 steps of the inner dimension, double
 * precision across them. Inside `withEngine` the engine multiplies instead, with bits of its own.
 *
 * @returns m × n for op(a) of m × k and op(b) of k × n.
 * @throws RangeError when the inner dimensions differ, or `out` has another length than the result or is an operand's.
 */
export function multiply(a: Matrix, b: Matrix, options: MultiplyOptions = {}): Matrix {
  const multiplications = a.data.length * (options.transposeB === true ? b.rows : b.cols);
  const engine = multiplications < SMALL_FOR_ENGINES ? undefined : engineOfCall();
  return engine ? engine.multiplySync(a, b, options) : multiplyInKernel(a, b, options);
}

/** {@link multiply} by the kernel, whatever engine the call runs on. */
export function multiplyInKernel(a: Matrix, b: Matrix, options: MultiplyOptions = {}): Matrix {
  const { transposeA = false, transposeB = false } = options;
  const { m, k, n, result } = shapeOfProduct(a, b, options);
  if (m * n * k === 0) return result;
  const job: ProductJob = {
    ...{ m, n, k, out: result.data },
    ...{ a: a.data, aRow: transposeA ? 1 : a.cols, aStep: transposeA ? a.cols : 1 },
    ...{ b: b.data, bStep: transposeB ? 1 : b.cols, bCol: transposeB ? b.cols : 1 },
    symmetric: a.data === b.data && m === n && transposeA !== transposeB,
  };
  const kernel = n > 2 && m * n * k >= SMALL ? loadKernel() : null;
  if (kernel === null) plainProduct(job);
  else simdProduct(kernel, job);
  return result;
}
