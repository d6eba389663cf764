import {
  multiplyDouble,
  rowsBothWays,
  SYMMETRIC_LINES,
  symmetricVector,
} from "../kernel/double-product.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import { packedBytes, TILE_ROWS } from "../kernel/packing.js";

/** Reflections gathered before they reach the rest of the matrix, in one product. */
const PANEL = 24;

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
 * A symmetric matrix in the kernel's memory: row-major doubles, of which what lies left of the squares of 4 × 4 on the diagonal is not read.
 */
export interface WorkMatrix {
  readonly at: number;
  /** Rows and columns. */
  readonly n: number;
  /** Values from row to row: n, made a multiple of 4 by zeros; as many rows of it follow each other. */
  readonly stride: number;
}

/** Rows of a work matrix and values in each, for so many that count. */
export const strideOf = (n: number): number => Math.ceil(n / 4) * 4;

/**
 * Reduces a matrix to tridiagonal form by Householder reflections; row c is overwritten by the vector v of reflection c,
 * zeros and the leading 1 included.
 *
 * The blocked algorithm of LAPACK's dsytrd/dlatrd: half of the work are products of matrices, the other half products of
 * the remaining matrix and a vector. Of the remaining matrix, both see only what lies on and above the diagonal, in whole
 * squares of 4 × 4.
 */
export function tridiagonalize(kernel: Kernel, matrix: WorkMatrix): Tridiagonal {
  const { at: a, n, stride } = matrix;
  return kernel.scope(() => {
    // The panel's v and w, one row each, so that [v w] and [w v] are two views of three neighbouring groups of rows.
    const group = PANEL * stride * 8;
    const vAt = kernel.reserve(3 * group);
    const wAt = vAt + group;
    kernel.float64(vAt, 2 * PANEL * stride).fill(0); // rows that are not made yet count zero times
    const linesAt = kernel.reserve(SYMMETRIC_LINES * stride * 8);
    const nowhereAt = kernel.reserve(stride * 8);
    kernel.float64(nowhereAt, stride).fill(0);
    const factorsAt = kernel.reserve(2 * PANEL * 8);
    const sumsAt = kernel.reserve(2 * PANEL * 8);
    // Room for the products' packed operands now: growing an unshared memory later would detach the panel's views.
    kernel.scope(() => kernel.reserve(packedBytes(n, 5 * PANEL, TILE_ROWS, 8)));
    const negligible = (largestOf(kernel, matrix) * NOISE) ** 2;
    const rowOf = (at: number) => (_: unknown, j: number) =>
      kernel.float64(at + j * stride * 8, stride);
    const panel: Panel = {
      ...{ negligible, kernel, matrix, vAt, group, linesAt, nowhereAt, factorsAt, sumsAt },
      v: Array.from({ length: PANEL }, rowOf(vAt)),
      w: Array.from({ length: PANEL }, rowOf(wAt)),
      factors: kernel.float64(factorsAt, 2 * PANEL),
      sums: kernel.float64(sumsAt, 2 * PANEL),
      diagonal: new Float64Array(n),
      offDiagonal: new Float64Array(Math.max(0, n - 1)),
      taus: new Float64Array(Math.max(0, n - 1)),
    };
    const copyOfV = kernel.float64(vAt + 2 * group, PANEL * stride);
    for (let start = 0; start < n; start += PANEL) {
      const rest = Math.min(n, start + PANEL);
      for (let j = 0; j < rest - start; j++) reflect(panel, start, j);
      // What is left: A - v · wᵀ - w · vᵀ, as one product of [v w] and [w v]ᵀ.
      copyOfV.set(kernel.float64(vAt, PANEL * stride));
      multiplyDouble(
        kernel,
        [n - rest, 2 * PANEL, n - rest],
        { at: vAt + rest * 8, rowStride: 1, colStride: stride },
        { at: wAt + rest * 8, rowStride: stride, colStride: 1 },
        { at: a + (rest * stride + rest) * 8, rowStride: stride },
        "subtract-upper",
      );
    }
    const { diagonal, offDiagonal, taus } = panel;
    return { diagonal, offDiagonal, taus };
  });
}

/** The greatest magnitude on and above the diagonal. */
function largestOf(kernel: Kernel, { at, n, stride }: WorkMatrix): number {
  const values = kernel.float64(at, n * stride);
  let largest = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i * stride + i; j < i * stride + n; j++) {
      const value = Math.abs(values[j]);
      if (value > largest) largest = value;
    }
  }
  return largest;
}

interface Panel extends Tridiagonal {
  /** A column whose squares sum to no more than this has nothing to reflect but the rounding of rounding. */
  readonly negligible: number;
  readonly kernel: Kernel;
  readonly matrix: WorkMatrix;
  /** The rows v; those of w follow after `group` bytes. */
  readonly vAt: number;
  readonly group: number;
  readonly linesAt: number;
  /** Zeros, to which rows are added zero times. */
  readonly nowhereAt: number;
  readonly v: readonly Float64Array[];
  readonly w: readonly Float64Array[];
  /** How often each row is added: first those of v, then those of w. */
  readonly factors: Float64Array;
  readonly factorsAt: number;
  /** The rows' inner products with a vector. */
  readonly sums: Float64Array;
  readonly sumsAt: number;
}

/** Column `start + j`: brings it up to date, finds its reflection, and the w that takes the reflection to the rest. */
function reflect(panel: Panel, start: number, j: number): void {
  const { kernel, matrix, v, w, factors, sums, diagonal, offDiagonal, taus } = panel;
  const { n, stride } = matrix;
  const c = start + j;
  const rowAt = matrix.at + c * stride * 8;
  const row = kernel.float64(rowAt, stride); // column c, by symmetry
  factors.fill(0);
  for (let q = 0; q < j; q++) {
    factors[q] = -w[q][c];
    factors[PANEL + q] = -v[q][c];
  }
  panelBothWays(panel, j, c, { x: panel.nowhereAt, z: rowAt });
  diagonal[c] = row[c];
  if (c === n - 1) return; // nothing is left to reflect

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
  const vAt = panel.vAt + j * stride * 8;
  const wAt = vAt + panel.group;
  multiplyRest(panel, rest, vAt, wAt);
  factors.fill(0);
  panelBothWays(panel, j, rest, { x: vAt, z: panel.nowhereAt });
  for (let q = 0; q < j; q++) {
    factors[q] = -sums[PANEL + q];
    factors[PANEL + q] = -sums[q];
  }
  panelBothWays(panel, j, rest, { x: panel.nowhereAt, z: wAt });
  wj.fill(0, 0, rest);
  let inner = 0;
  for (let i = rest; i < n; i++) inner += wj[i] * vj[i];
  const half = -0.5 * tau * tau * inner;
  for (let i = rest; i < n; i++) wj[i] = wj[i] * tau + half * vj[i];
}

/** The product of what is left of A from `rest` on and the vector at `x`, written to `to`; before `rest` it has no meaning. */
function multiplyRest(panel: Panel, rest: number, x: number, to: number): void {
  const { kernel, matrix, linesAt, nowhereAt, factorsAt, sumsAt } = panel;
  const { at, stride } = matrix;
  const from = rest - (rest % 4);
  const length = stride - from;
  const corner = { at: at + (from * stride + from) * 8, rowStride: stride };
  symmetricVector(kernel, length, corner, x + from * 8, linesAt);
  const lines = { at: linesAt, rowStride: length };
  const ends = [nowhereAt, to + from * 8] as const;
  panel.factors.fill(1);
  rowsBothWays(kernel, [SYMMETRIC_LINES, length], lines, ends, [factorsAt, sumsAt]);
}

/** Adds the panel's rows to z, each `by` its number, and takes the inner products `of` all with x; from column `from` on. */
function panelBothWays(
  panel: Panel,
  rows: number,
  from: number,
  { x, z }: { readonly x: number; readonly z: number },
): void {
  const { kernel, matrix, vAt, group, factorsAt, sumsAt } = panel;
  const { stride } = matrix;
  const first = from - (from % 4);
  const lead = first * 8;
  for (const half of [0, 1]) {
    const lines = { at: vAt + half * group + lead, rowStride: stride };
    const small = half * PANEL * 8;
    rowsBothWays(
      kernel,
      [rows, stride - first],
      lines,
      [x + lead, z + lead],
      [factorsAt + small, sumsAt + small],
    );
  }
}
