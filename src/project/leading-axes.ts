import { EigenvalueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import type { Matrix } from "../math/matrix.js";
import { createRandom } from "../math/random.js";

/** Eigenpairs, largest eigenvalue first; row `i` of `vectors` (k × d, 64-bit, row-major) has length 1. */
export interface Axes {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Blocks of Krylov directions before a restart from the best found. */
const DEPTH = 20;
/** Look whether the axes are found after each so many blocks. */
const LOOK = 4;
/** Directions carried beyond those asked for; they speed up the convergence of the last ones asked for. */
const OVERSAMPLING = 4;
const MAX_CYCLES = 60;
/** A pair (θ, v) counts as found when |Cv - θv| is below this share of the largest eigenvalue: the data's own precision. */
const TOLERANCE = 1e-7;

/**
 * The leading eigenpairs of the covariance matrix of the rows of `matrix`, without ever forming that matrix: block
 * Krylov iteration (Golub & Underwood 1977; Musco & Musco 2015) with Rayleigh–Ritz extraction and restarts, in 64 bits.
 * It reads the data a few dozen times at most, where a full decomposition costs d³.
 *
 * @returns `null` when the iteration does not settle (a caller then decomposes the whole matrix).
 */
export function leadingAxes(matrix: Matrix, mean: Float64Array, count: number): Axes | null {
  const { cols } = matrix;
  const block = Math.min(count + OVERSAMPLING, cols);
  const random = createRandom("embedtune/leading-axes");
  let start: Float64Array[] = Array.from({ length: block }, () =>
    Float64Array.from({ length: cols }, () => random.normal()),
  );
  for (let cycle = 0; cycle < MAX_CYCLES; cycle++) {
    const basis: Float64Array[] = [];
    const images: Float64Array[] = [];
    let next: readonly Float64Array[] = start;
    for (let depth = 1; depth <= DEPTH; depth++) {
      const fresh = orthonormalize(next, basis);
      basis.push(...fresh);
      next = covarianceTimes(matrix, mean, fresh);
      images.push(...next);
      const exhausted = fresh.length === 0;
      if (exhausted && basis.length < count) return null;
      if (depth % LOOK !== 0 && !exhausted) continue;
      const ritz = rayleighRitz(basis, images, Math.min(block, basis.length));
      if (ritz.residuals.slice(0, count).every((r) => r <= TOLERANCE * ritz.values[0])) {
        const vectors = new Float64Array(count * cols);
        for (let i = 0; i < count; i++) vectors.set(ritz.vectors[i], i * cols);
        return { values: Float64Array.from(ritz.values.slice(0, count)), vectors };
      }
      start = ritz.vectors;
      if (exhausted) break;
    }
  }
  return null;
}

/** C·v for each v, C = Xcᵀ Xc / (n - 1), Xc being the rows less their mean. Each row of X is read once. */
function covarianceTimes(
  { rows, cols, data }: Matrix,
  mean: Float64Array,
  vectors: readonly Float64Array[],
): Float64Array[] {
  const products = vectors.map(() => new Float64Array(cols));
  const centered = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    const offset = i * cols;
    for (let j = 0; j < cols; j++) centered[j] = data[offset + j] - mean[j];
    for (const [v, vector] of vectors.entries()) {
      let score = 0;
      for (let j = 0; j < cols; j++) score += centered[j] * vector[j];
      const product = products[v];
      for (let j = 0; j < cols; j++) product[j] += score * centered[j];
    }
  }
  for (const product of products) for (let j = 0; j < cols; j++) product[j] /= rows - 1;
  return products;
}

/** The vectors made orthogonal to `basis` and to each other, twice over; what vanishes is left out. */
function orthonormalize(
  vectors: readonly Float64Array[],
  basis: readonly Float64Array[],
): Float64Array[] {
  const fresh: Float64Array[] = [];
  for (const vector of vectors) {
    const v = Float64Array.from(vector);
    const before = length(v);
    for (let pass = 0; pass < 2; pass++) {
      for (const b of basis) subtract(v, b);
      for (const b of fresh) subtract(v, b);
    }
    const after = length(v);
    if (!(after > 1e-12 * before)) continue;
    for (let j = 0; j < v.length; j++) v[j] /= after;
    fresh.push(v);
  }
  return fresh;
}

function subtract(v: Float64Array, direction: Float64Array): void {
  const share = inner(v, direction);
  for (let j = 0; j < v.length; j++) v[j] -= share * direction[j];
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

function length(v: Float64Array): number {
  return Math.sqrt(inner(v, v));
}

/** The best approximate eigenpairs in the span of `basis`, given C·basis, with the length of each residual. */
function rayleighRitz(
  basis: readonly Float64Array[],
  images: readonly Float64Array[],
  count: number,
): { values: number[]; vectors: Float64Array[]; residuals: number[] } {
  const size = basis.length;
  const small = new DenseMatrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (inner(basis[i], images[j]) + inner(basis[j], images[i])) / 2;
      small.set(i, j, value);
      small.set(j, i, value);
    }
  }
  const eigen = new EigenvalueDecomposition(small, { assumeSymmetric: true });
  const order = eigen.realEigenvalues
    .map((value, index) => ({ value, index }))
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .slice(0, count);
  const combine = (columns: readonly Float64Array[], index: number): Float64Array => {
    const out = new Float64Array(columns[0].length);
    for (let i = 0; i < size; i++) {
      const weight = eigen.eigenvectorMatrix.get(i, index);
      for (let j = 0; j < out.length; j++) out[j] += weight * columns[i][j];
    }
    return out;
  };
  const vectors = order.map(({ index }) => combine(basis, index));
  const residuals = order.map(({ value, index }, i) => {
    const image = combine(images, index);
    for (let j = 0; j < image.length; j++) image[j] -= value * vectors[i][j];
    return length(image);
  });
  return { values: order.map(({ value }) => value), vectors, residuals };
}
