// Copies an operand into the order in which the tiles read it.
import { argument, CHUNK } from "./layout";

/** Panels a piece of work packs. */
const PANELS: i32 = 32;

/**
 * Piece `piece` of packing `lines` lines (rows of A, columns of B) of `steps` values into panels of `width` lines: chunk by
 * chunk, panel by panel, step by step; the last panel is filled up with zeros.
 */
export function pack<T>(piece: i32): void {
  const source = <usize>argument(1);
  const lines = argument(2);
  const steps = argument(3);
  const lineStride = <usize>argument(4) * sizeof<T>();
  const stepStride = <usize>argument(5) * sizeof<T>();
  const target = <usize>argument(6);
  const width = argument(7);

  const panels = (lines + width - 1) / width;
  const groups = (panels + PANELS - 1) / PANELS;
  const chunk = (piece / groups) * CHUNK;
  const count = min(CHUNK, steps - chunk);
  const first = (piece % groups) * PANELS;
  const last = min(panels, first + PANELS);
  const stepBytes = <usize>width * sizeof<T>();
  for (let panel = first; panel < last; panel++) {
    const line = panel * width;
    const used = min(width, lines - line);
    const from = source + <usize>line * lineStride + <usize>chunk * stepStride;
    const to = target + (<usize>chunk * panels + <usize>panel * count) * stepBytes;
    if (used < width) memory.fill(to, 0, <usize>count * stepBytes);
    if (lineStride == sizeof<T>()) packSteps<T>(from, to, used, count, stepStride, stepBytes);
    else packLines<T>(from, to, used, count, lineStride, stepStride, stepBytes);
  }
}

/** Lines lie side by side: copy step by step. */
function packSteps<T>(
  from: usize,
  to: usize,
  used: i32,
  count: i32,
  stepStride: usize,
  stepBytes: usize,
): void {
  if (<usize>used * sizeof<T>() == 32) {
    for (let p = 0; p < count; p++) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += stepStride;
      to += stepBytes;
    }
    return;
  }
  for (let p = 0; p < count; p++) {
    for (let r: usize = 0; r < <usize>used; r++) {
      store<T>(to + r * sizeof<T>(), load<T>(from + r * sizeof<T>()));
    }
    from += stepStride;
    to += stepBytes;
  }
}

/** Lines lie apart: copy line by line. */
function packLines<T>(
  from: usize,
  to: usize,
  used: i32,
  count: i32,
  lineStride: usize,
  stepStride: usize,
  stepBytes: usize,
): void {
  for (let r: usize = 0; r < <usize>used; r++) {
    let x = from + r * lineStride;
    let y = to + r * sizeof<T>();
    for (let p = 0; p < count; p++) {
      store<T>(y, load<T>(x));
      x += stepStride;
      y += stepBytes;
    }
  }
}
