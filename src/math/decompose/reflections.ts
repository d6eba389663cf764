import type { SyncEngine } from "../engines/engine-scope.js";
import { multiplyDouble } from "../kernel/double-product.js";
import { addMatrices } from "../elementwise.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import { createMatrix, rowRange, type Matrix } from "../matrix.js";
import type { WorkMatrix } from "./tridiagonalize.js";

/** Reflections applied to the eigenvectors at once. */
const BLOCK = 128;

/** Neighbouring reflections as I - V · S · Vᵀ with S upper triangular (the compact WY form). */
interface Block {
  /** The vectors are zero above this row. */
  readonly top: number;
  /** Reflections. */
  readonly width: number;
  /** Rows of V that may hold other than zeros. */
  readonly length: number;
  /** Address of V from its row `top` on, which lies transposed: `width` rows. */
  readonly corner: number;
  readonly taus: Float64Array;
}

/** From the last to the first, so that each may be applied to what the ones after it have made. */
function* blocksOf({ at, n, stride }: WorkMatrix, taus: Float64Array): Generator<Block> {
  for (let block = Math.ceil(taus.length / BLOCK) - 1; block >= 0; block--) {
    const start = block * BLOCK;
    const width = Math.min(BLOCK, taus.length - start);
    const top = start + 1;
    const corner = at + (start * stride + top) * 8;
    yield { top, width, length: n - top, corner, taus: taus.subarray(start, start + width) };
  }
}

/** S of the compact WY form, upper triangular, width × width. Vᵀ · V is made at `innerAt`. */
function triangularFactor(
  kernel: Kernel,
  { stride }: WorkMatrix,
  { width, length, corner, taus }: Block,
  innerAt: number,
): Float64Array {
  const v = { at: corner, rowStride: 1, colStride: stride };
  const vTransposed = { at: corner, rowStride: stride, colStride: 1 };
  multiplyDouble(kernel, [width, length, width], vTransposed, v, { at: innerAt, rowStride: width });
  const inner = kernel.float64(innerAt, width * width);
  // Three rows more, as rows are taken by fours.
  const factor = new Float64Array((width + 3) * width);
  for (let i = 0; i < width; i++) {
    const tau = taus[i];
    factor[i * width + i] = tau;
    // Four rows at a time, whose sums a processor adds side by side; the others have zeros where the first begins.
    for (let r = 0; r < i; r += 4) {
      const a = r * width;
      const b = a + width;
      const c = b + width;
      const d = c + width;
      let s = 0;
      let t = 0;
      let u = 0;
      let w = 0;
      for (let q = r; q < i; q++) {
        const x = inner[i * width + q];
        s += factor[a + q] * x;
        t += factor[b + q] * x;
        u += factor[c + q] * x;
        w += factor[d + q] * x;
      }
      factor[a + i] = -tau * s;
      if (r + 1 < i) factor[b + i] = -tau * t;
      if (r + 2 < i) factor[c + i] = -tau * u;
      if (r + 3 < i) factor[d + i] = -tau * w;
    }
  }
  return factor.subarray(0, width * width);
}

/** Z ← Q · Z: takes the `count` eigenvectors of T in the columns of Z (n × count, row-major) to those of A. */
export function applyReflections(
  kernel: Kernel,
  matrix: WorkMatrix,
  taus: Float64Array,
  z: number,
  count: number,
): void {
  const { stride } = matrix;
  kernel.scope(() => {
    const innerAt = kernel.reserve(BLOCK * BLOCK * 8);
    const factorAt = kernel.reserve(BLOCK * BLOCK * 8);
    const first = { at: kernel.reserve(BLOCK * count * 8), rowStride: count, colStride: 1 };
    const second = { at: kernel.reserve(BLOCK * count * 8), rowStride: count, colStride: 1 };
    for (const block of blocksOf(matrix, taus)) {
      const { top, width, length, corner } = block;
      const zTop = { at: z + top * count * 8, rowStride: count, colStride: 1 };
      const v = { at: corner, rowStride: 1, colStride: stride };
      const vTransposed = { at: corner, rowStride: stride, colStride: 1 };
      const factor = triangularFactor(kernel, matrix, block, innerAt);
      kernel.float64(factorAt, width * width).set(factor);
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
  kernel.scope(() => {
    const innerAt = kernel.reserve(BLOCK * BLOCK * 8);
    for (const block of blocksOf(matrix, taus)) {
      const { top, width, length, corner } = block;
      const vTransposed = singleOf(kernel, corner, [width, length], matrix.stride);
      const minusS = createMatrix(width, width);
      minusS.data.set(triangularFactor(kernel, matrix, block, innerAt));
      for (let i = 0; i < width * width; i++) minusS.data[i] *= -1;
      const zTop = rowRange(z, top, z.rows);
      const turned = engine.multiplySync(minusS, engine.multiplySync(vTransposed, zTop));
      addProduct(engine, vTransposed, turned, zTop);
    }
  });
}

/** to ← to + aᵀ · b */
function addProduct(engine: SyncEngine, a: Matrix, b: Matrix, to: Matrix): void {
  const transposed = { transposeA: true };
  if (engine.addProductSync !== undefined) engine.addProductSync(a, b, to, transposed);
  else addMatrices(to, engine.multiplySync(a, b, transposed), to.data);
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
