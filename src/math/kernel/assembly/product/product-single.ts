// C = A · B in single precision, from packed operands.
//
// What is summed, and in which order, is fixed by the inner dimension alone (see docs/math.md): one after another in single
// precision inside a chunk, in double precision across chunks. Neither blocking nor threads can change a bit.
import { argument, CHUNK, scratchOf, TILE_ROW_BYTES, TILE_ROWS } from "../layout";
import { select } from "./select";
import { tileSingle } from "./tile-single";
import { tileWide } from "./tile-wide";

const TILE: i32 = TILE_ROWS * 8;
const TILE_BYTES: usize = <usize>TILE_ROWS * TILE_ROW_BYTES;

/** The sums start here, rather than go on from the block of steps before. */
const FIRST: i32 = 1;
/** The sums end here and are rounded into the result. */
const LAST: i32 = 2;
/** All steps at once. */
const WHOLE: i32 = FIRST | LAST;
/** A · Aᵀ: what lies wholly below the diagonal is left out. */
const SYMMETRIC: i32 = 4;
/** Finished tiles are compared with thresholds (see select.ts) rather than placed. */
const SELECT: i32 = 8;

/** Copies a finished tile into the row-major result. */
function place(from: usize, to: usize, rowBytes: usize): void {
  for (let r = 0; r < TILE_ROWS; r++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += TILE_ROW_BYTES;
    to += rowBytes;
  }
}

/**
 * Adds a chunk's tile to the sums in double precision, or starts them; at the end the sums are rounded into the tile rather
 * than kept.
 */
function accumulate(tile: usize, sums: usize, start: bool, end: bool): void {
  for (let i = 0; i < TILE / 4; i++) {
    const x = v128.load(tile);
    let low = f64x2.promote_low_f32x4(x);
    let high = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
    if (!start) {
      low = f64x2.add(v128.load(sums), low);
      high = f64x2.add(v128.load(sums, 16), high);
    }
    if (end) {
      const rounded = f32x4.demote_f64x2_zero(low);
      v128.store(tile, v128.shuffle<f32>(rounded, f32x4.demote_f64x2_zero(high), 0, 1, 4, 5));
    } else {
      v128.store(sums, low);
      v128.store(sums, high, 16);
    }
    tile += 16;
    sums += 32;
  }
}

/**
 * One piece of the product: a rectangle of `pieceRows` × `pieceCols` panels. Arguments: packed A, packed B, their panels,
 * the steps, the sums (40 doubles per tile: tile (i, j) of the product at j · panels of A + i; where all steps are taken at
 * once, those of a piece's tiles for each thread), the result and its bytes per row, the piece's panels each way, flags; for a selection what select.ts takes. Where `Width` has two bytes, two panels of B are taken at once.
 */
export function productSingle<Width>(piece: i32, slot: i32): void {
  const a = <usize>argument(1);
  const b = <usize>argument(2);
  const panelsA = argument(3);
  const panelsB = argument(4);
  const k = argument(5);
  let sums = <usize>argument(6);
  const out = <usize>argument(7);
  const rowBytes = <usize>argument(8);
  const pieceRows = argument(9);
  const pieceCols = argument(10);
  const flags = argument(11);

  const across = (panelsB + pieceCols - 1) / pieceCols;
  const top = (piece / across) * pieceRows;
  const bottom = min(panelsA, top + pieceRows);
  const left = (piece % across) * pieceCols;
  const right = min(panelsB, left + pieceCols);
  if ((flags & SYMMETRIC) != 0 && top * TILE_ROWS >= right * 8) return;

  const scratch = scratchOf(slot);
  const foundAt = <usize>argument(16) + <usize>piece * <usize>argument(17);
  let found = foundAt + 16;
  let sumsStride = panelsA;
  let firstSum = 0;
  if ((flags & WHOLE) == WHOLE) {
    // Nobody asks for the sums later: a thread's own memory, which stays in its cache from piece to piece.
    sumsStride = pieceRows;
    firstSum = left * pieceRows + top;
    sums += <usize>(slot * pieceRows * pieceCols) * <usize>(TILE * 8);
  }
  for (let c = 0; c < k; c += CHUNK) {
    const steps = min(CHUNK, k - c);
    const start = (flags & FIRST) != 0 && c == 0;
    const end = (flags & LAST) != 0 && c + CHUNK >= k;
    const panelBytesA = <usize>steps * TILE_ROWS * 4;
    const panelBytesB = <usize>steps * TILE_ROW_BYTES;
    const chunkA = a + <usize>c * panelsA * TILE_ROWS * 4;
    const chunkB = b + <usize>c * panelsB * TILE_ROW_BYTES;
    for (let j = left; j < right;) {
      const panelB = chunkB + <usize>j * panelBytesB;
      const tiles: i32 = sizeof<Width>() == 2 && j + 1 < right ? 2 : 1;
      for (let i = top; i < bottom; i++) {
        const panelA = chunkA + <usize>i * panelBytesA;
        if (sizeof<Width>() == 2 && tiles == 2) {
          tileWide(panelA, panelB, panelB + panelBytesB, steps, scratch);
        } else {
          tileSingle(panelA, panelB, steps, scratch);
        }
        for (let t: i32 = 0; t < tiles; t++) {
          const tile = scratch + <usize>t * TILE_BYTES;
          if (!(start && end)) {
            const at = (j + t) * sumsStride + i - firstSum;
            accumulate(tile, sums + <usize>at * <usize>(TILE * 8), start, end);
          }
          if (!end) continue;
          if ((flags & SELECT) != 0) {
            found = select(tile, i, j + t, left, found);
          } else {
            const to = out + <usize>i * TILE_ROWS * rowBytes + <usize>(j + t) * TILE_ROW_BYTES;
            place(tile, to, rowBytes);
          }
        }
      }
      j += tiles;
    }
  }
  if ((flags & SELECT) != 0) store<usize>(foundAt, found);
}
