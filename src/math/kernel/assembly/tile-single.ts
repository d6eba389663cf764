// The innermost loop of the product in single precision.

import { multiplyAdd } from "./multiply-add";

/**
 * A tile of 5 rows of 8 over `k` steps, written to `out`. The module exports it only so that the compiler cannot inline
 * it: as a function of its own its sums are all in registers, and engines recompile it while a product runs.
 */
export function tileSingle(a: usize, b: usize, k: i32, out: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c41 = f32x4.splat(0);
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = multiplyAdd<f32>(x, b0, c00);
    c01 = multiplyAdd<f32>(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = multiplyAdd<f32>(x, b0, c10);
    c11 = multiplyAdd<f32>(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = multiplyAdd<f32>(x, b0, c20);
    c21 = multiplyAdd<f32>(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = multiplyAdd<f32>(x, b0, c30);
    c31 = multiplyAdd<f32>(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = multiplyAdd<f32>(x, b0, c40);
    c41 = multiplyAdd<f32>(x, b1, c41);
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
