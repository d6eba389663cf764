// Copies an operand into the order in which the tiles read it.
import { argument, CHUNK } from "../layout";

/** Panels a piece of work packs. */
const PANELS: i32 = 16;

/**
 * Piece `piece` of packing `lines` lines (rows of A, columns of B) of `steps` values of 1 << `shift` bytes into panels of
 * `width` lines: chunk by chunk, panel by panel, step by step; the last panel is filled up with zeros. (One function for both
 * sizes of values keeps the module small.)
 */
export function pack(piece: i32, shift: usize): void {
  const source = <usize>argument(1);
  const lines = argument(2);
  const steps = argument(3);
  const lineStride = (<usize>argument(4)) << shift;
  const stepStride = (<usize>argument(5)) << shift;
  const target = <usize>argument(6);
  const width = argument(7);

  const panels = (lines + width - 1) / width;
  const groups = (panels + PANELS - 1) / PANELS;
  const chunk = (piece / groups) * CHUNK;
  const count = min(CHUNK, steps - chunk);
  const first = (piece % groups) * PANELS;
  const last = min(panels, first + PANELS);
  const stepBytes = (<usize>width) << shift;
  for (let panel = first; panel < last; panel++) {
    const line = panel * width;
    const used = min(width, lines - line);
    const from = source + <usize>line * lineStride + <usize>chunk * stepStride;
    const to = target + (<usize>chunk * panels + <usize>panel * count) * stepBytes;
    if (used < width) memory.fill(to, 0, <usize>count * stepBytes);
    const bytes = (<usize>used) << shift;
    // Of a step's values side by side a vector's worth is moved at once; of fewer, line by line.
    if (argument(4) == 1 && bytes >= 16) {
      copySteps(from, to, count, stepStride, stepBytes, bytes);
    } else {
      for (let r: usize = 0; r < <usize>used; r++) {
        copyLine(from + r * lineStride, to + (r << shift), count, stepStride, stepBytes, shift);
      }
    }
  }
}

/** Lines lie side by side: step by step, `bytes` of each, 16 at least. */
function copySteps(
  from: usize,
  to: usize,
  count: i32,
  stepStride: usize,
  stepBytes: usize,
  bytes: usize,
): void {
  for (; count > 0; count--) {
    v128.store(to, v128.load(from));
    let i: usize = 16;
    if (bytes >= 32) {
      v128.store(to, v128.load(from, 16), 16);
      i = 32;
    }
    for (; i < bytes; i += 4) store<i32>(to + i, load<i32>(from + i));
    from += stepStride;
    to += stepBytes;
  }
}

/** Copies `count` values of a line, floats four at a time where they lie side by side. */
function copyLine(
  from: usize,
  to: usize,
  count: i32,
  stepStride: usize,
  stepBytes: usize,
  shift: usize,
): void {
  if (stepStride == 4) {
    for (; count >= 4; count -= 4) {
      const x = v128.load(from);
      v128.store32_lane(to, x, 0);
      to += stepBytes;
      v128.store32_lane(to, x, 1);
      to += stepBytes;
      v128.store32_lane(to, x, 2);
      to += stepBytes;
      v128.store32_lane(to, x, 3);
      to += stepBytes;
      from += 16;
    }
  }
  for (; count > 0; count--) {
    if (shift == 2) store<f32>(to, load<f32>(from));
    else store<f64>(to, load<f64>(from));
    from += stepStride;
    to += stepBytes;
  }
}
