import { tridiagonalQl } from "./ql.js";

/** Beside the largest value of the matrix: squares of less would underflow before long. */
const NOISE = 1e-24;

/**
 * The eigenvalues and eigenvectors of a symmetric matrix in plain JavaScript: Householder reduction to tridiagonal form
 * (Golub and Van Loan, "Matrix Computations", 2013, algorithm 8.3.1) and the implicit QL iteration. All loops run along
 * rows. For small matrices, and where WebAssembly SIMD is missing.
 *
 * @param a n × n, row-major, both halves filled; overwritten
 * @returns values in no order; n × n vectors, row-major, column j of eigenvalue j.
 */
export function plainEigen(
  a: Float64Array,
  n: number,
): { values: Float64Array; vectors: Float64Array } {
  const { diagonal, offDiagonal, taus } = reduce(a, n);
  const vectors = tridiagonalQl(diagonal, offDiagonal);
  for (let c = n - 3; c >= 0; c--) {
    if (taus[c] !== 0) reflectRows(vectors, a.subarray(c * n, c * n + n), c + 1, taus[c]);
  }
  return { values: diagonal, vectors };
}

/** Leaves the vector v of reflection I - tau · v · vᵀ in row c, from column c + 1 on. */
function reduce(
  a: Float64Array,
  n: number,
): { diagonal: Float64Array; offDiagonal: Float64Array; taus: Float64Array } {
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(Math.max(0, n - 1));
  const taus = new Float64Array(Math.max(0, n - 1));
  const w = new Float64Array(n);
  let largest = 0;
  for (const value of a) largest = Math.max(largest, Math.abs(value));
  const negligible = (largest * NOISE) ** 2;
  for (let c = 0; c < n; c++) {
    diagonal[c] = a[c * n + c];
    if (c + 1 === n) break;
    const row = a.subarray(c * n, c * n + n); // column c, by symmetry
    const alpha = row[c + 1];
    offDiagonal[c] = alpha;
    let tail = 0;
    for (let i = c + 2; i < n; i++) tail += row[i] * row[i];
    if (tail <= negligible) continue;
    const length = Math.sqrt(alpha * alpha + tail);
    const beta = alpha > 0 ? -length : length;
    const tau = (beta - alpha) / beta;
    offDiagonal[c] = beta;
    taus[c] = tau;
    row[c + 1] = 1;
    for (let i = c + 2; i < n; i++) row[i] /= alpha - beta;

    // w such that A - v · wᵀ - w · vᵀ is the rest of A, reflected from both sides.
    let inner = 0;
    for (let i = c + 1; i < n; i++) {
      let sum = 0;
      for (let j = c + 1; j < n; j++) sum += a[i * n + j] * row[j];
      w[i] = tau * sum;
      inner += w[i] * row[i];
    }
    const half = 0.5 * tau * inner;
    for (let i = c + 1; i < n; i++) w[i] -= half * row[i];
    for (let i = c + 1; i < n; i++) {
      const [vi, wi] = [row[i], w[i]];
      for (let j = c + 1; j < n; j++) a[i * n + j] -= vi * w[j] + wi * row[j];
    }
  }
  return { diagonal, offDiagonal, taus };
}

/** Z ← (I - tau · v · vᵀ) · Z, in the rows from `top` on. */
function reflectRows(z: Float64Array, v: Float64Array, top: number, tau: number): void {
  const n = v.length;
  const sums = new Float64Array(n);
  for (let i = top; i < n; i++) {
    for (let j = 0; j < n; j++) sums[j] += v[i] * z[i * n + j];
  }
  for (let i = top; i < n; i++) {
    const factor = tau * v[i];
    for (let j = 0; j < n; j++) z[i * n + j] -= factor * sums[j];
  }
}
