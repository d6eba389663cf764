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
   * a · bᵀ with the greatest score of every {@link EngineScores.width} columns, so that whoever looks for high ones need not
   * read them all. Where there is none, scores are products that are read one by one.
   */
  scoreSync?(a: Matrix, b: Matrix): EngineScores;
  /** Frees what the engine holds; it cannot be used afterwards. */
  close(): Promise<void>;
}

/** Scores in memory that the engine's next ones overwrite. */
export interface EngineScores {
  /** m × n. */
  readonly scores: Matrix;
  /** Columns of a group; the last of a row may have fewer. */
  readonly width: number;
  /** m × ⌈n / width⌉: the greatest score of each group; `null` where some score is not a finite number. */
  readonly greatest: Float32Array | null;
}
