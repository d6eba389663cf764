// Products of rows of 16-bit integers, from operands packed as those of single precision are, two integers in a value's place.
// Sums are exact in 32 bits: the rows are too short to overflow them (see ../../../search/rounded-rows.ts).
import { argument, CHUNK, scratchOf, TILE_ROW_BYTES, TILE_ROWS } from "../layout";
import { select } from "./select";
import { tileRounded } from "./tile-rounded";

/** Five rows of eight sums. */
const TILE_BYTES: i32 = TILE_ROWS * TILE_ROW_BYTES;

/** One piece, as of productSingle with all steps at once; sums take 32 bits, a tile 160 bytes; where there are no more steps than a chunk's, none are needed. */
export function productRounded(piece: i32, slot: i32): void {
  const a = <usize>argument(1);
  const b = <usize>argument(2);
  const panelsA = argument(3);
  const panelsB = argument(4);
  const k = argument(5);
  const pieceRows = argument(9);
  const pieceCols = argument(10);

  const across = (panelsB + pieceCols - 1) / pieceCols;
  const top = (piece / across) * pieceRows;
  const bottom = min(panelsA, top + pieceRows);
  const left = (piece % across) * pieceCols;
  const right = min(panelsB, left + pieceCols);
  const sums = <usize>argument(6) + <usize>(slot * pieceRows * pieceCols * TILE_BYTES);

  const foundAt = <usize>argument(16) + <usize>piece * <usize>argument(17);
  let found = foundAt + 16;
  for (let c = 0; c < k; c += CHUNK) {
    const steps = min(CHUNK, k - c);
    const end = c + CHUNK >= k;
    const chunkA = a + <usize>c * panelsA * TILE_ROWS * 4;
    const chunkB = b + <usize>c * panelsB * TILE_ROW_BYTES;
    for (let j = left; j < right; j++) {
      const panelB = chunkB + <usize>j * steps * TILE_ROW_BYTES;
      for (let i = top; i < bottom; i++) {
        const at = ((j - left) * pieceRows + i - top) * TILE_BYTES;
        const tile = k <= CHUNK ? scratchOf(slot) : sums + <usize>at;
        if (c == 0) memory.fill(tile, 0, TILE_BYTES);
        tileRounded(chunkA + <usize>i * steps * TILE_ROWS * 4, panelB, steps, tile);
        if (!end) continue;
        for (let v: usize = 0; v < <usize>TILE_BYTES; v += 16) {
          v128.store(tile + v, f32x4.convert_i32x4_s(v128.load(tile + v)));
        }
        found = select(tile, i, j, left, found);
      }
    }
  }
  store<usize>(foundAt, found);
}
