// The roots of a secular equation: `secularRoot` of ../../../decompose/secular.ts in WebAssembly, bit for bit, which says where the
// method comes from.
import { argument } from "../layout";

/** Roots that a piece of work covers. */
const ROOTS: i32 = 8;

const EPSILON: f64 = 2.220446049250313e-16;

let poles: usize = 0;
let weights: usize = 0;

// What `sumTerms` gives: a function has one result.
let sum: f64 = 0;
let slope: f64 = 0;

/** Sums weight / gap and weight / gap² over poles `from` to `to`, in two sums each, and writes the gaps: pole - origin - x. */
function sumTerms(gaps: usize, from: i32, to: i32, origin: f64, x: f64): void {
  const origins = f64x2.splat(origin);
  const xs = f64x2.splat(x);
  const ones = f64x2.splat(1);
  let sums = f64x2.splat(0);
  let slopes = sums;
  let at = (<usize>from) << 3;
  const end = (<usize>to) << 3;
  for (; at + 16 <= end; at += 16) {
    const gap = f64x2.sub(f64x2.sub(v128.load(poles + at), origins), xs);
    v128.store(gaps + at, gap);
    const inverse = f64x2.div(ones, gap);
    const term = f64x2.mul(v128.load(weights + at), inverse);
    sums = f64x2.add(sums, term);
    slopes = f64x2.add(slopes, f64x2.mul(term, inverse));
  }
  sum = f64x2.extract_lane(sums, 0);
  slope = f64x2.extract_lane(slopes, 0);
  if (at < end) {
    const gap = load<f64>(poles + at) - origin - x;
    store<f64>(gaps + at, gap);
    const inverse = 1 / gap;
    const term = load<f64>(weights + at) * inverse;
    sum += term;
    slope += term * inverse;
  }
  sum += f64x2.extract_lane(sums, 1);
  slope += f64x2.extract_lane(slopes, 1);
}

function between(low: f64, high: f64): f64 {
  if (low == 0) return high / 8;
  if (high == 0) return low / 8;
  return (low + high) / 2;
}

function smallerRoot(c: f64, total: f64, product: f64): f64 {
  const root = sqrt(abs(total * total - 4 * product * c));
  return total <= 0 ? (total - root) / (2 * c) : (2 * product) / (total + root);
}

function largerRoot(c: f64, total: f64, product: f64): f64 {
  const root = sqrt(abs(total * total - 4 * product * c));
  return total >= 0 ? (total + root) / (2 * c) : (2 * product) / (total - root);
}

function secularRoot(n: i32, rho: f64, totalWeight: f64, j: i32, gaps: usize): f64 {
  const isLast = j == n - 1;
  const own = load<f64>(poles + ((<usize>j) << 3));
  const gap = isLast ? rho * totalWeight : load<f64>(poles + ((<usize>j) << 3), 8) - own;
  if (n == 1) {
    store<f64>(gaps, -gap);
    return own + gap;
  }
  const middle = own + gap / 2;
  // The gaps to the middle are overwritten by those to the root.
  sumTerms(gaps, 0, j, 0, middle);
  let others = sum;
  if (!isLast) {
    sumTerms(gaps, j + 2, n, 0, middle);
    others += sum;
  }
  const rest = 1 + rho * others;
  const left = rho * load<f64>(weights + ((<usize>j) << 3));
  const right = isLast ? 0 : rho * load<f64>(weights + ((<usize>j) << 3), 8);
  const atMiddle = rest - (2 * left) / gap + (2 * right) / gap;
  const fromLeft = isLast || atMiddle >= 0;
  const origin = fromLeft ? own : load<f64>(poles + ((<usize>j) << 3), 8);
  let low = fromLeft ? 0 : -gap / 2;
  let high = fromLeft ? (isLast ? gap : gap / 2) : 0;
  if (isLast) {
    if (atMiddle >= 0) high = gap / 2;
    else low = gap / 2;
  }

  let x = between(low, high);
  if (!isLast) {
    const total = fromLeft ? rest * gap + left + right : -rest * gap + left + right;
    const guess = smallerRoot(rest, total, fromLeft ? left * gap : -right * gap);
    if (guess > low && guess < high) x = guess;
  }

  const p = isLast ? j - 1 : j;
  for (let iteration = 0; iteration < 200; iteration++) {
    sumTerms(gaps, 0, p + 1, origin, x);
    const below = sum;
    const slopeBelow = slope;
    sumTerms(gaps, p + 1, n, origin, x);
    const f = 1 + rho * (below + sum);
    const slopes = rho * (slopeBelow + slope);
    const scale = 1 + 8 * rho * (abs(below) + abs(sum)) + abs(x) * slopes;
    if (abs(f) <= EPSILON * scale) break;
    if (f < 0) low = x;
    else high = x;
    const dp = load<f64>(gaps + ((<usize>p) << 3));
    const dq = load<f64>(gaps + ((<usize>p) << 3), 8);
    const c = f - rho * (dp * slopeBelow + dq * slope);
    const step = isLast
      ? largerRoot(abs(c), (dp + dq) * f - dp * dq * slopes, dp * dq * f)
      : smallerRoot(c, (dp + dq) * f - dp * dq * slopes, dp * dq * f);
    let next = x + step;
    if (!(next > low && next < high)) next = between(low, high);
    if (next == x || next == low || next == high) break;
    x = next;
  }
  return origin + x;
}

/**
 * Arguments: poles, weights, how many, where rho and the sum of the weights lie, the gaps (a row for each root), the roots; all in
 * double precision.
 */
export function secularRoots(piece: i32): void {
  poles = <usize>argument(1);
  weights = <usize>argument(2);
  const n = argument(3);
  const constants = <usize>argument(4);
  const gaps = <usize>argument(5);
  const roots = <usize>argument(6);
  const end = min(n, (piece + 1) * ROOTS);
  for (let j = piece * ROOTS; j < end; j++) {
    const row = gaps + ((<usize>j * <usize>n) << 3);
    const root = secularRoot(n, load<f64>(constants), load<f64>(constants, 8), j, row);
    store<f64>(roots + ((<usize>j) << 3), root);
  }
}
