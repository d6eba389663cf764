/** √(x² + y²) without underflow, and the same on every engine (Math.hypot is not). */
export function hypotenuse(x: number, y: number): number {
  const [p, q] = [Math.abs(x), Math.abs(y)];
  const [large, small] = p > q ? [p, q] : [q, p];
  if (large === 0) return 0;
  const ratio = small / large;
  return large * Math.sqrt(1 + ratio * ratio);
}

/** Rotates two vectors in their plane: x becomes c·x + s·y, y becomes c·y - s·x. */
export function rotate(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const [xi, yi] = [x[i], y[i]];
    x[i] = c * xi + s * yi;
    y[i] = c * yi - s * xi;
  }
}

/** `count` vectors of zeros. */
export function zeroVectors(count: number, length: number): Float64Array[] {
  return Array.from({ length: count }, () => new Float64Array(length));
}
