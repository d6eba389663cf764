/** Of a square of n rows copies what lies above the diagonal to below it, square by square so that both sides stay in the cache. */
export function mirror(data: Float32Array, n: number): void {
  const square = 32;
  for (let i0 = 0; i0 < n; i0 += square) {
    for (let j0 = 0; j0 <= i0; j0 += square) {
      for (let i = i0; i < Math.min(n, i0 + square); i++) {
        for (let j = j0; j < Math.min(i, j0 + square); j++) data[i * n + j] = data[j * n + i];
      }
    }
  }
}
