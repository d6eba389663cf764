import type { MultiplyOptions } from "../kernel/product-shape.js";
import type { Matrix } from "../matrix.js";

/** Something that multiplies matrices: the built-in kernel, or a native runtime behind an entry of its own. */
export interface ProductEngine {
  /** Names what the last bits of its results depend on, e.g. `"kernel"` or `"onnxruntime-node@1.30.0/cpu"`. */
  readonly id: string;
  /** op(a) · op(b), as the function `multiply`. */
  multiply(a: Matrix, b: Matrix, options?: MultiplyOptions): Promise<Matrix>;
  /**
   * The same, done when it returns. Whole computations run on an engine that has it ({@link withEngine}); one that has not
   * serves what waits for each product: `topKWith`, `retrieveWith`, `trainMatrix`.
   */
  multiplySync?(a: Matrix, b: Matrix, options?: MultiplyOptions): Matrix;
  /**
   * to ← to + op(a) · op(b), written over `to`. Where there is none, the product is made and added: one look more at memory
   * that is often larger than the cache.
   */
  addProductSync?(a: Matrix, b: Matrix, to: Matrix, options?: Omit<MultiplyOptions, "out">): void;
  /**
   * Of a · bᵀ what is no less than the floor of its row, with neighbours: whoever looks for high scores need not read the
   * others. Where there is none, all products are read.
   *
   * @param floors One per row of `a`.
   */
  highScoresSync?(a: Matrix, b: Matrix, floors: Float32Array): Iterable<HighScores>;
  /** Frees what the engine holds; it cannot be used afterwards. */
  close(): Promise<void>;
}

/** Groups of scores in neighbouring columns, ordered by row and column; no group overlaps another. */
export interface HighScores {
  /** Of each group. */
  readonly rows: ArrayLike<number>;
  /** Its first column. */
  readonly columns: ArrayLike<number>;
  /** Scores of each group; beyond the last column of the product stands anything. */
  readonly width: number;
  /** Group by group. */
  readonly scores: Float32Array;
}

/** All scores there are. @param first What the first row of them is called. */
export function everyScore({ rows, cols, data }: Matrix, first = 0): HighScores {
  return {
    rows: Int32Array.from({ length: rows }, (_, i) => first + i),
    columns: new Int32Array(rows),
    width: cols,
    scores: data,
  };
}
