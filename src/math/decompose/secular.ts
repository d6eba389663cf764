const EPSILON = 2 ** -52;

/** What {@link sumTerms} gives: Σ weight / gap and Σ weight / gap². */
const terms = { sum: 0, slope: 0 };

/**
 * Root `j` of 1 + rho · Σ weights[i] / (poles[i] - x), which lies between pole j and the next (the last: beyond the last
 * pole), rho > 0. Writes poles[i] - root into `gaps`, each to full relative precision.
 *
 * Rational interpolation with the "middle way" of Li (LAPACK working note 89), kept inside a shrinking bracket. In the
 * order of ../kernel/assembly/decompose/secular-roots.ts: both give the same bits.
 *
 * @param poles ascending, all different
 * @param weights positive
 * @param total their sum
 * @returns the root.
 */
export function secularRoot(
  poles: Float64Array,
  weights: Float64Array,
  rho: number,
  total: number,
  j: number,
  gaps: Float64Array,
): number {
  const n = poles.length;
  const isLast = j === n - 1;
  const gap = isLast ? rho * total : poles[j + 1] - poles[j];
  if (n === 1) {
    gaps[0] = -gap;
    return poles[0] + gap;
  }

  // The half of the interval that holds the root names the nearer pole, the origin.
  const middle = poles[j] + gap / 2;
  const sumOf = (from: number, to: number, origin: number, x: number): number => {
    sumTerms(poles, weights, gaps, from, to, origin, x);
    return terms.sum;
  };
  let others = sumOf(0, j, 0, middle);
  if (!isLast) others += sumOf(j + 2, n, 0, middle);
  const rest = 1 + rho * others;
  const left = rho * weights[j];
  const right = isLast ? 0 : rho * weights[j + 1];
  const atMiddle = rest - (2 * left) / gap + (2 * right) / gap;
  const fromLeft = isLast || atMiddle >= 0;
  const origin = fromLeft ? poles[j] : poles[j + 1];
  let low = fromLeft ? 0 : -gap / 2;
  let high = fromLeft ? (isLast ? gap : gap / 2) : 0;
  if (isLast) {
    if (atMiddle >= 0) high = gap / 2;
    else low = gap / 2;
  }

  let x = between(low, high);
  if (!isLast) {
    const sum = fromLeft ? rest * gap + left + right : -rest * gap + left + right;
    const guess = smallerRoot(rest, sum, fromLeft ? left * gap : -right * gap);
    if (guess > low && guess < high) x = guess;
  }

  const p = isLast ? j - 1 : j; // the first of the two poles that the interpolation keeps
  for (let iteration = 0; iteration < 200; iteration++) {
    const below = sumOf(0, p + 1, origin, x);
    const slopeBelow = terms.slope;
    const above = sumOf(p + 1, n, origin, x);
    const slopeAbove = terms.slope;
    const f = 1 + rho * (below + above);
    const slope = rho * (slopeBelow + slopeAbove);
    const scale = 1 + 8 * rho * (Math.abs(below) + Math.abs(above)) + Math.abs(x) * slope;
    if (Math.abs(f) <= EPSILON * scale) break;
    if (f < 0) low = x;
    else high = x;
    const [dp, dq] = [gaps[p], gaps[p + 1]];
    const c = f - rho * (dp * slopeBelow + dq * slopeAbove);
    const step = isLast
      ? largerRoot(Math.abs(c), (dp + dq) * f - dp * dq * slope, dp * dq * f)
      : smallerRoot(c, (dp + dq) * f - dp * dq * slope, dp * dq * f);
    let next = x + step;
    if (!(next > low && next < high)) next = between(low, high);
    if (next === x || next === low || next === high) break;
    x = next;
  }
  return origin + x;
}

/** Sums the terms of poles `from` to `to`, in two sums each, and writes their gaps: pole - origin - x. */
function sumTerms(
  poles: Float64Array,
  weights: Float64Array,
  gaps: Float64Array,
  from: number,
  to: number,
  origin: number,
  x: number,
): void {
  let sum = 0;
  let slope = 0;
  let oddSum = 0;
  let oddSlope = 0;
  let i = from;
  for (; i + 2 <= to; i += 2) {
    const gap = poles[i] - origin - x;
    const oddGap = poles[i + 1] - origin - x;
    gaps[i] = gap;
    gaps[i + 1] = oddGap;
    const inverse = 1 / gap; // divisions are what this loop takes its time for
    const oddInverse = 1 / oddGap;
    const term = weights[i] * inverse;
    const oddTerm = weights[i + 1] * oddInverse;
    sum += term;
    slope += term * inverse;
    oddSum += oddTerm;
    oddSlope += oddTerm * oddInverse;
  }
  if (i < to) {
    const gap = poles[i] - origin - x;
    gaps[i] = gap;
    const inverse = 1 / gap;
    const term = weights[i] * inverse;
    sum += term;
    slope += term * inverse;
  }
  terms.sum = sum + oddSum;
  terms.slope = slope + oddSlope;
}

/** A point inside the bracket; near a pole (an end at 0) the digits of the distance matter, so by ratio. */
function between(low: number, high: number): number {
  if (low === 0) return high / 8;
  if (high === 0) return low / 8;
  return (low + high) / 2;
}

/** The root of c · x² - sum · x + product that goes through 0 with the product. */
function smallerRoot(c: number, sum: number, product: number): number {
  const root = Math.sqrt(Math.abs(sum * sum - 4 * product * c));
  return sum <= 0 ? (sum - root) / (2 * c) : (2 * product) / (sum + root);
}

/** The other one. */
function largerRoot(c: number, sum: number, product: number): number {
  const root = Math.sqrt(Math.abs(sum * sum - 4 * product * c));
  return sum >= 0 ? (sum + root) / (2 * c) : (2 * product) / (sum - root);
}
