import type { Kernel } from "./kernel-instance.js";
import { CHUNK, pack, packedBytes, TILE_COLS_SINGLE, TILE_ROWS } from "./packing.js";
import { FIRST, LAST, PIECE_COLS, pieceRowsOf, SELECT } from "./simd-product.js";

/** Thresholds of the rows of a product: row i has those from begins[i] to begins[i + 1]. */
export interface Thresholds {
  /** One more than rows, ascending from 0. */
  readonly begins: Int32Array;
  /** Descending within a row. */
  readonly low: Float32Array;
  /** At least as many as `low`; NaN counts nothing. */
  readonly high: Float32Array;
}

/** Takes a score that is near a threshold of its row, in the order of the columns for each row. */
export type TakeScore = (row: number, column: number, score: number) => void;

/** An operand's rows as words of 32 bits: a value in single precision each, or two integers of 16 bits. */
export interface Words {
  readonly rows: number;
  /** Words of a row. */
  readonly cols: number;
  readonly data: Float32Array | Int32Array;
}

/** Multiplies packed words: its number, and the bytes of a tile's sums where a row has more words than a chunk. */
export interface SelectingProduct {
  readonly operation: number;
  readonly tileSums: number;
}

/** Words of an operand that are packed at once: 16 MB. */
const BLOCK_VALUES = 2 ** 22;
/** Of what is handed over for a row of a tile: where it belongs, and its values. */
const FOUND_BYTES = 48;
/** Before what a piece found: where it ends. */
const HEAD_BYTES = 16;

/** {@link selectScores} in WebAssembly SIMD: a tile is compared as soon as it is made. */
export function simdSelect(
  kernel: Kernel,
  { operation, tileSums }: SelectingProduct,
  a: Words,
  b: Words,
  thresholds: Thresholds,
  counts: Float64Array,
  take: TakeScore,
): void {
  const k = a.cols;
  const lines = Math.max(TILE_ROWS * TILE_COLS_SINGLE, Math.floor(BLOCK_VALUES / k));
  const mb = Math.min(a.rows, lines);
  const nb = Math.min(b.rows, lines);
  const colPanels = Math.ceil(nb / TILE_COLS_SINGLE);
  const pieceRows = pieceRowsOf(Math.ceil(mb / TILE_ROWS), kernel.threads);
  const across = Math.ceil(colPanels / PIECE_COLS);
  const pieces = Math.ceil(Math.ceil(mb / TILE_ROWS) / pieceRows) * across;
  const foundBytes = HEAD_BYTES + pieceRows * TILE_ROWS * PIECE_COLS * FOUND_BYTES;
  const mostPairs = thresholds.low.length;
  kernel.scope(() => {
    const rawAt = kernel.reserve(Math.max(mb, nb) * k * 4);
    const aAt = kernel.reserve(packedBytes(mb, k, TILE_ROWS, 4));
    const bAt = kernel.reserve(packedBytes(nb, k, TILE_COLS_SINGLE, 4));
    const sums = k > CHUNK ? kernel.threads * pieceRows * PIECE_COLS * tileSums : 0;
    const sumsAt = kernel.reserve(sums);
    const beginsAt = kernel.reserve((mb + TILE_ROWS) * 4);
    const floorsAt = kernel.reserve((mb + TILE_ROWS) * 4);
    const pairsAt = kernel.reserve(mostPairs * 8);
    const countsAt = kernel.reserve(across * PIECE_COLS * mostPairs * 4);
    const foundAt = kernel.reserve(pieces * foundBytes);
    const load = (words: Words, line: number, count: number, to: number, width: number): void => {
      const raw = words.data.subarray(line * k, (line + count) * k);
      const target = kernel.float32(rawAt, count * k);
      // Integers as such: numbers that look like NaN would not keep their bits.
      if (raw instanceof Int32Array) new Int32Array(target.buffer, rawAt, raw.length).set(raw);
      else target.set(raw);
      pack(
        kernel,
        { at: rawAt, lines: count, steps: k, lineStride: k, stepStride: 1 },
        to,
        width,
        4,
      );
    };
    for (let j = 0; j < b.rows; j += nb) {
      const cols = Math.min(nb, b.rows - j);
      load(b, j, cols, bAt, TILE_COLS_SINGLE);
      for (let i = 0; i < a.rows; i += mb) {
        const rows = Math.min(mb, a.rows - i);
        if (j === 0 || mb < a.rows) load(a, i, rows, aAt, TILE_ROWS);
        const first = thresholds.begins[i];
        const pairs = thresholds.begins[i + rows] - first;
        if (pairs === 0) continue;
        // Views made anew: whatever reserves memory may have moved it.
        const { buffer } = kernel.float32(0, 0);
        const begins = new Int32Array(buffer, beginsAt, rows + TILE_ROWS);
        for (let row = 0; row < begins.length; row++) {
          begins[row] = thresholds.begins[i + Math.min(row, rows)] - first;
        }
        const floors = new Float32Array(buffer, floorsAt, rows + TILE_ROWS).fill(Infinity);
        for (let row = 0; row < rows; row++) {
          if (begins[row] < begins[row + 1]) {
            floors[row] = thresholds.low[first + begins[row + 1] - 1];
          }
        }
        const ends = new Float32Array(buffer, pairsAt, pairs * 2);
        for (let t = 0; t < pairs; t++) {
          ends[2 * t] = thresholds.low[first + t];
          ends[2 * t + 1] = thresholds.high[first + t];
        }
        const columns = Math.ceil(Math.ceil(cols / TILE_COLS_SINGLE) / PIECE_COLS);
        const counted = Array.from({ length: columns }, (_, column) =>
          new Uint32Array(buffer, countsAt + column * PIECE_COLS * pairs * 4, pairs).fill(0),
        );
        const rowPanels = Math.ceil(rows / TILE_ROWS);
        const parts = Math.ceil(rowPanels / pieceRows) * columns;
        kernel.dispatch(
          [
            ...[operation, aAt, bAt, rowPanels],
            ...[Math.ceil(cols / TILE_COLS_SINGLE), k, sumsAt, 0, 0, pieceRows, PIECE_COLS],
            ...[FIRST | LAST | SELECT, beginsAt, pairsAt, countsAt, pairs * 4],
            ...[foundAt, foundBytes, cols, floorsAt],
          ],
          parts,
          2 * rows * cols * k,
        );
        for (const column of counted) {
          for (let t = 0; t < pairs; t++) counts[first + t] += column[t];
        }
        for (let part = 0; part < parts; part++) {
          handOver(buffer, foundAt + part * foundBytes, i, j, take);
        }
      }
    }
  });
}

/** What a piece found, whose place is `at`. */
function handOver(
  buffer: ArrayBufferLike,
  at: number,
  firstRow: number,
  firstColumn: number,
  take: TakeScore,
): void {
  const [end] = new Uint32Array(buffer, at, 1);
  const from = at + HEAD_BYTES;
  const places = new Int32Array(buffer, from, (end - from) / 4);
  const scores = new Float32Array(buffer, from, (end - from) / 4);
  for (let entry = 0; entry < places.length; entry += FOUND_BYTES / 4) {
    const row = firstRow + places[entry];
    const column = firstColumn + places[entry + 1] * TILE_COLS_SINGLE;
    for (let bits = places[entry + 2]; bits !== 0; bits &= bits - 1) {
      const lane = 31 - Math.clz32(bits & -bits);
      take(row, column + lane, scores[entry + 4 + lane]);
    }
  }
}
