import { CHUNK } from "./packing.js";

/** A product to compute: out (m × n, row-major) = A (m × k) · B (k × n), the operands strided. */
export interface ProductJob {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Float32Array;
  /** Distance between rows of A, and between its columns. */
  readonly aRow: number;
  readonly aStep: number;
  readonly b: Float32Array;
  /** Distance between rows of B (steps of the inner dimension), and between its columns. */
  readonly bStep: number;
  readonly bCol: number;
  readonly out: Float32Array;
  /** B is Aᵀ, so that one half of the result may be copied from the other. */
  readonly symmetric: boolean;
}

/**
 * The product in plain JavaScript: for what is too small to pack, and where WebAssembly SIMD is missing. It rounds
 * where the kernel rounds (after every multiplication and every addition), so the bits are the same.
 */
export function plainProduct(job: ProductJob): void {
  const { m, n, k, a, aRow, aStep, b, bStep, bCol, out } = job;
  const sums = new Float64Array(n);
  const chunkSums = new Float32Array(n);
  for (let i = 0; i < m; i++) {
    sums.fill(0);
    for (let chunk = 0; chunk < k; chunk += CHUNK) {
      const end = Math.min(k, chunk + CHUNK);
      if (bCol === 1) {
        chunkSums.fill(0);
        for (let p = chunk; p < end; p++) {
          const x = a[i * aRow + p * aStep];
          const from = p * bStep;
          for (let j = 0; j < n; j++) chunkSums[j] += Math.fround(x * b[from + j]);
        }
        for (let j = 0; j < n; j++) sums[j] += chunkSums[j];
      } else {
        for (let j = 0; j < n; j++) sums[j] += chunkDot(job, i, j, chunk, end);
      }
    }
    out.set(sums, i * n);
  }
}

function chunkDot(job: ProductJob, i: number, j: number, start: number, end: number): number {
  const { a, aRow, aStep, b, bStep, bCol } = job;
  let sum = 0;
  let x = i * aRow + start * aStep;
  let y = j * bCol + start * bStep;
  for (let p = start; p < end; p++, x += aStep, y += bStep) {
    sum = Math.fround(sum + Math.fround(a[x] * b[y]));
  }
  return sum;
}
