// C = A · B, C + A · B or C - A · B in double precision, from packed operands, into any rectangle of a larger matrix.
import { argument, CHUNK, scratchOf, TILE_ROW_BYTES, TILE_ROWS } from "../layout";
import { tileDouble } from "./tile-double";

/** Panels of A walked per panel of B: 12 · 5 rows · 256 · 8 bytes = 120 KiB. */
const PANELS: i32 = 12;

const REPLACE: i32 = 0;
const SUBTRACT: i32 = 2;

/** Brings the `rows` × `cols` values of a tile that lie inside the result into it. */
function place(from: usize, to: usize, rowBytes: usize, rows: i32, cols: i32, mode: i32): void {
  for (let r = 0; r < rows; r++) {
    if (cols == 4) {
      let low = v128.load(from);
      let high = v128.load(from, 16);
      if (mode != REPLACE) {
        const x = v128.load(to);
        const y = v128.load(to, 16);
        low = mode == SUBTRACT ? f64x2.sub(x, low) : f64x2.add(x, low);
        high = mode == SUBTRACT ? f64x2.sub(y, high) : f64x2.add(y, high);
      }
      v128.store(to, low);
      v128.store(to, high, 16);
    } else {
      for (let j: usize = 0; j < <usize>cols; j++) {
        let x = load<f64>(from + j * 8);
        if (mode != REPLACE) {
          const y = load<f64>(to + j * 8);
          x = mode == SUBTRACT ? y - x : y + x;
        }
        store<f64>(to + j * 8, x);
      }
    }
    from += TILE_ROW_BYTES;
    to += rowBytes;
  }
}

/**
 * One piece of the product: a rectangle of `pieceRows` × `pieceCols` panels. Arguments: packed A, packed B, rows, columns,
 * steps, the result and its bytes per row, the piece's panels each way, mode, and the column of the diagonal in the first row:
 * tiles wholly to the left of it are left out.
 */
export function productDouble(piece: i32, slot: i32): void {
  const a = <usize>argument(1);
  const b = <usize>argument(2);
  const rows = argument(3);
  const cols = argument(4);
  const k = argument(5);
  const out = <usize>argument(6);
  const rowBytes = <usize>argument(7);
  const pieceRows = argument(8);
  const pieceCols = argument(9);
  const mode = argument(10);
  const diagonal = argument(11);

  const panelsA = (rows + TILE_ROWS - 1) / TILE_ROWS;
  const panelsB = (cols + 3) / 4;
  const across = (panelsB + pieceCols - 1) / pieceCols;
  const top = (piece / across) * pieceRows;
  const bottom = min(panelsA, top + pieceRows);
  const left = (piece % across) * pieceCols;
  const right = min(panelsB, left + pieceCols);
  const scratch = scratchOf(slot);
  for (let c = 0; c < k; c += CHUNK) {
    const steps = min(CHUNK, k - c);
    const panelBytesA = <usize>steps * TILE_ROWS * 8;
    const panelBytesB = <usize>steps * TILE_ROW_BYTES;
    const chunkA = a + <usize>c * panelsA * TILE_ROWS * 8;
    const chunkB = b + <usize>c * panelsB * TILE_ROW_BYTES;
    const chunkMode = c > 0 && mode == REPLACE ? 1 : mode;
    for (let i0 = top; i0 < bottom; i0 += PANELS) {
      const i1 = min(bottom, i0 + PANELS);
      for (let j = left; j < right; j++) {
        const panelB = chunkB + <usize>j * panelBytesB;
        const validCols = min(4, cols - j * 4);
        for (let i = i0; i < i1; i++) {
          if (j * 4 + 3 < diagonal + i * TILE_ROWS) break;
          tileDouble(chunkA + <usize>i * panelBytesA, panelB, steps, scratch);
          const to = out + <usize>i * TILE_ROWS * rowBytes + <usize>j * TILE_ROW_BYTES;
          place(scratch, to, rowBytes, min(TILE_ROWS, rows - i * TILE_ROWS), validCols, chunkMode);
        }
      }
    }
  }
}
