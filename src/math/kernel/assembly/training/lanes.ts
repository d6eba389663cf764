// Four values in single precision as two pairs in double precision, and back.

/** The first two of four. */
export function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The last two of four. */
export function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

/** Two pairs, each value rounded to single precision. */
export function narrow(first: v128, second: v128): v128 {
  const a = f32x4.demote_f64x2_zero(first);
  const b = f32x4.demote_f64x2_zero(second);
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
}
