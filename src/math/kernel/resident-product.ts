import { OPERATION, type Kernel } from "./kernel-instance.js";
import { CHUNK, pack, packedBytes, TILE_COLS_SINGLE, TILE_ROWS } from "./packing.js";
import { PIECE_COLS, pieceRowsOf, sumsOfPieces } from "./simd-product.js";

/** A single-precision operand in the kernel's memory. */
export interface ResidentOperand {
  /** Address of its first value. */
  readonly at: number;
  /** Values from one row to the next. */
  readonly rowStride: number;
  /** Values from one column to the next. */
  readonly colStride: number;
}

/** A product's first and last chunk are one call. */
const WHOLE = 3;

const padded = (lines: number, width: number): number => Math.ceil(lines / width) * width;

/** Bytes of a row-major result of {@link multiplyResident} with rows `rowStride` values apart: its last tile is written whole. */
export function resultBytes(rows: number, rowStride: number): number {
  return padded(rows, TILE_ROWS) * rowStride * 4;
}

/** Bytes that {@link multiplyResident} reserves while it runs. */
export function scratchBytes(threads: number, m: number, k: number, n: number): number {
  const sums = k > CHUNK ? sumsOfPieces(threads) : 0;
  return packedBytes(m, k, TILE_ROWS, 4) + packedBytes(n, k, TILE_COLS_SINGLE, 4) + sums + 3 * 64;
}

/**
 * The product of A (m × k) and B (k × n) where they lie in the kernel's memory: transposed or not, nothing is copied but
 * into panels. The bits are those of `multiply`.
 *
 * @param out Where the result goes, row-major with room for {@link resultBytes}; `rowStride` a multiple of 8 and at least n.
 *   Columns beyond n become zeros up to the next multiple of 8.
 */
export function multiplyResident(
  kernel: Kernel,
  [m, k, n]: readonly [m: number, k: number, n: number],
  a: ResidentOperand,
  b: ResidentOperand,
  out: { readonly at: number; readonly rowStride: number },
): void {
  kernel.scope(() => {
    const rowPanels = Math.ceil(m / TILE_ROWS);
    const colPanels = Math.ceil(n / TILE_COLS_SINGLE);
    const aAt = kernel.reserve(packedBytes(m, k, TILE_ROWS, 4));
    const bAt = kernel.reserve(packedBytes(n, k, TILE_COLS_SINGLE, 4));
    const sumsAt = k > CHUNK ? kernel.reserve(sumsOfPieces(kernel.threads)) : 0;
    const rows = { at: a.at, lines: m, steps: k, lineStride: a.rowStride, stepStride: a.colStride };
    pack(kernel, rows, aAt, TILE_ROWS, 4);
    const cols = { at: b.at, lines: n, steps: k, lineStride: b.colStride, stepStride: b.rowStride };
    pack(kernel, cols, bAt, TILE_COLS_SINGLE, 4);
    const pieceRows = pieceRowsOf(rowPanels, kernel.threads);
    kernel.dispatch(
      [
        ...[OPERATION.productSingle, aAt, bAt, rowPanels, colPanels, k, sumsAt, out.at],
        ...[out.rowStride * 4, pieceRows, PIECE_COLS, WHOLE],
      ],
      Math.ceil(rowPanels / pieceRows) * Math.ceil(colPanels / PIECE_COLS),
      2 * m * n * k,
    );
  });
}
