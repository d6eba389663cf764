// y = A · x in double precision, A row-major.
import { argument } from "./layout";

/** Rows a piece of work covers. */
const ROWS: i32 = 64;

/** Sum of a · b over `n` values, in four partial sums. */
function dot(a: usize, b: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a), v128.load(b)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(a, 48), v128.load(b, 48)));
    a += 64;
    b += 64;
  }
  s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; i < n; i++) {
    sum += load<f64>(a) * load<f64>(b);
    a += 8;
    b += 8;
  }
  return sum;
}

/** One piece of y = A · x. Arguments: A and its bytes per row, x, y, rows, columns. */
export function matrixVector(piece: i32): void {
  const a = <usize>argument(1);
  const rowBytes = <usize>argument(2);
  const x = <usize>argument(3);
  const y = <usize>argument(4);
  const rows = argument(5);
  const cols = argument(6);
  const end = min(rows, (piece + 1) * ROWS);
  for (let i = piece * ROWS; i < end; i++) {
    store<f64>(y + ((<usize>i) << 3), dot(a + <usize>i * rowBytes, x, cols));
  }
}
