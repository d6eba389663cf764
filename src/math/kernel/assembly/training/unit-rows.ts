// Rows scaled to length 1, and the derivative through that scaling: src/train/losses/unit-rows.ts in WebAssembly.
import { argument } from "../layout";
import { high, low, narrow } from "./lanes";

/** Rows a piece of work covers. */
const ROWS: i32 = 16;

/** The inner product of `n` values, a multiple of four, in four partial sums (`innerProduct` of ../../../vectors.ts). */
function inner(x: usize, y: usize, n: i32): f64 {
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const a = v128.load(x);
    const b = v128.load(y);
    even = f64x2.add(even, f64x2.mul(low(a), low(b)));
    odd = f64x2.add(odd, f64x2.mul(high(a), high(b)));
    x += 16;
    y += 16;
  }
  const first = f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1);
  return first + (f64x2.extract_lane(odd, 0) + f64x2.extract_lane(odd, 1));
}

/** Arguments: the rows, how many, values in each (a multiple of four), where the scaled rows go, where the lengths. */
export function unitRows(piece: i32): void {
  const rows = <usize>argument(1);
  const count = argument(2);
  const cols = argument(3);
  const out = <usize>argument(4);
  const norms = <usize>argument(5);
  const rowBytes = (<usize>cols) << 2;
  const end = min(count, (piece + 1) * ROWS);
  for (let i = piece * ROWS; i < end; i++) {
    let from = rows + <usize>i * rowBytes;
    let to = out + <usize>i * rowBytes;
    const length = sqrt(inner(from, from, cols));
    store<f64>(norms + ((<usize>i) << 3), length);
    const scale = f64x2.splat(length == 0 ? 0 : 1 / length);
    for (let j = 0; j < cols; j += 4) {
      const x = v128.load(from);
      v128.store(to, narrow(f64x2.mul(low(x), scale), f64x2.mul(high(x), scale)));
      from += 16;
      to += 16;
    }
  }
}

/**
 * (g - (g · x) x) / |x|. Arguments: the derivatives g by the scaled rows x, these rows, how many, values in each, their
 * former lengths, where the result goes.
 */
export function backpropagate(piece: i32): void {
  const slopes = <usize>argument(1);
  const unit = <usize>argument(2);
  const count = argument(3);
  const cols = argument(4);
  const norms = <usize>argument(5);
  const out = <usize>argument(6);
  const rowBytes = (<usize>cols) << 2;
  const zero = f64x2.splat(0); // 0 + -0 is 0, as where the derivative is added to zeros
  const end = min(count, (piece + 1) * ROWS);
  for (let i = piece * ROWS; i < end; i++) {
    const offset = <usize>i * rowBytes;
    const length = load<f64>(norms + ((<usize>i) << 3));
    let to = out + offset;
    if (length == 0) {
      memory.fill(to, 0, rowBytes);
      continue;
    }
    let g = slopes + offset;
    let x = unit + offset;
    const along = f64x2.splat(inner(g, x, cols));
    const scale = f64x2.splat(1 / length);
    for (let j = 0; j < cols; j += 4) {
      const a = v128.load(g);
      const b = v128.load(x);
      const first = f64x2.mul(f64x2.sub(low(a), f64x2.mul(along, low(b))), scale);
      const second = f64x2.mul(f64x2.sub(high(a), f64x2.mul(along, high(b))), scale);
      v128.store(to, narrow(f64x2.add(zero, first), f64x2.add(zero, second)));
      g += 16;
      x += 16;
      to += 16;
    }
  }
}
