// Copies an operand into the order in which the tiles read it.
import { argument, CHUNK } from "../layout";

/** Panels a piece of work packs. */
const PANELS: i32 = 32;

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
    const size = (<usize>1) << shift;
    if (lineStride != size) {
      for (let r: usize = 0; r < <usize>used; r++) {
        copy(from + r * lineStride, to + r * size, count, stepStride, stepBytes, shift);
      }
    } else if (<usize>used * size == 32) {
      copySteps(from, to, count, stepStride, stepBytes);
    } else {
      for (let p: usize = 0; p < <usize>count; p++) {
        copy(from + p * stepStride, to + p * stepBytes, used, size, size, shift);
      }
    }
  }
}

/** Lines lie side by side, 32 bytes of them: step by step. */
function copySteps(from: usize, to: usize, count: i32, stepStride: usize, stepBytes: usize): void {
  for (let p = 0; p < count; p++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += stepStride;
    to += stepBytes;
  }
}

/** Copies `count` values, so many bytes apart on either side. */
function copy(
  from: usize,
  to: usize,
  count: i32,
  fromStride: usize,
  toStride: usize,
  shift: usize,
): void {
  for (let p = 0; p < count; p++) {
    if (shift == 2) store<f32>(to, load<f32>(from));
    else store<f64>(to, load<f64>(from));
    from += fromStride;
    to += toStride;
  }
}
