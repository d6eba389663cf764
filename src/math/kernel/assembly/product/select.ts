// Finished tiles compared with thresholds, so that scores need not be stored: ranks are counted, and what is near a threshold
// or may belong to a list is handed over.
import { argument, TILE_ROWS } from "../layout";

/** In which of eight places, as bits, the values of the first two are less than those of the others. */
function less(a: v128, b: v128, c: v128, d: v128): i32 {
  return i32x4.bitmask(f32x4.lt(a, c)) | (i32x4.bitmask(f32x4.lt(b, d)) << 4);
}

/**
 * Compares the rows of tile (i, j) with their thresholds, pairs of a low and a high one that descend: a score above
 * the high one is counted; one that is neither above it nor less than the low one is handed over, once, with its row's values. Arguments from the twelfth on: where the thresholds of each row begin, as numbers; the pairs; their counts, for
 * each column of pieces at the number of its first panel, and the bytes from one panel's to the next; where what is found goes,
 * and the bytes of a piece's, which begin with their end; columns.
 *
 * @param found Where the next that is found goes: row, panel, bits of its columns, 0, and the eight values.
 * @returns The place behind the last.
 */
export function select(tile: usize, i: i32, j: i32, left: i32, found: usize): usize {
  const thresholds = <usize>argument(13);
  const counts = <usize>argument(14) + <usize>(left * argument(15));
  const inside = (1 << min(8, argument(18) - j * 8)) - 1;
  for (let row = i * TILE_ROWS; row < (i + 1) * TILE_ROWS; row++) {
    const x = v128.load(tile);
    const y = v128.load(tile, 16);
    const begin = <usize>argument(12) + ((<usize>row) << 2);
    const first = load<i32>(begin);
    let bits = 0;
    for (let t = load<i32>(begin, 4) - 1; t >= first; t--) {
      const pair = thresholds + ((<usize>t) << 3);
      const low = v128.load32_splat(pair);
      const high = v128.load32_splat(pair, 4);
      const reach = inside & ~less(x, y, low, low);
      if (reach == 0) break;
      const above = inside & less(high, high, x, y);
      const count = counts + ((<usize>t) << 2);
      store<i32>(count, load<i32>(count) + popcnt(above));
      bits |= reach & ~above;
    }
    if (bits != 0) {
      store<i32>(found, row);
      store<i32>(found, j, 4);
      store<i32>(found, bits, 8);
      v128.store(found, x, 16);
      v128.store(found, y, 32);
      found += 48;
    }
    tile += 32;
  }
  return found;
}
