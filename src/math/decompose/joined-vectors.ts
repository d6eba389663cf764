import { decode } from "../kernel/kernel-binary.js";
import type { Kernel } from "../kernel/kernel-instance.js";
import { eigenKernel } from "../kernel/wasm.generated.js";
import { secularRoot } from "./secular.js";

/** D + rho · z · zᵀ. */
export interface RankOneUpdate {
  /** D: ascending, all different. */
  readonly poles: Float64Array;
  /** As many, none of them 0. */
  readonly z: Float64Array;
  /** > 0. */
  readonly rho: number;
}

/** Operations of the kernel's further module "eigen"; here, so that who decomposes nothing need not bundle them. */
const SECULAR_ROOTS = 96;
const EXACT_WEIGHTS = 97;
const JOINED_VECTORS = 98;

/** Roots, poles or vectors that a piece of work covers. */
const PIECE = 8;

/**
 * Eigenvalues and eigenvectors of a rank-one update: the roots of its secular equation, and weights recomputed so that the
 * roots are exact for them; then the vectors weights[i] / (pole i - root j) are orthogonal to full precision (Gu and
 * Eisenstat).
 *
 * @param place Where in a vector the value of each pole goes.
 * @param first The first root whose vector is wanted.
 * @param at Address of k × k doubles in the kernel's memory, whose rows from `first` on receive the vectors.
 * @returns The roots, ascending.
 */
export function joinedVectors(
  kernel: Kernel,
  update: RankOneUpdate,
  place: Int32Array,
  first: number,
  at: number,
): Float64Array {
  // Where no bytes are compiled while a request runs.
  if (!kernel.extend("eigen", () => decode(eigenKernel))) {
    return plainJoinedVectors(update, place, first, kernel.float64(at, place.length ** 2));
  }
  const { poles, z, rho } = update;
  const k = poles.length;
  return kernel.scope(() => {
    const polesAt = kernel.reserve(k * 8);
    const squaresAt = kernel.reserve(k * 8);
    const constantsAt = kernel.reserve(16);
    const rootsAt = kernel.reserve(k * 8);
    const weightsAt = kernel.reserve(k * 8);
    const placeAt = kernel.reserve(k * 4);
    const linesAt = kernel.reserve(kernel.threads * k * 8);
    const squares = z.map((x) => x * x);
    kernel.float64(polesAt, k).set(poles);
    kernel.float64(squaresAt, k).set(squares);
    kernel.float64(constantsAt, 2).set([rho, sumOf(squares)]);
    new Int32Array(kernel.float32(placeAt, k).buffer, placeAt, k).set(place);
    const pieces = Math.ceil(k / PIECE);
    // A division takes about as long as ten other operations, and a root some four looks at every pole.
    kernel.dispatch(
      [SECULAR_ROOTS, polesAt, squaresAt, k, constantsAt, at, rootsAt],
      pieces,
      40 * k * k,
    );
    kernel.dispatch([EXACT_WEIGHTS, polesAt, k, at, weightsAt], pieces, 20 * k * k);
    const weights = kernel.float64(weightsAt, k);
    for (let i = 0; i < k; i++) weights[i] = weightOf(z[i], weights[i]);
    kernel.dispatch(
      [JOINED_VECTORS, weightsAt, k, at, first, placeAt, linesAt],
      Math.ceil((k - first) / PIECE),
      10 * k * k,
    );
    return kernel.float64(rootsAt, k).slice();
  });
}

/** {@link joinedVectors} in plain JavaScript: the same bits. */
export function plainJoinedVectors(
  { poles, z, rho }: RankOneUpdate,
  place: Int32Array,
  first: number,
  vectors: Float64Array,
): Float64Array {
  const k = poles.length;
  const squares = z.map((x) => x * x);
  const total = sumOf(squares);
  const rowOf = (j: number): Float64Array => vectors.subarray(j * k, (j + 1) * k);
  const roots = new Float64Array(k);
  const products = new Float64Array(k).fill(-1);
  for (let j = 0; j < k; j++) {
    const gaps = rowOf(j);
    roots[j] = secularRoot(poles, squares, rho, total, j, gaps);
    for (let i = 0; i < k; i++) products[i] *= gaps[i] / (i === j ? 1 : poles[i] - poles[j]);
  }
  const weights = products.map((product, i) => weightOf(z[i], product));
  const line = new Float64Array(k);
  for (let j = first; j < k; j++) {
    const row = rowOf(j);
    let even = 0;
    let odd = 0;
    for (let i = 0; i < k; i++) {
      const x = weights[i] / row[i];
      line[i] = x;
      if (i % 2 === 0) even += x * x;
      else odd += x * x;
    }
    const scale = 1 / Math.sqrt(even + odd);
    for (let i = 0; i < k; i++) row[place[i]] = line[i] * scale;
  }
  return roots;
}

function weightOf(z: number, product: number): number {
  return (z < 0 ? -1 : 1) * Math.sqrt(Math.abs(product));
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
