/** Which vectors of two parts need the secular equation and which are already eigenvectors of both together. */
export interface Deflation {
  /** Vectors whose values are poles, by ascending value. */
  readonly kept: readonly number[];
  /** Vectors that are done. */
  readonly deflated: readonly number[];
  /** The kept ones that are zero in the lower part's rows of T, in no rows, in the upper part's. */
  readonly groups: readonly [number[], number[], number[]];
}

const UPPER = 0;
const BOTH = 1;
const LOWER = 2;

/**
 * Sets aside what the rank-one update does not move: entries of z that are (nearly) zero, and one of each two values that
 * are (nearly) equal, after a rotation that makes its entry zero (LAPACK's dlaed2). Repeated eigenvalues end here.
 *
 * @param values eigenvalues of the two parts; changed by the rotations
 * @param z changed by the rotations
 * @param upper vectors of the first part
 * @param rotate applies a rotation to vectors x and y: x ← c·x + s·y, y ← c·y - s·x
 */
export function deflate(
  values: Float64Array,
  z: Float64Array,
  rho: number,
  upper: number,
  rotate: (x: number, y: number, c: number, s: number) => void,
): Deflation {
  const size = values.length;
  const order = Array.from(values, (_, j) => j);
  order.sort((x, y) => values[x] - values[y] || x - y);
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(values[i]), Math.abs(z[i]));
  const tolerance = 8 * (Number.EPSILON / 2) * largest;

  const home = new Uint8Array(size).fill(LOWER).fill(UPPER, 0, upper);
  const kept: number[] = [];
  const deflated: number[] = [];
  let previous = -1;
  for (const j of order) {
    if (rho * Math.abs(z[j]) <= tolerance) {
      deflated.push(j);
      continue;
    }
    if (previous >= 0) {
      const length = Math.sqrt(z[j] * z[j] + z[previous] * z[previous]);
      const c = z[j] / length;
      const s = -z[previous] / length;
      if (Math.abs((values[j] - values[previous]) * c * s) <= tolerance) {
        z[j] = length;
        z[previous] = 0;
        if (home[j] !== home[previous]) home[j] = BOTH;
        rotate(previous, j, c, s);
        const [x, y] = [values[previous], values[j]];
        values[previous] = x * c * c + y * s * s;
        values[j] = x * s * s + y * c * c;
        deflated.push(previous);
      } else {
        kept.push(previous);
      }
    }
    previous = j;
  }
  if (previous >= 0) kept.push(previous);
  const inGroup = (group: number): number[] => kept.filter((j) => home[j] === group);
  return { kept, deflated, groups: [inGroup(UPPER), inGroup(BOTH), inGroup(LOWER)] };
}
