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
  /** Frees what the engine holds; it cannot be used afterwards. */
  close(): Promise<void>;
}
