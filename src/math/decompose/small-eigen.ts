import { hypotenuse, rotate } from "./rotations.js";

/**
 * The eigenvalues and eigenvectors of a symmetric matrix in plain JavaScript: Householder reduction to tridiagonal form and
 * the implicit QL iteration (EISPACK's tred2 and tql2, as in JAMA and ml-matrix, whose bits these are).
 *
 * @param vectors The rows of the matrix, n × n; overwritten: vector `j` then belongs to value `j`.
 * @returns n values, ascending.
 */
export function smallEigen(vectors: readonly Float64Array[]): Float64Array {
  const n = vectors.length;
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  reduce(vectors, diagonal, offDiagonal);
  offDiagonal.copyWithin(0, 1);
  offDiagonal[n - 1] = 0;
  iterate(vectors, diagonal, offDiagonal);
  return diagonal;
}

/** To tridiagonal form; `v` becomes the product of the reflections. */
function reduce(v: readonly Float64Array[], d: Float64Array, e: Float64Array): void {
  const n = v.length;
  for (let j = 0; j < n; j++) d[j] = v[j][n - 1];
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]);
    let h = 0;
    if (scale === 0) {
      e[i] = d[i - 1];
      for (let j = 0; j < i; j++) {
        d[j] = v[j][i - 1];
        v[j][i] = 0;
        v[i][j] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] /= scale;
        h += d[k] * d[k];
      }
      const last = d[i - 1];
      const g = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= last * g;
      d[i - 1] = last - g;
      reflectBothSides(v, d, e, i, h);
    }
    d[i] = h;
  }
  accumulate(v, d);
  e[0] = 0;
}

/** The reflection by `d`, the first `i` values of it, from the left and from the right. */
function reflectBothSides(
  v: readonly Float64Array[],
  d: Float64Array,
  e: Float64Array,
  i: number,
  h: number,
): void {
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const f = d[j];
    v[i][j] = f;
    let g = e[j] + v[j][j] * f;
    for (let k = j + 1; k < i; k++) {
      g += v[j][k] * d[k];
      e[k] += v[j][k] * f;
    }
    e[j] = g;
  }
  let f = 0;
  for (let j = 0; j < i; j++) {
    e[j] /= h;
    f += e[j] * d[j];
  }
  const half = f / (h + h);
  for (let j = 0; j < i; j++) e[j] -= half * d[j];
  for (let j = 0; j < i; j++) {
    const [dj, ej] = [d[j], e[j]];
    for (let k = j; k < i; k++) v[j][k] -= dj * e[k] + ej * d[k];
    d[j] = v[j][i - 1];
    v[j][i] = 0;
  }
}

/** The product of the reflections, in place; what the diagonal was comes to stand in `d`. */
function accumulate(v: readonly Float64Array[], d: Float64Array): void {
  const n = v.length;
  for (let i = 0; i < n - 1; i++) {
    v[i][n - 1] = v[i][i];
    v[i][i] = 1;
    const h = d[i + 1];
    const next = v[i + 1];
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = next[k] / h;
      for (let j = 0; j <= i; j++) {
        let g = 0;
        for (let k = 0; k <= i; k++) g += next[k] * v[j][k];
        for (let k = 0; k <= i; k++) v[j][k] -= g * d[k];
      }
    }
    next.fill(0, 0, i + 1);
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[j][n - 1];
    v[j][n - 1] = 0;
  }
  v[n - 1][n - 1] = 1;
}

function iterate(v: readonly Float64Array[], d: Float64Array, e: Float64Array): void {
  const n = v.length;
  let shift = 0;
  let largest = 0;
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l]) + Math.abs(e[l]));
    const floor = Number.EPSILON * largest;
    let m = l;
    while (m < n && !(Math.abs(e[m]) <= floor)) m++;
    if (m > l) {
      do shift += step(v, d, e, l, m);
      while (Math.abs(e[l]) > floor);
    }
    d[l] += shift;
    e[l] = 0;
  }
  sort(v, d);
}

/** One step of the QL iteration on the block from `l` to `m`. @returns The shift that it took off the values. */
function step(
  v: readonly Float64Array[],
  d: Float64Array,
  e: Float64Array,
  l: number,
  m: number,
): number {
  const ratio = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = ratio < 0 ? -hypotenuse(ratio, 1) : hypotenuse(ratio, 1);
  const first = d[l];
  d[l] = e[l] / (ratio + root);
  d[l + 1] = e[l] * (ratio + root);
  const second = d[l + 1];
  const shift = first - d[l];
  for (let i = l + 2; i < d.length; i++) d[i] -= shift;
  const next = e[l + 1];
  let p = d[m];
  let [c, c2, c3] = [1, 1, 1];
  let [s, s2] = [0, 0];
  for (let i = m - 1; i >= l; i--) {
    [c3, c2, s2] = [c2, c, s];
    const g = c * e[i];
    const h = c * p;
    const r = hypotenuse(p, e[i]);
    e[i + 1] = s * r;
    s = e[i] / r;
    c = p / r;
    p = c * d[i] - s * g;
    d[i + 1] = h + s * (c * g + s * d[i]);
    rotate(v[i], v[i + 1], c, -s);
  }
  p = (-s * s2 * c3 * next * e[l]) / second;
  e[l] = s * p;
  d[l] = c * p;
  return shift;
}

/** Ascending, by selection: equal values stay in their order as far as they did not move. */
function sort(v: readonly Float64Array[], d: Float64Array): void {
  for (let i = 0; i < d.length - 1; i++) {
    let least = i;
    for (let j = i + 1; j < d.length; j++) if (d[j] < d[least]) least = j;
    if (least === i) continue;
    [d[i], d[least]] = [d[least], d[i]];
    const vector = v[i].slice();
    v[i].set(v[least]);
    v[least].set(vector);
  }
}
