// The step that every tile repeats.

/** x · b + c in lanes of T, rounded once where the build has relaxed SIMD, twice otherwise. (The compiler inlines it.) */
export function multiplyAdd<T>(x: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? v128.relaxed_madd<T>(x, b, c)
    : v128.add<T>(c, v128.mul<T>(x, b));
}
