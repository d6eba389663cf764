import { OPERATION } from "./kernel/kernel-instance.js";
import { cosinesOfKernel } from "./kernel/kernel.js";
import { checkMatrix, createMatrix, type Matrix } from "./matrix.js";
import { normalizeRows } from "./vectors.js";

/** Fewer values are scaled sooner than they are copied. */
const SMALL = 2 ** 14;
/** Rows of a piece of the work. */
const PIECE_ROWS = 16;
/** Values copied into the kernel's memory at once: they stay in the cache until they are copied back. */
const BLOCK = 2 ** 19;

/**
 * {@link normalizeRows}, bit for bit, on the kernel's threads.
 *
 * @param memory Where the rows go, at least as many values. @default fresh memory
 */
export function unitRows(matrix: Matrix, memory?: Float32Array): Matrix {
  return scaled(matrix, memory) ?? normalizeRows(matrix);
}

/**
 * {@link unitRows}, and what {@link checkMatrix} refuses on the way: one look at rows that are larger than the cache.
 *
 * @param matrix As {@link checkIsMatrix} has it.
 * @param name Begins with the public function that was called.
 * @throws RangeError naming `name`, the row and the column where a value is not finite, or the row of zeros.
 */
export function checkedUnitRows(matrix: Matrix, name: string): Matrix {
  const check = (): void => {
    checkMatrix(matrix, name, { zeroRows: false });
  };
  const unit = scaled(matrix, undefined, (squares) => {
    if (!squares.every((square) => square > 0 && square < Infinity)) check();
  });
  if (unit !== null) return unit;
  check();
  return normalizeRows(matrix);
}

/** @param look Sees the sums of squares of some rows after others. @returns `null` where there is nothing to gain, or no kernel. */
function scaled(
  { rows, cols, data }: Matrix,
  memory?: Float32Array,
  look?: (squares: Float64Array) => void,
): Matrix | null {
  const kernel = data.length < SMALL ? null : cosinesOfKernel();
  if (kernel === null) return null;
  const unit = createMatrix(rows, cols, memory?.subarray(0, data.length));
  const blockRows = Math.max(1, Math.floor(BLOCK / cols));
  kernel.scope(() => {
    const at = kernel.reserve(Math.min(rows, blockRows) * cols * 4);
    const squaresAt = kernel.reserve(Math.min(rows, blockRows) * 8);
    for (let start = 0; start < rows; start += blockRows) {
      const count = Math.min(blockRows, rows - start);
      const block = kernel.float32(at, count * cols);
      block.set(data.subarray(start * cols, (start + count) * cols));
      const pieces = Math.ceil(count / PIECE_ROWS);
      kernel.dispatch([OPERATION.scaleRows, at, count, cols, squaresAt], pieces, 10 * block.length);
      look?.(kernel.float64(squaresAt, count));
      unit.data.set(block, start * cols);
    }
  });
  return unit;
}
