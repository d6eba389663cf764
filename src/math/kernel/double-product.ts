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

/** out = A · B, or out - A · B, or that with what lies left of the diagonal left as it is but for some values beside it. */
export type DoubleMode = "replace" | "subtract" | "subtract-upper";

/** The kernel's numbers; 1, which adds, is what it does itself from the second chunk of steps on. */
const MODES = { replace: 0, subtract: 2, "subtract-upper": 2 } as const;

/** A diagonal so far to the left that nothing lies left of it. */
const NO_DIAGONAL = -(2 ** 30);

/** Columns taken at once, which bounds the packed copy of B. */
const COLUMN_BLOCK = 768;
/** Tiles of a piece, down and across, and into how many pieces less is cut either way: threads must all have some. */
const PIECE_ROWS = 36;
const PIECE_COLS = 32;
const LEAST_PIECES = 4;

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
      const [down, across] = [Math.ceil(m / TILE_ROWS), Math.ceil(lines / TILE_COLS_DOUBLE)];
      const pieceRows = Math.min(PIECE_ROWS, Math.ceil(down / LEAST_PIECES));
      const pieceCols = Math.min(PIECE_COLS, Math.ceil(across / LEAST_PIECES));
      kernel.dispatch(
        [
          ...[OPERATION.productDouble, aAt, bAt, m, lines, k, out.at + j * 8, out.rowStride * 8],
          ...[pieceRows, pieceCols, MODES[mode], mode === "subtract-upper" ? -j : NO_DIAGONAL],
        ],
        Math.ceil(down / pieceRows) * Math.ceil(across / pieceCols),
        2 * m * lines * k,
      );
    }
  });
}

/** Lines of {@link symmetricVector}, whatever the number of threads. */
export const SYMMETRIC_LINES = 8;

/**
 * A · x as the sum of {@link SYMMETRIC_LINES} lines of n values at `lines`: A is symmetric, n × n and row-major; what lies left of the
 * squares of 4 × 4 on the diagonal is not read. All addresses are in the kernel's memory.
 *
 * @param n A multiple of 4.
 */
export function symmetricVector(
  kernel: Kernel,
  n: number,
  a: { readonly at: number; readonly rowStride: number },
  x: number,
  lines: number,
): void {
  kernel.dispatch(
    [OPERATION.symmetricVector, a.at, a.rowStride * 8, x, lines, n * 8],
    SYMMETRIC_LINES,
    2 * n * n,
  );
}

/**
 * One pass over rows, for two ends: sums ← rows · x, and z ← z + factors · rows. All addresses are in the kernel's memory.
 *
 * @param count Rows; what there is no use for up to a multiple of 4 needs finite values and factors of 0.
 * @param n Values of each row, of x and of z: a multiple of 2.
 */
export function rowsBothWays(
  kernel: Kernel,
  [count, n]: readonly [count: number, n: number],
  rows: { readonly at: number; readonly rowStride: number },
  [x, z]: readonly [x: number, z: number],
  [factors, sums]: readonly [factors: number, sums: number],
): void {
  kernel.dispatch(
    [OPERATION.rowsBothWays, rows.at, rows.rowStride * 8, x, z, n * 8, factors, sums, count],
    1,
    0,
  );
}
