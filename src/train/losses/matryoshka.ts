import { checkInteger, checkNumber, checkSameLength, refuse } from "../../base/checks.js";
import { createMatrix, type Matrix } from "../../math/matrix.js";
import type { Loss, LossBatch, LossGradient } from "./loss.js";

export interface MatryoshkaOptions {
  /** Output sizes that must work alone, each at most the number of output dimensions. */
  readonly sizes: readonly number[];
  /** How much each size counts, in the order of `sizes`. @default 1 each */
  readonly weights?: readonly number[] | undefined;
}

/**
 * Matryoshka representation learning (Kusupati et al. 2022): the weighted mean of a loss over the leading columns of
 * the outputs, so that an adapted vector may be cut to any of the sizes.
 *
 * @throws RangeError on sizes that are no integers >= 1, on weights of another number or below 0, and, when it is
 *   evaluated, on a size beyond the output dimensions.
 */
export function matryoshka(loss: Loss, { sizes, weights }: MatryoshkaOptions): Loss {
  if (sizes.length === 0) refuse("matryoshka: sizes", "a list of at least one size", sizes);
  for (const [i, size] of sizes.entries()) {
    checkInteger(size, `matryoshka: sizes[${i}]`, { least: 1 });
  }
  const shares = weights ?? sizes.map(() => 1);
  checkSameLength(sizes, "matryoshka: sizes", shares, "weights");
  for (const [i, share] of shares.entries()) {
    checkNumber(share, `matryoshka: weights[${i}]`, { least: 0 });
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total === 0) refuse("matryoshka: weights", "above 0 for one size at least", shares);
  return {
    name: `matryoshka-${loss.name}`,
    settings: { ...loss.settings, sizes, weights: shares },
    batches: loss.batches,
    evaluate(batch, gradient) {
      let value = 0;
      for (const [s, size] of sizes.entries()) {
        if (size > batch.queries.cols) {
          refuse(
            `matryoshka: sizes[${s}]`,
            `at most the ${batch.queries.cols} output dimensions`,
            size,
          );
        }
        const share = shares[s] / total;
        if (share === 0) continue;
        const part: LossBatch = {
          ...batch,
          queries: leadingColumns(batch.queries, size),
          passages: leadingColumns(batch.passages, size),
        };
        const slopes = gradient && {
          queries: createMatrix(part.queries.rows, size),
          passages: gradient.passages && createMatrix(part.passages.rows, size),
        };
        value += share * loss.evaluate(part, slopes);
        if (gradient && slopes) addLeading(gradient, slopes, share);
      }
      return value;
    },
  };
}

function leadingColumns(matrix: Matrix, size: number): Matrix {
  if (size === matrix.cols) return matrix;
  const result = createMatrix(matrix.rows, size);
  for (let i = 0; i < matrix.rows; i++) {
    const start = i * matrix.cols;
    result.data.set(matrix.data.subarray(start, start + size), i * size);
  }
  return result;
}

function addLeading(target: LossGradient, part: LossGradient, share: number): void {
  for (const side of ["queries", "passages"] as const) {
    const from = part[side];
    const into = target[side];
    if (from === null || into === null) continue;
    const { rows, cols, data } = from;
    const width = into.cols;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) into.data[i * width + j] += share * data[i * cols + j];
    }
  }
}
