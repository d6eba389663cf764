import { HALF_STEP } from "../cosine-grid.js";
import { engineOfCall } from "../engines/engine-scope.js";
import { OPERATION, type Kernel } from "../kernel/kernel-instance.js";
import { cosinesOfKernel } from "../kernel/kernel.js";
import { simdSelect, type Thresholds } from "../kernel/simd-select.js";
import type { Matrix } from "../matrix.js";
import type { Similarity } from "../similarity.js";
import { roundRows, type RoundedRows } from "./rounded-rows.js";
import { selectScores } from "./select-scores.js";
import { unitRows } from "../unit-rows.js";

/** Rows of queries or of a corpus, in either form made when it is first wanted. */
export interface ScreenRows {
  readonly rows: number;
  /** In single precision, as a {@link Similarity} multiplies them. */
  readonly single: () => Matrix;
  readonly rounded: (kernel: Kernel) => RoundedRows;
}

/**
 * @param unit Whether they are brought to length 1.
 * @param memory For that, at least as many values, where the rows are done with before it serves for others. @default fresh memory
 */
export function screenRows(matrix: Matrix, unit: boolean, memory?: Float32Array): ScreenRows {
  let single: Matrix | undefined;
  let rounded: RoundedRows | undefined;
  return {
    rows: matrix.rows,
    single: () => (single ??= unit ? unitRows(matrix, memory) : matrix),
    rounded: (kernel) => (rounded ??= roundRows(kernel, matrix)),
  };
}

/** How products stand to scores in one selection. */
export interface Products {
  /** Products of scores of 1. */
  readonly scale: number;
  /** How far a product of a row, divided by the scale, can lie from the exact score. */
  readonly error: (row: number) => number;
}

/**
 * Takes a product that is near a threshold of its row.
 *
 * @returns Whether products in single precision would have told that it does not matter.
 */
export type TakeProduct = (row: number, column: number, product: number) => boolean;

/** What products are compared with, in their own units, and what takes those that are near. */
export type Aim = (products: Products) => readonly [Thresholds, TakeProduct];

export interface Screen {
  /**
   * Compares the products of rows with thresholds, as {@link selectScores}: products choose, exact scores decide.
   *
   * @param bound How far a product in single precision can lie from the score, per row of `queries`.
   */
  select(
    queries: ScreenRows,
    corpus: ScreenRows,
    bound: (row: number) => number,
    aim: Aim,
    counts: Float64Array,
  ): void;
}

/** Fewer pairs are done sooner in single precision than rows are rounded. */
const SMALL = 2 ** 12;

/** Of all pairs, those for which rounding may ask for exact scores in vain; more take longer than rounding saves. */
const MOST_IN_VAIN = 1 / 64;

/**
 * Products of cosines come from rows rounded to 16-bit integers, of which an instruction multiplies and adds twice as many
 * as numbers in single precision. Their error is known for each row, from what rounding really left: |x · y - (a · b) / s²| ≤
 * ‖e‖ (1 + ‖f‖) + ‖f‖ for rows x = a / s + e and y = b / s + f of length 1 (Cauchy-Schwarz), with a · b exact. It is some five
 * to twenty times the bound in single precision, so a few more exact scores are computed; where rows lie so close that there are
 * many, and on other engines, for inner products and without WebAssembly SIMD, products come in single precision.
 */
export function createScreen({ cosine }: Pick<Similarity, "cosine">): Screen {
  let rounds = cosine;
  return {
    select(queries, corpus, bound, aim, counts) {
      const kernel = rounds ? kernelFor(queries.rows * corpus.rows) : null;
      if (kernel === null) {
        const [thresholds, take] = aim({ scale: 1, error: bound });
        selectScores(queries.single(), corpus.single(), thresholds, counts, take);
        return;
      }
      const [a, b] = [queries.rounded(kernel), corpus.rounded(kernel)];
      const error = (i: number): number => a.errors[i] * (1 + b.error) + b.error + SLACK;
      const [thresholds, take] = aim({ scale: a.scale * b.scale, error });
      const rounded = { operation: OPERATION.productRounded, tileSums: 160 };
      let inVain = 0;
      simdSelect(kernel, rounded, a, b, thresholds, counts, (row, column, product) => {
        if (take(row, column, product)) inVain++;
      });
      if (inVain > a.rows * b.rows * MOST_IN_VAIN) rounds = false;
    },
  };
}

/** The grid's half step, the one rounding of a sum to single precision, and what is computed in 64 bits. */
const SLACK = HALF_STEP + 2 ** -23;

function kernelFor(pairs: number): Kernel | null {
  if (pairs < SMALL || engineOfCall()) return null;
  return cosinesOfKernel();
}
