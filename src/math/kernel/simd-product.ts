import { OPERATION, type Kernel } from "./kernel-instance.js";
import { mirror } from "./mirror.js";
import { CHUNK, pack, packedBytes, TILE_COLS_SINGLE, TILE_ROWS } from "./packing.js";
import type { ProductJob } from "./plain-product.js";

/** Largest block that the kernel multiplies at once, in rows, columns and steps: bounds its memory to about 60 MB. */
const BLOCK = 1560;
/** A multiple of the tile both ways, so that blocks on the diagonal of a square product are square. */
const BLOCK_MULTIPLE = TILE_ROWS * TILE_COLS_SINGLE;

/**
 * Panels of a piece of work: 120 rows by 128 columns. 256 steps of both operands and the sums take 120 KB each, so that a
 * piece stays in a second-level cache of 512 KB, and a large product has many more pieces than there are threads.
 */
const PIECE_ROWS = 24;
export const PIECE_COLS = 16;
/** Bytes of a tile's sums. */
export const TILE_SUMS = TILE_ROWS * TILE_COLS_SINGLE * 8;
/** A small product is cut finer, into some pieces a thread, so that none waits long for another; yet not below this. */
const PIECES_PER_THREAD = 3;
const LEAST_PIECE_ROWS = 4;

export const FIRST = 1;
export const LAST = 2;
const SYMMETRIC = 4;
export const SELECT = 8;

/** `size` cut into equal parts of at most {@link BLOCK}, each (but the last) a multiple of `multiple`. */
function blockSize(size: number, multiple: number): number {
  const parts = Math.ceil(size / BLOCK);
  return Math.ceil(size / parts / multiple) * multiple;
}

/** Panels of A in a piece of work, of which there are some for each thread. */
export function pieceRowsOf(rowPanels: number, threads: number): number {
  const share = Math.ceil(rowPanels / (PIECES_PER_THREAD * threads));
  return Math.min(PIECE_ROWS, Math.max(LEAST_PIECE_ROWS, share));
}

/** Bytes of the sums of a piece for each thread: where all steps are taken at once, they are needed only while it is worked at. */
export const sumsOfPieces = (threads: number): number =>
  threads * PIECE_ROWS * PIECE_COLS * TILE_SUMS;

/** The product in WebAssembly SIMD, in blocks that fit the kernel's memory. */
export function simdProduct(kernel: Kernel, job: ProductJob): void {
  kernel.scope(() => {
    runBlocks(kernel, job);
  });
  if (job.symmetric) mirror(job.out, job.n);
}

function runBlocks(kernel: Kernel, job: ProductJob): void {
  const { m, n, k, a, aRow, aStep, b, bStep, bCol, out, symmetric } = job;
  const mb = blockSize(m, BLOCK_MULTIPLE);
  const nb = blockSize(n, BLOCK_MULTIPLE);
  const kb = blockSize(k, CHUNK);
  const steps0 = Math.min(kb, k);
  const rawAt = kernel.reserve(Math.max(Math.min(mb, m), Math.min(nb, n)) * steps0 * 4);
  const aAt = kernel.reserve(packedBytes(Math.min(mb, m), steps0, TILE_ROWS, 4));
  const bAt = kernel.reserve(packedBytes(Math.min(nb, n), steps0, TILE_COLS_SINGLE, 4));
  const panelsOf = (lines: number, width: number): number => Math.ceil(lines / width);
  const paddedRows = panelsOf(Math.min(mb, m), TILE_ROWS) * TILE_ROWS;
  const paddedCols = panelsOf(Math.min(nb, n), TILE_COLS_SINGLE) * TILE_COLS_SINGLE;
  const sumsBytes =
    k > kb ? paddedRows * paddedCols * 8 : k > CHUNK ? sumsOfPieces(kernel.threads) : 0;
  const sumsAt = kernel.reserve(sumsBytes);
  const outAt = kernel.reserve(paddedRows * paddedCols * 4);

  const load = (
    data: Float32Array,
    [line, lines, lineStride]: readonly [number, number, number],
    [step, steps, stepStride]: readonly [number, number, number],
    [target, width]: readonly [number, number],
  ): void => {
    const first = line * lineStride + step * stepStride;
    const raw =
      lineStride === 1
        ? copyIn(kernel, data, first, steps, lines, stepStride, rawAt)
        : copyIn(kernel, data, first, lines, steps, lineStride, rawAt);
    const strides =
      lineStride === 1
        ? { lineStride: 1, stepStride: raw }
        : { lineStride: raw, stepStride: stepStride };
    pack(kernel, { at: rawAt, lines, steps, ...strides }, target, width, 4);
  };

  const wholeA = m <= mb && k <= kb; // then A is packed once for all columns
  const wholeK = k <= kb; // then B is packed once for all rows
  for (let j = 0; j < n; j += nb) {
    const cols = Math.min(nb, n - j);
    const colPanels = panelsOf(cols, TILE_COLS_SINGLE);
    const rowBytes = colPanels * TILE_COLS_SINGLE * 4;
    for (let i = 0; i < m; i += mb) {
      if (symmetric && i > j) continue;
      const rows = Math.min(mb, m - i);
      const rowPanels = panelsOf(rows, TILE_ROWS);
      const pieceRows = pieceRowsOf(rowPanels, kernel.threads);
      const pieces = panelsOf(rowPanels, pieceRows) * panelsOf(colPanels, PIECE_COLS);
      for (let p = 0; p < k; p += kb) {
        const steps = Math.min(kb, k - p);
        if (!wholeA || j === 0) load(a, [i, rows, aRow], [p, steps, aStep], [aAt, TILE_ROWS]);
        if (!wholeK || i === 0) {
          load(b, [j, cols, bCol], [p, steps, bStep], [bAt, TILE_COLS_SINGLE]);
        }
        const flags =
          (p === 0 ? FIRST : 0) | (p + kb >= k ? LAST : 0) | (symmetric && i === j ? SYMMETRIC : 0);
        kernel.dispatch(
          [
            ...[OPERATION.productSingle, aAt, bAt, rowPanels, colPanels, steps, sumsAt, outAt],
            ...[rowBytes, pieceRows, PIECE_COLS, flags],
          ],
          pieces,
          2 * rows * cols * steps,
        );
      }
      const rowLength = rowBytes / 4;
      const result = kernel.float32(outAt, rows * rowLength);
      for (let r = 0; r < rows; r++) {
        out.set(result.subarray(r * rowLength, r * rowLength + cols), (i + r) * n + j);
      }
    }
  }
}

/** Copies `count` runs of `length` values into the kernel's memory; the distance between them there. */
function copyIn(
  kernel: Kernel,
  data: Float32Array,
  first: number,
  count: number,
  length: number,
  stride: number,
  at: number,
): number {
  const target = kernel.float32(at, count * length);
  if (stride === length) {
    target.set(data.subarray(first, first + count * length));
  } else {
    for (let i = 0; i < count; i++) {
      const from = first + i * stride;
      target.set(data.subarray(from, from + length), i * length);
    }
  }
  return length;
}
