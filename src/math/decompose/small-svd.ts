import { hypotenuse, rotate, zeroVectors } from "./rotations.js";

/** A = Σ values[k] · left[k] · right[k]ᵀ. */
export interface SmallSvd {
  /** n vectors of length m, orthonormal, also where A has a lower rank. */
  readonly left: readonly Float64Array[];
  /** n, descending. */
  readonly values: Float64Array;
  /** n vectors of length n, orthonormal. */
  readonly right: readonly Float64Array[];
}

/**
 * The singular value decomposition in plain JavaScript and double precision, for matrices of some hundred rows: Householder
 * reduction to two diagonals and the implicit QR iteration (Golub and Reinsch 1970; LINPACK's dsvdc, as in JAMA and
 * ml-matrix, whose bits these are).
 *
 * @param columns The n columns of A, m values each, m >= n >= 1, all finite; overwritten.
 */
export function smallSvd(columns: readonly Float64Array[]): SmallSvd {
  const bidiagonal = bidiagonalize(columns);
  iterate(bidiagonal);
  const { left, diagonal, right } = bidiagonal;
  return { left, values: diagonal, right };
}

/** U Vᵀ of A = U Σ Vᵀ, the orthogonal matrix nearest to A (Schönemann 1966); row-major, n × n for n columns of n values. */
export function polarOf(columns: readonly Float64Array[]): Float64Array {
  const n = columns.length;
  const { left, right } = smallSvd(columns);
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += left[k][i] * right[k][j];
      result[i * n + j] = sum;
    }
  }
  return result;
}

interface Bidiagonal {
  readonly diagonal: Float64Array;
  /** The values above the diagonal; the last is 0. */
  readonly above: Float64Array;
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}

function bidiagonalize(a: readonly Float64Array[]): Bidiagonal {
  const n = a.length;
  const m = a[0].length;
  const diagonal = new Float64Array(n);
  const above = new Float64Array(n);
  const left = zeroVectors(n, m);
  const right = zeroVectors(n, n);
  const sum = new Float64Array(m);
  const lefts = Math.min(m - 1, n);
  const rights = Math.max(0, n - 2);
  for (let k = 0; k < Math.max(lefts, rights); k++) {
    if (k < lefts) diagonal[k] = -toReflector(a[k], k);
    for (let j = k + 1; j < n; j++) {
      if (k < lefts && diagonal[k] !== 0) reflect(a[k], a[j], k);
      above[j] = a[j][k];
    }
    if (k < lefts) left[k].set(a[k].subarray(k), k);
    if (k >= rights) continue;
    above[k] = -toReflector(above, k + 1);
    if (above[k] !== 0) {
      sum.fill(0, k + 1);
      for (let j = k + 1; j < n; j++) addTo(sum, above[j], a[j], k + 1);
      for (let j = k + 1; j < n; j++) addTo(a[j], -above[j] / above[k + 1], sum, k + 1);
    }
    right[k].set(above.subarray(k + 1), k + 1);
  }
  if (lefts < n) diagonal[lefts] = a[lefts][lefts];
  if (rights + 1 < n) above[rights] = a[n - 1][rights];
  above[n - 1] = 0;

  for (let k = n - 1; k >= 0; k--) {
    const u = left[k];
    if (k < lefts && diagonal[k] !== 0) {
      for (let j = k + 1; j < n; j++) reflect(u, left[j], k);
      for (let i = k; i < m; i++) u[i] = -u[i];
      u[k] += 1;
    } else {
      u.fill(0);
      u[k] = 1;
    }
    const v = right[k];
    if (k < rights && above[k] !== 0) {
      for (let j = k + 1; j < n; j++) reflect(v, right[j], k + 1);
    }
    v.fill(0);
    v[k] = 1;
  }
  return { diagonal, above, left, right };
}

/** Makes of a vector, from an index on, that of a reflection onto the axis there. @returns Its signed length before. */
function toReflector(x: Float64Array, from: number): number {
  let length = 0;
  for (let i = from; i < x.length; i++) length = hypotenuse(length, x[i]);
  if (length === 0) return 0;
  if (x[from] < 0) length = -length;
  for (let i = from; i < x.length; i++) x[i] /= length;
  x[from] += 1;
  return length;
}

/** Applies the reflection by `v` to `x`. */
function reflect(v: Float64Array, x: Float64Array, from: number): void {
  let t = 0;
  for (let i = from; i < v.length; i++) t += v[i] * x[i];
  addTo(x, -t / v[from], v, from);
}

function addTo(x: Float64Array, factor: number, y: Float64Array, from: number): void {
  for (let i = from; i < x.length; i++) x[i] += factor * y[i];
}

/** Drives the values above the diagonal to zero, from the end. */
function iterate(bidiagonal: Bidiagonal): void {
  const { diagonal: s, above: e } = bidiagonal;
  for (let p = s.length; p > 0;) {
    // The block that ends at p begins behind the last value above the diagonal that is zero.
    let begin = p - 1;
    while (begin > 0 && !isNegligible(s, e, begin - 1)) begin--;
    if (begin > 0) e[begin - 1] = 0;
    if (begin === p - 1) {
      finish(bidiagonal, p - 1);
      p--;
      continue;
    }
    let zero = p - 1;
    for (; zero >= begin; zero--) {
      const beside = Math.abs(e[zero]) + (zero === begin ? 0 : Math.abs(e[zero - 1]));
      if (Math.abs(s[zero]) <= Number.EPSILON * beside) break;
    }
    if (zero < begin) qrStep(bidiagonal, begin, p);
    else {
      s[zero] = 0;
      if (zero === p - 1) clearColumn(bidiagonal, begin, p);
      else clearRow(bidiagonal, zero, p);
    }
  }
}

function isNegligible(s: Float64Array, e: Float64Array, k: number): boolean {
  const beside = Math.abs(s[k] + Math.abs(s[k + 1]));
  return Math.abs(e[k]) <= Number.MIN_VALUE + Number.EPSILON * beside || Number.isNaN(e[k]);
}

/** The last value on the diagonal of the block is zero: rotates away the one above it. */
function clearColumn({ diagonal: s, above: e, right }: Bidiagonal, begin: number, p: number): void {
  let f = e[p - 2];
  e[p - 2] = 0;
  for (let j = p - 2; j >= begin; j--) {
    const t = hypotenuse(s[j], f);
    const [c, d] = [s[j] / t, f / t];
    s[j] = t;
    if (j !== begin) {
      f = -d * e[j - 1];
      e[j - 1] = c * e[j - 1];
    }
    rotate(right[j], right[p - 1], c, d);
  }
}

/** The value at `zero` on the diagonal is zero: rotates away the one beside it. */
function clearRow({ diagonal: s, above: e, left }: Bidiagonal, zero: number, p: number): void {
  let f = e[zero];
  e[zero] = 0;
  for (let j = zero + 1; j < p; j++) {
    const t = hypotenuse(s[j], f);
    const [c, d] = [s[j] / t, f / t];
    s[j] = t;
    f = -d * e[j];
    e[j] = c * e[j];
    rotate(left[j], left[zero], c, d);
  }
}

function qrStep(
  { diagonal: s, above: e, left, right }: Bidiagonal,
  begin: number,
  p: number,
): void {
  const scale = Math.max(
    ...[s[p - 1], s[p - 2], e[p - 2], s[begin], e[begin]].map((x) => Math.abs(x)),
  );
  const sp = s[p - 1] / scale;
  const spm1 = s[p - 2] / scale;
  const epm1 = e[p - 2] / scale;
  const sk = s[begin] / scale;
  const ek = e[begin] / scale;
  const b = ((spm1 + sp) * (spm1 - sp) + epm1 * epm1) / 2;
  const c2 = sp * epm1 * (sp * epm1);
  let shift = 0;
  if (b !== 0 || c2 !== 0) {
    const root = Math.sqrt(b * b + c2);
    shift = c2 / (b + (b < 0 ? -root : root));
  }
  let f = (sk + sp) * (sk - sp) + shift;
  let g = sk * ek;
  for (let j = begin; j < p - 1; j++) {
    let t = hypotenuse(f, g) || Number.MIN_VALUE;
    let [c, d] = [f / t, g / t];
    if (j !== begin) e[j - 1] = t;
    f = c * s[j] + d * e[j];
    e[j] = c * e[j] - d * s[j];
    g = d * s[j + 1];
    s[j + 1] = c * s[j + 1];
    rotate(right[j], right[j + 1], c, d);
    t = hypotenuse(f, g) || Number.MIN_VALUE;
    [c, d] = [f / t, g / t];
    s[j] = t;
    f = c * e[j] + d * s[j + 1];
    s[j + 1] = -d * e[j] + c * s[j + 1];
    g = d * e[j + 1];
    e[j + 1] = c * e[j + 1];
    rotate(left[j], left[j + 1], c, d);
  }
  e[p - 2] = f;
}

/** Makes the value at `k` positive and moves it to its place among those behind it. */
function finish({ diagonal: s, left, right }: Bidiagonal, k: number): void {
  if (s[k] <= 0) {
    s[k] = s[k] < 0 ? -s[k] : 0;
    for (let i = 0; i < right[k].length; i++) right[k][i] = -right[k][i];
  }
  for (; k < s.length - 1 && !(s[k] >= s[k + 1]); k++) {
    [s[k], s[k + 1]] = [s[k + 1], s[k]];
    swap(left[k], left[k + 1]);
    swap(right[k], right[k + 1]);
  }
}

function swap(x: Float64Array, y: Float64Array): void {
  const values = x.slice();
  x.set(y);
  y.set(values);
}
