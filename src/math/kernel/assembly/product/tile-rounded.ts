// The innermost loop of the product of 16-bit integers.

/**
 * Adds to a tile of 5 rows of 8 sums, at `out`, what `k` steps of two integers each make of them. One instruction multiplies eight
 * pairs and adds the products of neighbours, which is twice what single precision does in as many. The zeros that come out of
 * loads keep addresses in registers, as in tile-single.ts. Exported for the same reason.
 */
export function tileRounded(a: usize, b: usize, k: i32, out: usize): void {
  const zero = i32x4.splat(0);
  let c00 = v128.load(out);
  let c01 = v128.load(out, 16);
  let c10 = v128.or(v128.load(out, 32), v128.andnot(zero, v128.load32_splat(a, 4)));
  let c11 = v128.load(out, 48);
  let c20 = v128.or(v128.load(out, 64), v128.andnot(zero, v128.load32_splat(a, 8)));
  let c21 = v128.load(out, 80);
  let c30 = v128.or(v128.load(out, 96), v128.andnot(zero, v128.load32_splat(a, 12)));
  let c31 = v128.load(out, 112);
  let c40 = v128.or(v128.load(out, 128), v128.andnot(zero, v128.load32_splat(a, 16)));
  let c41 = v128.load(out, 144);
  const end = a + <usize>k * 20;
  while (a != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(x, b0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(x, b1));
    x = v128.load32_splat(a, 4);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(x, b0));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(x, b1));
    x = v128.load32_splat(a, 8);
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(x, b0));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(x, b1));
    x = v128.load32_splat(a, 12);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(x, b0));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(x, b1));
    x = v128.load32_splat(a, 16);
    c40 = i32x4.add(c40, i32x4.dot_i16x8_s(x, b0));
    c41 = i32x4.add(c41, i32x4.dot_i16x8_s(x, b1));
    a += 20;
    b += 32;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out, c10, 32);
  v128.store(out, c11, 48);
  v128.store(out, c20, 64);
  v128.store(out, c21, 80);
  v128.store(out, c30, 96);
  v128.store(out, c31, 112);
  v128.store(out, c40, 128);
  v128.store(out, c41, 144);
}
