import { OPERATION, type Kernel } from "./kernel-instance.js";
import { pack, packedBytes, TILE_COLS_DOUBLE, TILE_ROWS } from "./packing.js";

/** A double-precision operand in the kernel's memory. */
export interface DoubleOperand {
  /** Address of its first value. */
  readonly at: number;
  /** Values from one row to the next. */
  readonly rowStride: number;
  /** Values from one column to the next. */
  readonly colStride: number;
}

/** out = A · B, out + A · B, or out - A · B. */
export type DoubleMode = "replace" | "add" | "subtract";

const MODES = { replace: 0, add: 1, subtract: 2 } as const;

/** Columns taken at once, which bounds the packed copy of B. */
const COLUMN_BLOCK = 768;
const PIECE_ROWS = 36;
const PIECE_COLS = 32;

/**
 * The product of A (m × k) and B (k × n) in double precision, into row-major `out`, all in the kernel's memory; `out` may
 * be any rectangle that shares nothing with A or B. Reserves room for packed copies of A and of at most 768 columns of B, so
 * views taken before may be detached after it.
 */
export function multiplyDouble(
  kernel: Kernel,
  [m, k, n]: readonly [m: number, k: number, n: number],
  a: DoubleOperand,
  b: DoubleOperand,
  out: { readonly at: number; readonly rowStride: number },
  mode: DoubleMode = "replace",
): void {
  if (m === 0 || n === 0) return;
  if (k === 0) {
    if (mode === "replace") {
      for (let i = 0; i < m; i++) kernel.float64(out.at + i * out.rowStride * 8, n).fill(0);
    }
    return;
  }
  kernel.scope(() => {
    const cols = Math.min(n, COLUMN_BLOCK);
    const aAt = kernel.reserve(packedBytes(m, k, TILE_ROWS, 8));
    const bAt = kernel.reserve(packedBytes(cols, k, TILE_COLS_DOUBLE, 8));
    const strip = { steps: k, lineStride: a.rowStride, stepStride: a.colStride };
    pack(kernel, { ...strip, at: a.at, lines: m }, aAt, TILE_ROWS, 8);
    for (let j = 0; j < n; j += COLUMN_BLOCK) {
      const lines = Math.min(COLUMN_BLOCK, n - j);
      const at = b.at + j * b.colStride * 8;
      const columns = { at, lines, steps: k, lineStride: b.colStride, stepStride: b.rowStride };
      pack(kernel, columns, bAt, TILE_COLS_DOUBLE, 8);
      const pieces =
        Math.ceil(Math.ceil(m / TILE_ROWS) / PIECE_ROWS) *
        Math.ceil(Math.ceil(lines / TILE_COLS_DOUBLE) / PIECE_COLS);
      kernel.dispatch(
        [
          ...[OPERATION.productDouble, aAt, bAt, m, lines, k, out.at + j * 8, out.rowStride * 8],
          ...[PIECE_ROWS, PIECE_COLS, MODES[mode]],
        ],
        pieces,
        2 * m * lines * k,
      );
    }
  });
}

/** y = A · x: A is m × n and row-major, `rowStride` values from row to row; all addresses in the kernel's memory. */
export function multiplyVector(
  kernel: Kernel,
  [m, n]: readonly [m: number, n: number],
  a: { readonly at: number; readonly rowStride: number },
  x: number,
  y: number,
): void {
  const pieceRows = 64;
  kernel.dispatch(
    [OPERATION.matrixVector, a.at, a.rowStride * 8, x, y, m, n],
    Math.ceil(m / pieceRows),
    2 * m * n,
  );
}
