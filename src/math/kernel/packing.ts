import { OPERATION, type Kernel } from "./kernel-instance.js";

/** Steps of the inner dimension that are summed in single precision before the sum moves to double precision. */
export const CHUNK = 256;

/** Rows of the kernel's tile, and its columns in either precision. */
export const TILE_ROWS = 5;
export const TILE_COLS_SINGLE = 8;
export const TILE_COLS_DOUBLE = 4;

/** Panels that one piece of the packing operation covers. */
const PIECE_PANELS = 16;

/** A rectangle of the kernel's memory: `lines` rows of A (or columns of B) by `steps` along the inner dimension. */
export interface Strip {
  /** Address of the first value. */
  readonly at: number;
  readonly lines: number;
  readonly steps: number;
  /** Values from one line to the next. */
  readonly lineStride: number;
  /** Values from one step to the next. */
  readonly stepStride: number;
}

/** Bytes that {@link pack} writes. */
export function packedBytes(lines: number, steps: number, width: number, size: 4 | 8): number {
  return Math.ceil(lines / width) * width * steps * size;
}

/** Copies a strip into panels of `width` lines at `target`, in the order in which the kernel reads them. */
export function pack(
  kernel: Kernel,
  { at, lines, steps, lineStride, stepStride }: Strip,
  target: number,
  width: number,
  size: 4 | 8,
): void {
  const operation = size === 4 ? OPERATION.packSingle : OPERATION.packDouble;
  const panels = Math.ceil(lines / width);
  const pieces = Math.ceil(steps / CHUNK) * Math.ceil(panels / PIECE_PANELS);
  // Moving a value takes about as long as 16 floating-point operations of the product.
  const flops = 16 * lines * steps;
  kernel.dispatch(
    [operation, at, lines, steps, lineStride, stepStride, target, width],
    pieces,
    flops,
  );
}
