// The innermost loop of the product in single precision.

import { multiplyAdd } from "./multiply-add";

/**
 * A tile of 5 rows of 8 over `k` steps, written to `out`. The module exports it only so that the compiler cannot inline
 * it: as a function of its own its sums are all in registers, and engines recompile it while a product runs.
 *
 * The loop is bound by how many instructions it has. V8 adds a splat load's offset to the memory's base in an instruction of
 * its own; where the sum is wanted before the loop, too, it is kept in a register. Hence the zeros that come out of loads.
 */
export function tileSingle(a: usize, b: usize, k: i32, out: usize): void {
  const zero = f32x4.splat(0);
  let c00 = zero;
  let c01 = zero;
  let c10 = v128.andnot(zero, v128.load32_splat(a, 4));
  let c11 = zero;
  let c20 = v128.andnot(zero, v128.load32_splat(a, 8));
  let c21 = zero;
  let c30 = v128.andnot(zero, v128.load32_splat(a, 12));
  let c31 = zero;
  let c40 = v128.andnot(zero, v128.load32_splat(a, 16));
  let c41 = zero;
  const end = a + <usize>k * 20;
  while (a != end) {
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
