// The inner kernel of the matrix product, in AssemblyScript. `npm run build:kernel` compiles it.
//
// C (5·mp × 8·np) = A · B, from panels packed by ../../packing.ts: A in panels of 5 rows, B in panels of 8 columns, both
// cut along the inner dimension into chunks of 256. What is summed, and in which order, is fixed by the format of the
// result alone (see docs/math.md): one after another in single precision inside a chunk, in double precision across
// chunks. Neither the blocking nor the number of threads can change a bit.

/** Rows of a tile; 5 × 8 holds 10 of the 16 registers, so that two of B, one of A and a product still fit. */
const ROWS: i32 = 5;
const COLS: i32 = 8;
const CHUNK: i32 = 256;
const TILE: i32 = ROWS * COLS;
/** Panels of A walked per panel of B: 24 · 5 rows · 256 · 4 bytes = 120 KiB, which stay in the second-level cache. */
const A_PANELS: i32 = 24;

/** x · b + c, rounded once where the build has relaxed SIMD, twice otherwise. (The compiler inlines it.) */
function step(x: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, b, c) : f32x4.add(c, f32x4.mul(x, b));
}

/**
 * One tile over one chunk of `k` steps, written to `out` as 5 rows of 8. Exported only so that the compiler cannot inline
 * it: as a function of its own its variables are all in registers, and engines recompile it while a product runs.
 */
export function tile(a: usize, b: usize, k: i32, out: usize): void {
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
    c00 = step(x, b0, c00);
    c01 = step(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = step(x, b0, c10);
    c11 = step(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = step(x, b0, c20);
    c21 = step(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = step(x, b0, c30);
    c31 = step(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = step(x, b0, c40);
    c41 = step(x, b1, c41);
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

/** Copies a finished tile into the row-major result. */
function place(from: usize, to: usize, rowBytes: usize): void {
  for (let r = 0; r < ROWS; r++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += 32;
    to += rowBytes;
  }
}

/** Adds a chunk's tile to the sums in double precision (or starts them). */
function accumulate(from: usize, sums: usize, start: bool): void {
  for (let i = 0; i < TILE / 4; i++) {
    const x = v128.load(from);
    let low = f64x2.promote_low_f32x4(x);
    let high = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
    if (!start) {
      low = f64x2.add(v128.load(sums), low);
      high = f64x2.add(v128.load(sums, 16), high);
    }
    v128.store(sums, low);
    v128.store(sums, high, 16);
    from += 16;
    sums += 32;
  }
}

/** Rounds the sums of a tile to single precision into `to` (5 rows of 8). */
function round(sums: usize, to: usize): void {
  for (let i = 0; i < TILE / 4; i++) {
    const low = f32x4.demote_f64x2_zero(v128.load(sums));
    const high = f32x4.demote_f64x2_zero(v128.load(sums, 16));
    v128.store(to, v128.shuffle<f32>(low, high, 0, 1, 4, 5));
    sums += 32;
    to += 16;
  }
}

/**
 * The columns of panels `from` to `to` (exclusive) of the product.
 *
 * @param a packed A: chunks of (mp panels of (steps of 5))
 * @param b packed B: chunks of (np panels of (steps of 8))
 * @param sums the tiles' sums, 40 doubles each, tile (i, j) at j·mp + i; untouched when first and last and k <= 256
 * @param out row-major floats, `rowBytes` from row to row; written when `last`
 * @param scratch 160 bytes of the caller's own
 * @param first the sums start here, rather than go on from an earlier call
 * @param last the sums end here and are rounded into `out`
 */
export function product(
  a: usize,
  b: usize,
  mp: i32,
  np: i32,
  k: i32,
  sums: usize,
  out: usize,
  rowBytes: usize,
  scratch: usize,
  from: i32,
  to: i32,
  first: bool,
  last: bool,
): void {
  for (let c = 0; c < k; c += CHUNK) {
    const steps = min(CHUNK, k - c);
    const start = first && c === 0;
    const end = last && c + CHUNK >= k;
    const chunkA = a + <usize>c * mp * ROWS * 4;
    const chunkB = b + <usize>c * np * COLS * 4;
    for (let i0 = 0; i0 < mp; i0 += A_PANELS) {
      const i1 = min(mp, i0 + A_PANELS);
      for (let j = from; j < to; j++) {
        const panelB = chunkB + <usize>j * steps * COLS * 4;
        for (let i = i0; i < i1; i++) {
          tile(chunkA + <usize>i * steps * ROWS * 4, panelB, steps, scratch);
          const sum = sums + (<usize>j * mp + i) * <usize>(TILE * 8);
          if (!(start && end)) {
            accumulate(scratch, sum, start);
            if (end) round(sum, scratch);
          }
          if (end) place(scratch, out + <usize>i * ROWS * rowBytes + <usize>j * COLS * 4, rowBytes);
        }
      }
    }
  }
}
