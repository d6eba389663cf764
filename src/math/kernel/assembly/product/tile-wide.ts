// The innermost loop of the product in single precision, for registers of 256 bits.

import { multiplyAdd } from "./multiply-add";

/**
 * Two tiles side by side, 5 rows of 8 each, over `k` steps, written to `out` one after the other. Neighbouring registers
 * do the same to neighbouring values, so an engine that looks for such pairs keeps all sums in ten registers of 256 bits;
 * in 128 bits they do not fit. Each sum is what tileSingle makes of it, bit for bit. Exported for the same reason.
 *
 * @param b The first panel of B. @param d The second.
 */
export function tileWide(a: usize, b: usize, d: usize, k: i32, out: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c12 = f32x4.splat(0);
  let c13 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c22 = f32x4.splat(0);
  let c23 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c32 = f32x4.splat(0);
  let c33 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c41 = f32x4.splat(0);
  let c42 = f32x4.splat(0);
  let c43 = f32x4.splat(0);
  const end = a + <usize>k * 20; // one counter fewer: the loop is bound by how many instructions it has
  while (a != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(d);
    const b3 = v128.load(d, 16);
    let x = v128.load32_splat(a);
    c00 = multiplyAdd<f32>(x, b0, c00);
    c01 = multiplyAdd<f32>(x, b1, c01);
    c02 = multiplyAdd<f32>(x, b2, c02);
    c03 = multiplyAdd<f32>(x, b3, c03);
    x = v128.load32_splat(a, 4);
    c10 = multiplyAdd<f32>(x, b0, c10);
    c11 = multiplyAdd<f32>(x, b1, c11);
    c12 = multiplyAdd<f32>(x, b2, c12);
    c13 = multiplyAdd<f32>(x, b3, c13);
    x = v128.load32_splat(a, 8);
    c20 = multiplyAdd<f32>(x, b0, c20);
    c21 = multiplyAdd<f32>(x, b1, c21);
    c22 = multiplyAdd<f32>(x, b2, c22);
    c23 = multiplyAdd<f32>(x, b3, c23);
    x = v128.load32_splat(a, 12);
    c30 = multiplyAdd<f32>(x, b0, c30);
    c31 = multiplyAdd<f32>(x, b1, c31);
    c32 = multiplyAdd<f32>(x, b2, c32);
    c33 = multiplyAdd<f32>(x, b3, c33);
    x = v128.load32_splat(a, 16);
    c40 = multiplyAdd<f32>(x, b0, c40);
    c41 = multiplyAdd<f32>(x, b1, c41);
    c42 = multiplyAdd<f32>(x, b2, c42);
    c43 = multiplyAdd<f32>(x, b3, c43);
    a += 20;
    b += 32;
    d += 32;
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
  v128.store(out, c02, 160);
  v128.store(out, c03, 176);
  v128.store(out, c12, 192);
  v128.store(out, c13, 208);
  v128.store(out, c22, 224);
  v128.store(out, c23, 240);
  v128.store(out, c32, 256);
  v128.store(out, c33, 272);
  v128.store(out, c42, 288);
  v128.store(out, c43, 304);
}
