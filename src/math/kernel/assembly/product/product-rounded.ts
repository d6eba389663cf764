// Products of rows of 16-bit integers, from operands packed as those of single precision are, two integers in a value's place.
// Sums are exact in 32 bits: the rows are too short to overflow them (see ../../../search/rounded-rows.ts).
import { argument, CHUNK, scratchOf, TILE_ROW_BYTES, TILE_ROWS } from "../layout";
import { select } from "./select";
import { tileRounded } from "./tile-rounded";

/** Five rows of eight sums. */
const TILE_BYTES: i32 = TILE_ROWS * TILE_ROW_BYTES;

/**
 * Turns a tile's sums into numbers in single precision, unless each is less than its row's least threshold: then nothing of the
 * tile matters, as is the rule.
 *
 * @param floors Those thresholds, of the tile's five rows.
 */
function matters(tile: usize, floors: usize): bool {
  let below = i32x4.splat(-1);
  for (let row: usize = 0; row < <usize>TILE_ROWS; row++) {
    const floor = v128.load32_splat(floors + (row << 2));
    const at = tile + row * TILE_ROW_BYTES;
    below = v128.and(below, f32x4.lt(f32x4.convert_i32x4_s(v128.load(at)), floor));
    below = v128.and(below, f32x4.lt(f32x4.convert_i32x4_s(v128.load(at, 16)), floor));
  }
  if (i32x4.all_true(below)) return false;
  for (let v: usize = 0; v < <usize>TILE_BYTES; v += 16) {
    v128.store(tile + v, f32x4.convert_i32x4_s(v128.load(tile + v)));
  }
  return true;
}

/** One piece, as of productSingle with all steps at once; sums take 32 bits, a tile 160 bytes; where there are no more steps than a chunk's, none are needed.
 * A further argument: each row's least threshold. */
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

  const floors = <usize>argument(19);
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
        if (matters(tile, floors + <usize>(i * TILE_ROWS * 4))) {
          found = select(tile, i, j, left, found);
        }
      }
    }
  }
  store<usize>(foundAt, found);
}
