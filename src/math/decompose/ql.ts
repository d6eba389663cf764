/**
 * The eigenvalues and eigenvectors of a small symmetric tridiagonal matrix by the implicit QL iteration (Wilkinson and
 * Reinsch; EISPACK's tql2).
 *
 * @param diagonal n; overwritten by the eigenvalues, in no order
 * @param offDiagonal n - 1; overwritten
 * @returns n × n, row-major; column j belongs to eigenvalue j.
 */
export function tridiagonalQl(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  const n = diagonal.length;
  const d = diagonal;
  const e = new Float64Array(n);
  e.set(offDiagonal.subarray(0, n - 1));
  const z = new Float64Array(n * n);
  for (let i = 0; i < n; i++) z[i * n + i] = 1;
  // What is no more than rounding beside the largest value need not be driven to zero.
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(d[i]), Math.abs(e[i]));
  const floor = largest * 2 ** -64;
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(d[m]) + Math.abs(d[m + 1]);
        if (Math.abs(e[m]) <= Number.EPSILON * size + floor) break;
      }
      if (m === l) break;
      if (iteration === 60) {
        throw new RangeError("symmetricEigen: the QL iteration did not converge in 60 steps");
      }
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      let r = length(g, 1);
      g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i];
        const b = c * e[i];
        r = length(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        for (let k = 0; k < n; k++) {
          const y = z[k * n + i + 1];
          const x = z[k * n + i];
          z[k * n + i + 1] = s * x + c * y;
          z[k * n + i] = c * x - s * y;
        }
      }
      if (i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return z;
}

/** √(x² + y²) without underflow, and the same on every engine (Math.hypot is not). */
function length(x: number, y: number): number {
  const [p, q] = [Math.abs(x), Math.abs(y)];
  const [large, small] = p > q ? [p, q] : [q, p];
  if (large === 0) return 0;
  const ratio = small / large;
  return large * Math.sqrt(1 + ratio * ratio);
}
