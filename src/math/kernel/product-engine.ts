import type { Matrix } from "../matrix.js";
import { multiply } from "../multiply.js";
import type { MultiplyOptions } from "./product-shape.js";

/** Something that multiplies matrices: the built-in kernel, or a native runtime behind an entry of its own. */
export interface ProductEngine {
  /** Names what the last bits of its results depend on, e.g. `"kernel"` or `"onnxruntime-node/cpu"`. */
  readonly id: string;
  /** op(a) · op(b), as {@link multiply}. */
  multiply(a: Matrix, b: Matrix, options?: MultiplyOptions): Promise<Matrix>;
  /** Frees what the engine holds; it cannot be used afterwards. */
  close(): Promise<void>;
}

/** The built-in kernel behind the interface that other engines share. */
export function createKernelEngine(): ProductEngine {
  return {
    id: "kernel",
    multiply: (a, b, options) =>
      new Promise((resolve) => {
        resolve(multiply(a, b, options));
      }),
    close: () => Promise.resolve(),
  };
}
