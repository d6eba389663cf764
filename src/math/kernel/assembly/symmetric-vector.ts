// A · x in double precision for a symmetric A, of which only what lies on and above the diagonal is read: each value counts for
// its row and for its column. And the same pass over the rows of any matrix.
import { argument, scratchOf } from "./layout";
import { multiplyAdd } from "./product/multiply-add";

/** Pieces of the symmetric product, each with sums of its own, whatever the number of threads. */
const PIECES: i32 = 8;

/** Both lanes together. */
function total(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/**
 * Reads four rows once for two ends: writes the inner product of each with x to `sums`, and adds each, times its own of four
 * `factors`, to z. The lines have `bytes` bytes, a multiple of 16.
 */
export function fourRows(
  a: usize,
  rowBytes: usize,
  x: usize,
  z: usize,
  bytes: usize,
  factors: usize,
  sums: usize,
): void {
  let b = a + rowBytes;
  let c = b + rowBytes;
  let d = c + rowBytes;
  const fa = v128.load64_splat(factors);
  const fb = v128.load64_splat(factors, 8);
  const fc = v128.load64_splat(factors, 16);
  const fd = v128.load64_splat(factors, 24);
  let sa = f64x2.splat(0);
  let sb = sa;
  let sc = sa;
  let sd = sa;
  const end = a + bytes;
  while (a != end) {
    const xs = v128.load(x);
    let zs = v128.load(z);
    let row = v128.load(a);
    sa = multiplyAdd<f64>(row, xs, sa);
    zs = multiplyAdd<f64>(row, fa, zs);
    row = v128.load(b);
    sb = multiplyAdd<f64>(row, xs, sb);
    zs = multiplyAdd<f64>(row, fb, zs);
    row = v128.load(c);
    sc = multiplyAdd<f64>(row, xs, sc);
    zs = multiplyAdd<f64>(row, fc, zs);
    row = v128.load(d);
    sd = multiplyAdd<f64>(row, xs, sd);
    zs = multiplyAdd<f64>(row, fd, zs);
    v128.store(z, zs);
    a += 16;
    b += 16;
    c += 16;
    d += 16;
    x += 16;
    z += 16;
  }
  store<f64>(sums, total(sa));
  store<f64>(sums, total(sb), 8);
  store<f64>(sums, total(sc), 16);
  store<f64>(sums, total(sd), 24);
}

/**
 * One piece's share of A · x: that of every eighth group of four rows, written to the piece's own line; the sum of the lines is
 * the product. Arguments: A and its bytes per row, x, the lines, the bytes of a line. A has a multiple of four rows and columns,
 * and its squares of 4 × 4 on the diagonal are filled.
 */
export function symmetricVector(piece: i32, slot: i32): void {
  const rowBytes = <usize>argument(2);
  let x = <usize>argument(3);
  const bytes = <usize>argument(5);
  let z = <usize>argument(4) + <usize>piece * bytes;
  memory.fill(z, 0, bytes);
  const end = z + bytes;
  const first = <usize>piece * 32;
  let a = <usize>argument(1) + <usize>piece * 4 * rowBytes + first;
  x += first;
  z += first;
  const sums = scratchOf(slot);
  while (z < end) {
    // The square on the diagonal is whole: no row of it counts as a column as well.
    fourRows(a, rowBytes, x, z, 32, x, sums);
    fourRows(a + 32, rowBytes, x + 32, z + 32, end - z - 32, x, sums);
    v128.store(z, f64x2.add(v128.load(z), v128.load(sums)));
    v128.store(z, f64x2.add(v128.load(z, 16), v128.load(sums, 16)), 16);
    a += PIECES * 4 * (rowBytes + 8);
    x += PIECES * 32;
    z += PIECES * 32;
  }
}

/**
 * {@link fourRows} for any number of rows that is a multiple of four. Arguments: the rows and the bytes of each, x, z, the bytes
 * of either, factors, sums, the number of rows.
 */
export function rowsBothWays(): void {
  const rowBytes = <usize>argument(2);
  let rows = <usize>argument(1);
  let factors = <usize>argument(6);
  let sums = <usize>argument(7);
  for (let i = argument(8); i > 0; i -= 4) {
    fourRows(rows, rowBytes, argument(3), argument(4), argument(5), factors, sums);
    rows += 4 * rowBytes;
    factors += 32;
    sums += 32;
  }
}
