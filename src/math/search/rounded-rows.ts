import { OPERATION, type Kernel } from "../kernel/kernel-instance.js";
import type { Matrix } from "../matrix.js";

/** Rows of length 1 as integers of 16 bits: about `scale` times the row. */
export interface RoundedRows {
  readonly rows: number;
  /** Words of a row, of two integers each; where the dimensions are odd, the last is 0. */
  readonly cols: number;
  readonly data: Int32Array<ArrayBuffer>;
  readonly scale: number;
  /** Per row no less than ‖x - a / scale‖, x being the row of length 1 and a its integers. */
  readonly errors: Float64Array;
  /** The greatest of them. */
  readonly error: number;
}

/** Values that are rounded at once. */
const BLOCK_VALUES = 2 ** 22;
/** Rows of a piece of the work. */
const PIECE_ROWS = 16;
/** Of a vector of length 1: four roundings of each value to single precision on its way. */
const SINGLE = 2 ** -21;

/**
 * The greatest scale at which no sum of products of two rounded rows, or of a part of them, can leave 32 bits: rounding
 * lengthens a row by √d / 2 at most, and by Cauchy-Schwarz no sum exceeds the product of two lengths.
 */
export const scaleOf = (dimensions: number): number =>
  Math.floor(Math.sqrt(2 ** 31 - 1)) - Math.ceil(Math.sqrt(dimensions) / 2) - 1;

/**
 * Rounds rows, brought to length 1, to 16-bit integers. A value beyond them is cut, which the row's error says as well.
 *
 * @param kernel With the further module "cosines".
 * @param matrix n × d, finite, no row of zeros.
 */
export function roundRows(kernel: Kernel, { rows, cols: d, data }: Matrix): RoundedRows {
  const cols = Math.ceil(d / 2);
  const words = new Int32Array(rows * cols);
  const errors = new Float64Array(rows);
  const scale = scaleOf(d);
  const block = Math.min(rows, Math.max(1, Math.floor(BLOCK_VALUES / d)));
  kernel.scope(() => {
    const rawAt = kernel.reserve(block * d * 4 + 16); // the last four values of a row may be looked for beyond it
    const wordsAt = kernel.reserve(block * cols * 4);
    const errorsAt = kernel.reserve(block * 8);
    for (let first = 0; first < rows; first += block) {
      const count = Math.min(block, rows - first);
      kernel.float32(rawAt, count * d).set(data.subarray(first * d, (first + count) * d));
      kernel.dispatch(
        [OPERATION.roundRows, rawAt, count, d, wordsAt, cols * 4, errorsAt, scale],
        Math.ceil(count / PIECE_ROWS),
        10 * count * d,
      );
      const { buffer } = kernel.float32(0, 0);
      words.set(new Int32Array(buffer, wordsAt, count * cols), first * cols);
      errors.set(kernel.float64(errorsAt, count), first);
    }
  });
  // Squares of what rounding took are summed in single precision, in four sums.
  const summed = 1 + (d + 8) * 2 ** -24;
  let error = 0;
  for (let i = 0; i < rows; i++) {
    errors[i] = (errors[i] / scale) * summed + SINGLE;
    error = Math.max(error, errors[i]);
  }
  return { rows, cols, data: words, scale, errors, error };
}
