/**
 * How the kernel wants its operands: panels of `width` rows (of A) or columns (of B), the inner dimension cut into
 * chunks of {@link CHUNK} and, within a panel, running slowest, so that the kernel reads memory straight ahead.
 */

/** Steps of the inner dimension that are summed in single precision before the sum moves to double precision. */
export const CHUNK = 256;

/** Rows and columns of the kernel's tile. */
export const TILE_ROWS = 5;
export const TILE_COLS = 8;

/** A rectangle of an operand: `lines` rows of A (or columns of B) by `steps` along the inner dimension. */
export interface Strip {
  readonly data: Float32Array;
  /** Index of the first value. */
  readonly offset: number;
  readonly lines: number;
  readonly steps: number;
  /** Distance from one line to the next. */
  readonly lineStride: number;
  /** Distance from one step to the next. */
  readonly stepStride: number;
}

/** Writes the strip into `target`, the last panel filled up with zeros. */
export function pack(strip: Strip, target: Float32Array, width: number): void {
  const { data, offset, lines, steps, lineStride, stepStride } = strip;
  let at = 0;
  for (let chunk = 0; chunk < steps; chunk += CHUNK) {
    const end = Math.min(steps, chunk + CHUNK);
    for (let panel = 0; panel < lines; panel += width) {
      const used = Math.min(width, lines - panel);
      if (used < width) target.fill(0, at, at + (end - chunk) * width);
      const base = offset + panel * lineStride;
      if (lineStride === 1) {
        for (let p = chunk; p < end; p++, at += width) {
          const from = base + p * stepStride;
          for (let r = 0; r < used; r++) target[at + r] = data[from + r];
        }
      } else {
        for (let r = 0; r < used; r++) {
          let from = base + r * lineStride + chunk * stepStride;
          for (let to = at + r, p = chunk; p < end; p++, to += width, from += stepStride) {
            target[to] = data[from];
          }
        }
        at += (end - chunk) * width;
      }
    }
  }
}
