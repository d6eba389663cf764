import { multiplyDouble, multiplyVector } from "../kernel/double-product.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import { packedBytes, TILE_ROWS } from "../kernel/packing.js";

/** Reflections gathered before they reach the rest of the matrix, in one product. */
const PANEL = 32;
/** Reflections applied to the eigenvectors at once. */
const BACK_BLOCK = 64;

/** Beside the largest value of the matrix: squares of less would underflow before long. */
const NOISE = 1e-24;

/** A = Q · T · Qᵀ: T tridiagonal, Q the product of the reflections I - tau · v · vᵀ left in A's rows. */
export interface Tridiagonal {
  /** n. */
  readonly diagonal: Float64Array;
  /** n - 1. */
  readonly offDiagonal: Float64Array;
  /** One per reflection. */
  readonly taus: Float64Array;
}

/**
 * Reduces the symmetric n × n matrix at `a` (row-major doubles in the kernel's memory, both halves filled) to tridiagonal
 * form by Householder reflections; row c is overwritten by the vector v of reflection c, zeros and the leading 1 included.
 *
 * The blocked algorithm of LAPACK's dsytrd/dlatrd: half of the work are products of matrices, the other half products of
 * the remaining matrix and a vector.
 */
export function tridiagonalize(kernel: Kernel, a: number, n: number): Tridiagonal {
  return kernel.scope(() => {
    // The panel's v and w, one row each, so that [v w] and [w v] are two views of three neighbouring groups of rows.
    const group = PANEL * n * 8;
    const panelAt = kernel.reserve(3 * group);
    const vectorAt = kernel.reserve(n * 8);
    const productAt = kernel.reserve(n * 8);
    // Room for the products' packed operands now: growing an unshared memory later would detach the panel's views.
    kernel.scope(() => kernel.reserve(packedBytes(n, 5 * PANEL, TILE_ROWS, 8)));
    let largest = 0;
    const values = kernel.float64(a, n * n);
    for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
    const state: Panel = {
      negligible: (largest * NOISE) ** 2,
      ...{ kernel, a, n, vectorAt, productAt },
      v: Array.from({ length: PANEL }, (_, j) => kernel.float64(panelAt + j * n * 8, n)),
      w: Array.from({ length: PANEL }, (_, j) => kernel.float64(panelAt + group + j * n * 8, n)),
      diagonal: new Float64Array(n),
      offDiagonal: new Float64Array(Math.max(0, n - 1)),
      taus: new Float64Array(Math.max(0, n - 1)),
    };
    const copyOfV = kernel.float64(panelAt + 2 * group, PANEL * n);
    for (let start = 0; start < n - 1; start += PANEL) {
      const width = Math.min(PANEL, n - 1 - start);
      for (let j = 0; j < width; j++) reflect(state, start, j);
      // What is left: A - v · wᵀ - w · vᵀ, as one product of [v w] and [w v]ᵀ.
      const rest = start + width;
      const lead = rest * 8;
      if (width === PANEL) {
        copyOfV.set(kernel.float64(panelAt, PANEL * n));
        multiplyDouble(
          kernel,
          [n - rest, 2 * PANEL, n - rest],
          { at: panelAt + lead, rowStride: 1, colStride: n },
          { at: panelAt + group + lead, rowStride: n, colStride: 1 },
          { at: a + (rest * n + rest) * 8, rowStride: n },
          "subtract",
        );
      } else {
        updateLast(state, rest, width);
      }
    }
    if (n > 0) state.diagonal[n - 1] = kernel.float64(a + (n * n - 1) * 8, 1)[0];
    const { diagonal, offDiagonal, taus } = state;
    return { diagonal, offDiagonal, taus };
  });
}

interface Panel extends Tridiagonal {
  /** A column whose squares sum to no more than this has nothing to reflect but the rounding of rounding. */
  readonly negligible: number;
  readonly kernel: Kernel;
  readonly a: number;
  readonly n: number;
  readonly vectorAt: number;
  readonly productAt: number;
  readonly v: readonly Float64Array[];
  readonly w: readonly Float64Array[];
}

/** Column `start + j`: brings it up to date, finds its reflection, and the w that takes the reflection to the rest. */
function reflect(panel: Panel, start: number, j: number): void {
  const { kernel, a, n, v, w, diagonal, offDiagonal, taus, vectorAt, productAt } = panel;
  const c = start + j;
  const row = kernel.float64(a + c * n * 8, n); // column c, by symmetry
  for (let q = 0; q < j; q++) {
    const [vq, wq] = [v[q], w[q]];
    const [vc, wc] = [vq[c], wq[c]];
    for (let i = c; i < n; i++) row[i] -= vq[i] * wc + wq[i] * vc;
  }
  diagonal[c] = row[c];

  let tail = 0;
  for (let i = c + 2; i < n; i++) tail += row[i] * row[i];
  const alpha = row[c + 1];
  const [vj, wj] = [v[j], w[j]];
  vj.fill(0);
  wj.fill(0);
  let tau = 0;
  if (tail <= panel.negligible) {
    offDiagonal[c] = alpha;
  } else {
    const length = Math.sqrt(alpha * alpha + tail);
    const beta = alpha > 0 ? -length : length;
    tau = (beta - alpha) / beta;
    const scale = 1 / (alpha - beta);
    for (let i = c + 2; i < n; i++) vj[i] = row[i] * scale;
    offDiagonal[c] = beta;
  }
  vj[c + 1] = 1;
  taus[c] = tau;
  row.set(vj);
  if (tau === 0) return;

  // w = tau · (A · v - V · (Wᵀ · v) - W · (Vᵀ · v)), then made such that one rank-two update reflects from both sides.
  const rest = c + 1;
  const x = kernel.float64(vectorAt, n - rest);
  x.set(vj.subarray(rest));
  const corner = { at: a + (rest * n + rest) * 8, rowStride: n };
  multiplyVector(kernel, [n - rest, n - rest], corner, vectorAt, productAt);
  wj.set(kernel.float64(productAt, n - rest), rest);
  for (let q = 0; q < j; q++) {
    const [vq, wq] = [v[q], w[q]];
    let s = 0;
    let t = 0;
    for (let i = rest; i < n; i++) {
      s += wq[i] * vj[i];
      t += vq[i] * vj[i];
    }
    for (let i = rest; i < n; i++) wj[i] -= vq[i] * s + wq[i] * t;
  }
  let inner = 0;
  for (let i = rest; i < n; i++) inner += wj[i] * vj[i];
  const half = -0.5 * tau * tau * inner;
  for (let i = rest; i < n; i++) wj[i] = wj[i] * tau + half * vj[i];
}

/** The update after the last, narrower panel, which leaves a single value. */
function updateLast({ kernel, a, n, v, w }: Panel, rest: number, width: number): void {
  const corner = kernel.float64(a + (rest * n + rest) * 8, 1);
  for (let q = 0; q < width; q++) corner[0] -= 2 * v[q][rest] * w[q][rest];
}

/**
 * Z ← Q · Z: takes the `count` eigenvectors of T in the columns of Z (n × count, row-major) to those of A. The reflections
 * are applied in blocks, as I - V · S · Vᵀ with S upper triangular (the compact WY form).
 */
export function applyReflections(
  kernel: Kernel,
  a: number,
  n: number,
  taus: Float64Array,
  z: number,
  count: number,
): void {
  kernel.scope(() => {
    const innerAt = kernel.reserve(BACK_BLOCK * BACK_BLOCK * 8);
    const factorAt = kernel.reserve(BACK_BLOCK * BACK_BLOCK * 8);
    const firstAt = kernel.reserve(BACK_BLOCK * count * 8);
    const secondAt = kernel.reserve(BACK_BLOCK * count * 8);
    const blocks = Math.ceil(taus.length / BACK_BLOCK);
    for (let block = blocks - 1; block >= 0; block--) {
      const start = block * BACK_BLOCK;
      const width = Math.min(BACK_BLOCK, taus.length - start);
      const top = start + 1; // the vectors are zero above
      const length = n - top;
      const corner = a + (start * n + top) * 8;
      const v = { at: corner, rowStride: 1, colStride: n };
      const vTransposed = { at: corner, rowStride: n, colStride: 1 };
      multiplyDouble(kernel, [width, length, width], vTransposed, v, {
        ...{ at: innerAt, rowStride: width },
      });
      const inner = kernel.float64(innerAt, width * width);
      const factor = kernel.float64(factorAt, width * width).fill(0);
      for (let i = 0; i < width; i++) {
        const tau = taus[start + i];
        factor[i * width + i] = tau;
        for (let r = 0; r < i; r++) {
          let sum = 0;
          for (let q = r; q < i; q++) sum += factor[r * width + q] * inner[q * width + i];
          factor[r * width + i] = -tau * sum;
        }
      }
      const zTop = { at: z + top * count * 8, rowStride: count };
      const rows = { colStride: 1, rowStride: count };
      const first = { at: firstAt, ...rows };
      const second = { at: secondAt, ...rows };
      multiplyDouble(kernel, [width, length, count], vTransposed, { ...zTop, colStride: 1 }, first);
      const triangle = { at: factorAt, rowStride: width, colStride: 1 };
      multiplyDouble(kernel, [width, width, count], triangle, first, second);
      multiplyDouble(kernel, [length, width, count], v, second, zTop, "subtract");
    }
  });
}
