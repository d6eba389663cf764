// y = A · x in double precision, A row-major.
import { argument } from "./layout";

/** Rows a piece of work covers. */
const ROWS: i32 = 64;

/** Both lanes together, then what the pairs left over. */
function finish(a: usize, x: usize, even: v128, odd: v128, i: i32, n: i32): f64 {
  const both = f64x2.add(even, odd);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; i < n; i++) {
    sum += load<f64>(a) * load<f64>(x);
    a += 8;
    x += 8;
  }
  return sum;
}

/** One value of y; a row's sum is taken in the same order here and below. */
function oneRow(a: usize, x: usize, y: usize, n: i32): void {
  let even = f64x2.splat(0);
  let odd = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    even = f64x2.add(even, f64x2.mul(v128.load(a), v128.load(x)));
    odd = f64x2.add(odd, f64x2.mul(v128.load(a, 16), v128.load(x, 16)));
    a += 32;
    x += 32;
  }
  store<f64>(y, finish(a, x, even, odd, i, n));
}

/** Four values of y at once: x is read once for four rows, which arrive as four streams. */
export function fourRows(a: usize, rowBytes: usize, x: usize, y: usize, n: i32): void {
  let b = a + rowBytes;
  let c = b + rowBytes;
  let d = c + rowBytes;
  let a0 = f64x2.splat(0);
  let a1 = f64x2.splat(0);
  let b0 = f64x2.splat(0);
  let b1 = f64x2.splat(0);
  let c0 = f64x2.splat(0);
  let c1 = f64x2.splat(0);
  let d0 = f64x2.splat(0);
  let d1 = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    a0 = f64x2.add(a0, f64x2.mul(v128.load(a), x0));
    a1 = f64x2.add(a1, f64x2.mul(v128.load(a, 16), x1));
    b0 = f64x2.add(b0, f64x2.mul(v128.load(b), x0));
    b1 = f64x2.add(b1, f64x2.mul(v128.load(b, 16), x1));
    c0 = f64x2.add(c0, f64x2.mul(v128.load(c), x0));
    c1 = f64x2.add(c1, f64x2.mul(v128.load(c, 16), x1));
    d0 = f64x2.add(d0, f64x2.mul(v128.load(d), x0));
    d1 = f64x2.add(d1, f64x2.mul(v128.load(d, 16), x1));
    a += 32;
    b += 32;
    c += 32;
    d += 32;
    x += 32;
  }
  store<f64>(y, finish(a, x, a0, a1, i, n));
  store<f64>(y, finish(b, x, b0, b1, i, n), 8);
  store<f64>(y, finish(c, x, c0, c1, i, n), 16);
  store<f64>(y, finish(d, x, d0, d1, i, n), 24);
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
  let i = piece * ROWS;
  for (; i + 4 <= end; i += 4) {
    fourRows(a + <usize>i * rowBytes, rowBytes, x, y + ((<usize>i) << 3), cols);
  }
  for (; i < end; i++) oneRow(a + <usize>i * rowBytes, x, y + ((<usize>i) << 3), cols);
}
