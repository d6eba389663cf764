import { multiplyDouble } from "../kernel/double-product.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import type { SyncEngine } from "../engines/engine-scope.js";
import { joinedVectors } from "./joined-vectors.js";
import { singleOf } from "./reflections.js";
import { tridiagonalQl } from "./ql.js";
import { deflate } from "./deflation.js";

/** Sizes up to this are left to the QL iteration. */
const LEAF = 32;

/**
 * Couplings this small beside the largest value of T are rounding left by the reduction (of a matrix of low rank, say):
 * they are dropped before their squares can underflow.
 */
const NOISE = 1e-18;

/**
 * The eigenvalues of a part of T, in no order; row j of the part's block of Q is the vector of value j. Vectors are rows, so
 * that one is rotated, set aside or gathered without a look at the others.
 */
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
  /** Writes the vectors as the columns of a matrix: n × values.length, row-major. */
  readonly copyVectors: (to: Float32Array | Float64Array) => void;
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
      transposeRows(kernel.float64(q, n * n), n, Int32Array.from(order), to);
    },
  };
}

/** Rows `chosen` of n values each as columns, square by square so that both stay in the cache. */
function transposeRows(
  rows: Float64Array,
  n: number,
  chosen: Int32Array,
  to: Float32Array | Float64Array,
): void {
  const square = 16;
  const count = chosen.length;
  for (let i0 = 0; i0 < n; i0 += square) {
    const iEnd = Math.min(n, i0 + square);
    for (let j0 = 0; j0 < count; j0 += square) {
      const jEnd = Math.min(count, j0 + square);
      for (let i = i0; i < iEnd; i++) {
        for (let j = j0; j < jEnd; j++) to[i * count + j] = rows[chosen[j] * n + i];
      }
    }
  }
}

/** Solves rows `low` to `high` of T; of the vectors, those of the `count` largest values at least. */
function solve(solver: Solver, low: number, high: number, count: number): void {
  const { kernel, q, n, values, offDiagonal } = solver;
  const size = high - low;
  if (size <= LEAF) {
    const part = values.slice(low, high);
    const vectors = tridiagonalQl(part, offDiagonal.slice(low, Math.max(low, high - 1)));
    values.set(part, low);
    const block = kernel.float64(q + (low * n + low) * 8, (size - 1) * n + size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) block[j * n + i] = vectors[i * size + j];
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

/** Joins two solved parts: D + rho · z · zᵀ, z the last values of the upper and the first of the lower part's vectors. */
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
  const blockAt = q + (low * n + low) * 8;
  const blockLength = (size - 1) * n + size;
  const z = new Float64Array(size);
  const block = kernel.float64(blockAt, blockLength);
  for (let j = 0; j < size; j++) z[j] = block[j * n + (j < upper ? upper - 1 : upper)];
  if (coupling < 0) for (let i = upper; i < size; i++) z[i] = -z[i];
  for (let i = 0; i < size; i++) z[i] *= Math.SQRT1_2; // |z|² was 2
  const rho = 2 * Math.abs(coupling);

  const rotate = (x: number, y: number, c: number, s: number): void => {
    const [first, second] = [x * n, y * n];
    for (let i = 0; i < size; i++) {
      const [p, r] = [block[first + i], block[second + i]];
      block[first + i] = c * p + s * r;
      block[second + i] = c * r - s * p;
    }
  };
  const part = values.subarray(low, high);
  const { kept, deflated, groups } = deflate(part, z, rho, upper, rotate);
  if (kept.length === 0) return;

  kernel.scope(() => {
    const k = kept.length;
    const vectorsAt = kernel.reserve(k * k * 8);
    // Vectors that live in the upper rows of T only, in both, in the lower only: two smaller products instead of one.
    const [top, both, bottom] = groups;
    const topCount = top.length + both.length;
    const bottomCount = both.length + bottom.length;
    const topAt = kernel.reserve(topCount * upper * 8);
    const bottomAt = kernel.reserve(bottomCount * (size - upper) * 8);
    const deflatedAt = kernel.reserve(deflated.length * size * 8);
    const place = new Int32Array(size);
    for (const [at, i] of [...top, ...both, ...bottom].entries()) place[i] = at;
    // The roots ascend: of all eigenvalues of the part, the last `count` can only be among the last `count` roots.
    const first = Math.max(0, k - count);
    const roots = joinedVectors(
      kernel,
      { poles: pick(part, kept), z: pick(z, kept), rho },
      Int32Array.from(kept, (i) => place[i]),
      first,
      vectorsAt,
    );

    const lowerAt = blockAt + upper * 8;
    gather(kernel, { at: blockAt, rowStride: n }, [...top, ...both], upper, topAt);
    gather(kernel, { at: lowerAt, rowStride: n }, [...both, ...bottom], size - upper, bottomAt);
    gather(kernel, { at: blockAt, rowStride: n }, deflated, size, deflatedAt);
    const wanted = k - first;
    const turns = { at: vectorsAt + first * k * 8, rowStride: k };
    const lowerTurns = { at: turns.at + top.length * 8, rowStride: k };
    const to = blockAt + first * n * 8;
    const engine = size === n ? solver.engine : null;
    turn(kernel, engine, [wanted, topCount, upper], turns, topAt, { at: to, rowStride: n });
    turn(kernel, engine, [wanted, bottomCount, size - upper], lowerTurns, bottomAt, {
      at: to + upper * 8,
      rowStride: n,
    });
    const aside = kernel.float64(deflatedAt, deflated.length * size);
    const data = kernel.float64(blockAt, blockLength);
    for (let j = 0; j < deflated.length; j++) {
      data.set(aside.subarray(j * size, (j + 1) * size), (k + j) * n);
    }
    const deflatedValues = pick(part, deflated);
    part.set(roots);
    // Two roots may round to one number: what has no vector is not to be found in its place.
    part.fill(-Infinity, 0, first);
    part.set(deflatedValues, k);
  });
}

function pick(values: Float64Array, indices: readonly number[]): Float64Array {
  return Float64Array.from(indices, (i) => values[i]);
}

interface Rows {
  /** Address in the kernel's memory. */
  readonly at: number;
  /** Values from row to row. */
  readonly rowStride: number;
}

/** Vectors of the parts, of `length` values each and side by side at `from`, become those of the whole. */
function turn(
  kernel: Kernel,
  engine: SyncEngine | null,
  [wanted, parts, length]: readonly [wanted: number, parts: number, length: number],
  turns: Rows,
  from: number,
  to: Rows,
): void {
  if (engine === null) {
    const a = { ...turns, colStride: 1 };
    const b = { at: from, rowStride: length, colStride: 1 };
    multiplyDouble(kernel, [wanted, parts, length], a, b, to);
    return;
  }
  const a = singleOf(kernel, turns.at, [wanted, parts], turns.rowStride);
  const { data } = engine.multiplySync(a, singleOf(kernel, from, [parts, length], length));
  const target = kernel.float64(to.at, (wanted - 1) * to.rowStride + length);
  for (let j = 0; j < wanted; j++) {
    target.set(data.subarray(j * length, (j + 1) * length), j * to.rowStride);
  }
}

/** Copies the first values of the chosen rows one after the other to `to`. */
function gather(
  kernel: Kernel,
  from: Rows,
  rows: readonly number[],
  length: number,
  to: number,
): void {
  const target = kernel.float64(to, rows.length * length);
  for (const [at, row] of rows.entries()) {
    target.set(kernel.float64(from.at + row * from.rowStride * 8, length), at * length);
  }
}
