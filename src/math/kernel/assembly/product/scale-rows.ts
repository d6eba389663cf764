// Rows brought to length 1: `normalizeRows` of ../../../vectors.ts in WebAssembly, bit for bit.
import { argument } from "../layout";
import { high, low, narrow } from "../training/lanes";

/** Rows a piece of work covers. */
const ROWS: i32 = 16;

/** The sum of n squares in the order of `innerProduct`: four sums in double precision, what is left goes to the first. */
export function squares(at: usize, n: i32): f64 {
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const x = v128.load(at);
    even = f64x2.add(even, f64x2.mul(low(x), low(x)));
    odd = f64x2.add(odd, f64x2.mul(high(x), high(x)));
    at += 16;
  }
  let first = f64x2.extract_lane(even, 0);
  for (; i < n; i++) {
    const x = <f64>load<f32>(at);
    first += x * x;
    at += 4;
  }
  const rest = f64x2.extract_lane(odd, 0) + f64x2.extract_lane(odd, 1);
  return first + f64x2.extract_lane(even, 1) + rest;
}

/** Arguments: the rows, which are overwritten, how many, values in each, where the sums of their squares go. */
export function scaleRows(piece: i32): void {
  const rows = <usize>argument(1);
  const count = argument(2);
  const d = argument(3);
  const end = min(count, (piece + 1) * ROWS);
  for (let row = piece * ROWS; row < end; row++) {
    let at = rows + ((<usize>row * <usize>d) << 2);
    const square = squares(at, d);
    store<f64>(<usize>argument(4) + ((<usize>row) << 3), square);
    // A row of zeros, or with a value that is no number, stays as it is.
    const length = square > 0 ? sqrt(square) : 1;
    const both = f64x2.splat(length);
    let i = 0;
    for (; i + 4 <= d; i += 4) {
      const x = v128.load(at);
      v128.store(at, narrow(f64x2.div(low(x), both), f64x2.div(high(x), both)));
      at += 16;
    }
    for (; i < d; i++) {
      store<f32>(at, <f32>(<f64>load<f32>(at) / length));
      at += 4;
    }
  }
}
