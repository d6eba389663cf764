import type { SyncEngine } from "../engines/engine-scope.js";
import { multiplyDouble } from "../kernel/double-product.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import { createMatrix, rowRange, type Matrix } from "../matrix.js";
import type { WorkMatrix } from "./tridiagonalize.js";

/** Reflections applied to the eigenvectors at once. */
const BLOCK = 128;

/** Neighbouring reflections as I - V · S · Vᵀ with S upper triangular (the compact WY form). */
interface Block {
  /** The vectors are zero above this row. */
  readonly top: number;
  readonly width: number;
  /** Address of V from its row `top` on, which lies transposed: `width` rows. */
  readonly corner: number;
  /** S, width × width. */
  readonly factor: Float64Array;
}

/** The blocks from the last to the first, S in the kernel's memory at `factorAt` until the next comes. */
function* blocksOf(
  kernel: Kernel,
  { at, n, stride }: WorkMatrix,
  taus: Float64Array,
  factorAt: number,
): Generator<Block> {
  const innerAt = kernel.reserve(BLOCK * BLOCK * 8);
  for (let block = Math.ceil(taus.length / BLOCK) - 1; block >= 0; block--) {
    const start = block * BLOCK;
    const width = Math.min(BLOCK, taus.length - start);
    const top = start + 1;
    const corner = at + (start * stride + top) * 8;
    const v = { at: corner, rowStride: 1, colStride: stride };
    const vTransposed = { at: corner, rowStride: stride, colStride: 1 };
    const target = { at: innerAt, rowStride: width };
    multiplyDouble(kernel, [width, n - top, width], vTransposed, v, target);
    const inner = kernel.float64(innerAt, width * width);
    const factor = kernel.float64(factorAt, width * width).fill(0);
    for (let i = 0; i < width; i++) {
      const tau = taus[start + i];
      factor[i * width + i] = tau;
      for (let r = 0; r < i; r++) {
        let sum = 0;
        for (let q = r; q < i; q++) sum += factor[r * width + q] * inner[i * width + q];
        factor[r * width + i] = -tau * sum;
      }
    }
    yield { top, width, corner, factor };
  }
}

/** Z ← Q · Z: takes the `count` eigenvectors of T in the columns of Z (n × count, row-major) to those of A. */
export function applyReflections(
  kernel: Kernel,
  matrix: WorkMatrix,
  taus: Float64Array,
  z: number,
  count: number,
): void {
  const { n, stride } = matrix;
  kernel.scope(() => {
    const factorAt = kernel.reserve(BLOCK * BLOCK * 8);
    const first = { at: kernel.reserve(BLOCK * count * 8), rowStride: count, colStride: 1 };
    const second = { at: kernel.reserve(BLOCK * count * 8), rowStride: count, colStride: 1 };
    for (const { top, width, corner } of blocksOf(kernel, matrix, taus, factorAt)) {
      const length = n - top;
      const zTop = { at: z + top * count * 8, rowStride: count, colStride: 1 };
      const v = { at: corner, rowStride: 1, colStride: stride };
      const vTransposed = { at: corner, rowStride: stride, colStride: 1 };
      multiplyDouble(kernel, [width, length, count], vTransposed, zTop, first);
      const triangle = { at: factorAt, rowStride: width, colStride: 1 };
      multiplyDouble(kernel, [width, width, count], triangle, first, second);
      multiplyDouble(kernel, [length, width, count], v, second, zTop, "subtract");
    }
  });
}

/** {@link applyReflections} by another engine, whose products are in single precision, to Z in memory of its own. */
export function applyReflectionsOn(
  engine: SyncEngine,
  kernel: Kernel,
  matrix: WorkMatrix,
  taus: Float64Array,
  z: Matrix,
): void {
  const { n, stride } = matrix;
  kernel.scope(() => {
    const factorAt = kernel.reserve(BLOCK * BLOCK * 8);
    // One block after another: fresh memory of this size takes as long as a part of the products.
    const memory = new Float32Array(z.data.length);
    for (const { top, width, corner, factor } of blocksOf(kernel, matrix, taus, factorAt)) {
      const vTransposed = singleOf(kernel, corner, [width, n - top], stride);
      const zTop = rowRange(z, top, n);
      const s = createMatrix(width, width, new Float32Array(factor));
      const turned = engine.multiplySync(s, engine.multiplySync(vTransposed, zTop));
      const out = memory.subarray(0, zTop.data.length);
      subtract(zTop.data, engine.multiplySync(vTransposed, turned, { transposeA: true, out }).data);
    }
  });
}

/** x ← x - y. Two values at a time: what a loop does besides takes as long as the differences. */
function subtract(x: Float32Array, y: Float32Array): void {
  const pairs = x.length - (x.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    const first = x[i] - y[i];
    const second = x[i + 1] - y[i + 1];
    x[i] = first;
    x[i + 1] = second;
  }
  if (pairs < x.length) x[pairs] -= y[pairs];
}

/** A rectangle of the kernel's memory, rounded to single precision. */
export function singleOf(
  kernel: Kernel,
  at: number,
  [rows, cols]: readonly [rows: number, cols: number],
  rowStride: number,
): Matrix {
  const result = createMatrix(rows, cols);
  for (let i = 0; i < rows; i++) {
    result.data.set(kernel.float64(at + i * rowStride * 8, cols), i * cols);
  }
  return result;
}
