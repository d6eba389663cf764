import { multiplyDouble } from "../kernel/double-product.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import type { SyncEngine } from "../engines/engine-scope.js";
import { singleOf } from "./reflections.js";
import { tridiagonalQl } from "./ql.js";
import { deflate } from "./deflation.js";
import { secularRoot } from "./secular.js";

/** Sizes up to this are left to the QL iteration. */
const LEAF = 32;

/**
 * Couplings this small beside the largest value of T are rounding left by the reduction (of a matrix of low rank, say):
 * they are dropped before their squares can underflow.
 */
const NOISE = 1e-18;

/** The eigenvalues of a part of T, in no order; column j of the part's block of Q belongs to value j. */
interface Solver {
  readonly kernel: Kernel;
  /** Address of Q: n × n, row-major doubles, block-diagonal until the last merge. */
  readonly q: number;
  readonly n: number;
  /** The diagonal of T; eigenvalues once a part is solved. */
  readonly values: Float64Array;
  readonly offDiagonal: Float64Array;
  /** Multiplies at the last merge. */
  readonly engine: SyncEngine | null;
}

/** What of a tridiagonal matrix is wanted, and how. */
export interface TridiagonalJob {
  /** How many of the largest eigenvalues, with their vectors. */
  readonly count: number;
  /** Address of n × n doubles to work in, in the kernel's memory. */
  readonly q: number;
  /** Makes the products of the last merge, in single precision; `null` for the kernel, in double precision. */
  readonly engine: SyncEngine | null;
}

/** The wanted eigenpairs of a tridiagonal matrix. */
export interface TridiagonalEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** Writes the vectors as the columns of an n × values.length row-major matrix at `to`, in the kernel's memory. */
  readonly copyVectors: (to: number) => void;
}

/**
 * The `count` largest eigenvalues of a symmetric tridiagonal matrix with their vectors, by divide and conquer: cut in two,
 * solve each, and join them by a rank-one update whose eigenvalues are the roots of a secular equation (Cuppen; Gu and
 * Eisenstat, whose recomputed weights keep the vectors orthogonal).
 */
export function divideAndConquer(
  kernel: Kernel,
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  { count, q, engine }: TridiagonalJob,
): TridiagonalEigen {
  const n = diagonal.length;
  let largest = 0;
  for (const value of diagonal) largest = Math.max(largest, Math.abs(value));
  for (const value of offDiagonal) largest = Math.max(largest, Math.abs(value));
  const scale = largest === 0 ? 1 : largest;
  const solver: Solver = {
    ...{ kernel, q, n, engine },
    values: diagonal.map((value) => value / scale),
    offDiagonal: offDiagonal.map((value) => (Math.abs(value) > NOISE * scale ? value / scale : 0)),
  };
  kernel.float64(q, n * n).fill(0);
  solve(solver, 0, n, count);
  const { values } = solver;
  const order = Array.from(values, (_, j) => j);
  order.sort((x, y) => values[y] - values[x] || x - y);
  order.length = count;
  return {
    values: Float64Array.from(order, (j) => values[j] * scale),
    copyVectors: (to) => {
      const from = kernel.float64(q, n * n);
      const target = kernel.float64(to, n * count);
      const columns = Int32Array.from(order);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < count; j++) target[i * count + j] = from[i * n + columns[j]];
      }
    },
  };
}

/** Solves rows `low` to `high` of T; of the vectors, those of the `count` largest values at least. */
function solve(solver: Solver, low: number, high: number, count: number): void {
  const { kernel, q, n, values, offDiagonal } = solver;
  const size = high - low;
  if (size <= LEAF) {
    const part = values.slice(low, high);
    const vectors = tridiagonalQl(part, offDiagonal.slice(low, Math.max(low, high - 1)));
    values.set(part, low);
    for (let i = 0; i < size; i++) {
      const row = vectors.subarray(i * size, (i + 1) * size);
      kernel.float64(q + ((low + i) * n + low) * 8, size).set(row);
    }
    return;
  }
  const middle = low + (size >> 1);
  const coupling = offDiagonal[middle - 1];
  values[middle - 1] -= Math.abs(coupling);
  values[middle] -= Math.abs(coupling);
  solve(solver, low, middle, size);
  solve(solver, middle, high, size);
  merge(solver, low, middle, high, coupling, count);
}

/** Joins two solved parts: D + rho · z · zᵀ, z the last row of the upper and the first of the lower part's vectors. */
function merge(
  solver: Solver,
  low: number,
  middle: number,
  high: number,
  coupling: number,
  count: number,
): void {
  const { kernel, q, n, values } = solver;
  const size = high - low;
  const upper = middle - low;
  const block = { at: q + (low * n + low) * 8, rowStride: n };
  const z = new Float64Array(size);
  z.set(kernel.float64(q + ((middle - 1) * n + low) * 8, upper));
  z.set(kernel.float64(q + (middle * n + middle) * 8, size - upper), upper);
  if (coupling < 0) for (let i = upper; i < size; i++) z[i] = -z[i];
  for (let i = 0; i < size; i++) z[i] *= Math.SQRT1_2; // |z|² was 2
  const rho = 2 * Math.abs(coupling);

  const rotate = (x: number, y: number, c: number, s: number): void => {
    const data = kernel.float64(block.at, (size - 1) * n + size);
    for (let i = 0; i < size; i++) {
      const [p, r] = [data[i * n + x], data[i * n + y]];
      data[i * n + x] = c * p + s * r;
      data[i * n + y] = c * r - s * p;
    }
  };
  const part = values.subarray(low, high);
  const { kept, deflated, groups } = deflate(part, z, rho, upper, rotate);
  if (kept.length === 0) return;

  kernel.scope(() => {
    const k = kept.length;
    const poles = Float64Array.from(kept, (i) => part[i]);
    const vectorsAt = kernel.reserve(k * k * 8);
    const { roots, weights } = solveSecular(
      kernel.float64(vectorsAt, k * k),
      poles,
      Float64Array.from(kept, (i) => z[i]),
      rho,
    );

    // Columns that live in the upper rows only, in both, in the lower only: two smaller products instead of one.
    const [top, both, bottom] = groups;
    const order = [...top, ...both, ...bottom];
    const place = new Int32Array(size);
    for (const [at, i] of order.entries()) place[i] = at;
    const placeOf = Int32Array.from(kept, (i) => place[i]);
    // The roots ascend: of all eigenvalues of the part, the last `count` can only be among the last `count` roots.
    const firstRoot = Math.max(0, k - count);
    const wanted = k - firstRoot;
    const matrix = kernel.float64(vectorsAt, k * k);
    const vector = new Float64Array(k);
    for (let j = firstRoot; j < k; j++) {
      const row = matrix.subarray(j * k, (j + 1) * k);
      let squares = 0;
      for (let i = 0; i < k; i++) {
        const x = weights[i] / row[i];
        row[i] = x;
        squares += x * x;
      }
      const scale = 1 / Math.sqrt(squares);
      for (let i = 0; i < k; i++) vector[placeOf[i]] = row[i] * scale;
      row.set(vector);
    }

    const topCols = top.length + both.length;
    const bottomCols = both.length + bottom.length;
    const topAt = kernel.reserve(upper * topCols * 8);
    const bottomAt = kernel.reserve((size - upper) * bottomCols * 8);
    const deflatedAt = kernel.reserve(size * deflated.length * 8);
    const lowerBlock = { at: block.at + upper * n * 8, rowStride: n };
    gather(kernel, block, upper, [...top, ...both], topAt);
    gather(kernel, lowerBlock, size - upper, [...both, ...bottom], bottomAt);
    gather(kernel, block, size, deflated, deflatedAt);

    const roots0 = vectorsAt + firstRoot * k * 8;
    const out = (from: { at: number }): { at: number; rowStride: number } => ({
      at: from.at + firstRoot * 8,
      rowStride: n,
    });
    const engine = size === n ? solver.engine : null;
    const turn = (
      [rows, cols]: readonly [rows: number, cols: number],
      at: number,
      roots: number,
      to: { at: number; rowStride: number },
    ): void => {
      if (engine === null) {
        const operand = { at, rowStride: cols, colStride: 1 };
        const turned = { at: roots, rowStride: 1, colStride: k };
        multiplyDouble(kernel, [rows, cols, wanted], operand, turned, to);
        return;
      }
      const operand = singleOf(kernel, at, [rows, cols], cols);
      const turned = singleOf(kernel, roots, [wanted, cols], k);
      const { data } = engine.multiplySync(operand, turned, { transposeB: true });
      for (let i = 0; i < rows; i++) {
        const row = data.subarray(i * wanted, (i + 1) * wanted);
        kernel.float64(to.at + i * to.rowStride * 8, wanted).set(row);
      }
    };
    turn([upper, topCols], topAt, roots0, out(block));
    turn([size - upper, bottomCols], bottomAt, roots0 + top.length * 8, out(lowerBlock));
    const data = kernel.float64(block.at, (size - 1) * n + size);
    const aside = kernel.float64(deflatedAt, size * deflated.length);
    for (let i = 0; i < size; i++) {
      const row = aside.subarray(i * deflated.length, (i + 1) * deflated.length);
      data.set(row, i * n + k);
    }
    const deflatedValues = deflated.map((i) => part[i]);
    part.set(roots);
    part.set(deflatedValues, k);
  });
}

/** Copies columns side by side to `to`. */
function gather(
  kernel: Kernel,
  from: { readonly at: number; readonly rowStride: number },
  rows: number,
  columns: readonly number[],
  to: number,
): void {
  const width = columns.length;
  if (rows === 0 || width === 0) return;
  const source = kernel.float64(
    from.at,
    rows * from.rowStride - from.rowStride + 1 + Math.max(...columns),
  );
  const target = kernel.float64(to, rows * width);
  const index = Int32Array.from(columns);
  for (let i = 0; i < rows; i++) {
    const base = i * from.rowStride;
    for (let j = 0; j < width; j++) target[i * width + j] = source[base + index[j]];
  }
}

/**
 * All roots, and weights recomputed so that the roots are exact for them: then the vectors weights[i] / (pole i - root j)
 * are orthogonal to full precision. Row j of `gaps` (k × k) receives pole i - root j.
 */
function solveSecular(
  gaps: Float64Array,
  poles: Float64Array,
  z: Float64Array,
  rho: number,
): { roots: Float64Array; weights: Float64Array } {
  const k = poles.length;
  const squares = z.map((x) => x * x);
  const roots = new Float64Array(k);
  const products = new Float64Array(k).fill(-1);
  for (let j = 0; j < k; j++) {
    const row = gaps.subarray(j * k, (j + 1) * k);
    roots[j] = secularRoot(poles, squares, rho, j, row);
    const pole = poles[j];
    for (let i = 0; i < k; i++) products[i] *= i === j ? row[i] : row[i] / (poles[i] - pole);
  }
  const weights = products.map((x, i) => (z[i] < 0 ? -1 : 1) * Math.sqrt(Math.abs(x)));
  return { roots, weights };
}
