const EPSILON = 2 ** -52;

/**
 * Root `j` of 1 + rho · Σ weights[i] / (poles[i] - x), which lies between pole j and the next (the last: beyond the last
 * pole), rho > 0. Writes poles[i] - root into `gaps`, each to full relative precision.
 *
 * Rational interpolation with the "middle way" of Li (LAPACK working note 89), kept inside a shrinking bracket.
 *
 * @param poles ascending, all different
 * @param weights positive
 * @returns the root.
 */
export function secularRoot(
  poles: Float64Array,
  weights: Float64Array,
  rho: number,
  j: number,
  gaps: Float64Array,
): number {
  const n = poles.length;
  const isLast = j === n - 1;
  let total = 0;
  if (isLast) for (let i = 0; i < n; i++) total += weights[i];
  const gap = isLast ? rho * total : poles[j + 1] - poles[j];
  if (n === 1) {
    gaps[0] = -gap;
    return poles[0] + gap;
  }

  // The half of the interval that holds the root names the nearer pole, the origin.
  const middle = poles[j] + gap / 2;
  let rest = 1;
  for (let i = 0; i < n; i++) {
    if (i !== j && i !== j + 1) rest += (rho * weights[i]) / (poles[i] - middle);
  }
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
    const product = fromLeft ? left * gap : -right * gap;
    const guess = smallerRoot(rest, sum, product);
    if (guess > low && guess < high) x = guess;
  }

  const [p, q] = isLast ? [j - 1, j] : [j, j + 1]; // the poles that the interpolation keeps
  for (let iteration = 0; iteration < 200; iteration++) {
    let below = 0;
    let above = 0;
    let slopeBelow = 0;
    let slopeAbove = 0;
    for (let i = 0; i <= p; i++) {
      const distance = poles[i] - origin - x;
      gaps[i] = distance;
      const inverse = 1 / distance; // divisions are what this loop takes its time for
      const term = weights[i] * inverse;
      below += term;
      slopeBelow += term * inverse;
    }
    for (let i = p + 1; i < n; i++) {
      const distance = poles[i] - origin - x;
      gaps[i] = distance;
      const inverse = 1 / distance;
      const term = weights[i] * inverse;
      above += term;
      slopeAbove += term * inverse;
    }
    const f = 1 + rho * (below + above);
    const slope = rho * (slopeBelow + slopeAbove);
    const scale = 1 + 8 * rho * (Math.abs(below) + Math.abs(above)) + Math.abs(x) * slope;
    if (Math.abs(f) <= EPSILON * scale) break;
    if (f < 0) low = x;
    else high = x;
    const [dp, dq] = [gaps[p], gaps[q]];
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
