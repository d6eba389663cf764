import { createMatrix, type Matrix } from "./matrix.js";

export interface MultiplyOptions {
  /** Use aᵀ in place of a. @default false */
  readonly transposeA?: boolean;
  /** Use bᵀ in place of b. @default false */
  readonly transposeB?: boolean;
}

/**
 * The matrix product op(a) · op(b), op being the transpose where asked.
 *
 * @throws RangeError when the inner dimensions differ.
 */
export function multiply(
  a: Matrix,
  b: Matrix,
  { transposeA = false, transposeB = false }: MultiplyOptions = {},
): Matrix {
  const m = transposeA ? a.cols : a.rows;
  const k = transposeA ? a.rows : a.cols;
  const kb = transposeB ? b.cols : b.rows;
  const n = transposeB ? b.rows : b.cols;
  if (k !== kb) {
    throw new RangeError(`multiply: inner dimensions differ, ${m} × ${k} by ${kb} × ${n}`);
  }
  const out = createMatrix(m, n);
  const strideAi = transposeA ? 1 : a.cols;
  const strideAk = transposeA ? a.cols : 1;
  const strideBk = transposeB ? 1 : b.cols;
  const strideBj = transposeB ? b.cols : 1;
  const sums = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    sums.fill(0);
    for (let p = 0; p < k; p++) {
      const x = a.data[i * strideAi + p * strideAk];
      if (x === 0) continue;
      for (let j = 0; j < n; j++) sums[j] += x * b.data[p * strideBk + j * strideBj];
    }
    out.data.set(sums, i * n);
  }
  return out;
}
