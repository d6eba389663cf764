// Rows of length 1 rounded to 16-bit integers.
import { argument } from "../layout";
import { squares } from "./scale-rows";

/** Rows a piece of work covers. */
const ROWS: i32 = 16;

/**
 * Arguments: the rows, how many, values in each, where the integers go, bytes of a row of them, where the errors go, the scale. An
 * error is the length of what rounding took from a row, in units of the integers, as far as
 * single precision tells it; the caller adds the rest.
 */
export function roundRows(piece: i32): void {
  const rows = <usize>argument(1);
  const count = argument(2);
  const d = argument(3);
  const out = <usize>argument(4);
  const outBytes = <usize>argument(5);
  const errors = <usize>argument(6);
  const scale = <f64>argument(7);
  const least = f32x4.splat(-32768);
  const most = f32x4.splat(32767);
  const end = min(count, (piece + 1) * ROWS);
  for (let row = piece * ROWS; row < end; row++) {
    let from = rows + ((<usize>row * <usize>d) << 2);
    let to = out + <usize>row * outBytes;
    const exact = scale / sqrt(squares(from, d));
    // Two factors, as one of a row of tiny or huge values would leave single precision.
    const first = exact > 1e30 ? 1e30 : exact < 1e-30 ? 1e-30 : 1;
    const a = f32x4.splat(<f32>first);
    const b = f32x4.splat(<f32>(exact / first));
    let off = f32x4.splat(0);
    let i = 0;
    for (; i < d; i += 4) {
      // Beyond the row's end stand zeros, or the next row: only what belongs to the row is kept.
      let x = v128.load(from);
      if (d - i < 4) {
        const lanes = i32x4.splat(d - i);
        x = v128.and(x, i32x4.gt_s(lanes, i32x4(0, 1, 2, 3)));
      }
      x = f32x4.mul(f32x4.mul(x, a), b);
      const rounded = f32x4.max(least, f32x4.min(most, f32x4.nearest(x)));
      const rest = f32x4.sub(x, rounded);
      off = f32x4.add(off, f32x4.mul(rest, rest));
      const wide = i32x4.trunc_sat_f32x4_s(rounded);
      const narrow = i16x8.narrow_i32x4_s(wide, wide);
      if (d - i > 2) v128.store64_lane(to, narrow, 0);
      else v128.store32_lane(to, narrow, 0); // what follows is the next row's, perhaps another thread's
      from += 16;
      to += 8;
    }
    const sum =
      f32x4.extract_lane(off, 0) +
      f32x4.extract_lane(off, 1) +
      (f32x4.extract_lane(off, 2) + f32x4.extract_lane(off, 3));
    store<f64>(errors + ((<usize>row) << 3), sqrt(<f64>sum));
  }
}
