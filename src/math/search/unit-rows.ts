import { decode } from "../kernel/kernel-binary.js";
import { OPERATION, type Kernel } from "../kernel/kernel-instance.js";
import { loadKernel } from "../kernel/kernel.js";
import { cosinesKernel } from "../kernel/wasm.generated.js";
import { createMatrix, type Matrix } from "../matrix.js";
import { normalizeRows } from "../vectors.js";

/** Fewer values are scaled sooner than they are copied. */
const SMALL = 2 ** 14;
/** Rows of a piece of the work. */
const PIECE_ROWS = 16;

/** The kernel with what cosines need, or `null` where there is none. */
export function cosinesOfKernel(): Kernel | null {
  const kernel = loadKernel();
  return kernel?.extend("cosines", () => decode(cosinesKernel)) ? kernel : null;
}

/**
 * {@link normalizeRows}, bit for bit, on the kernel's threads.
 *
 * @param memory Where the rows go, at least as many values. @default fresh memory
 */
export function unitRows(matrix: Matrix, memory?: Float32Array): Matrix {
  const { rows, cols, data } = matrix;
  const kernel = data.length < SMALL ? null : cosinesOfKernel();
  if (kernel === null) return normalizeRows(matrix);
  const unit = createMatrix(rows, cols, memory?.subarray(0, data.length));
  kernel.scope(() => {
    const at = kernel.reserve(data.length * 4);
    kernel.float32(at, data.length).set(data);
    kernel.dispatch(
      [OPERATION.scaleRows, at, rows, cols],
      Math.ceil(rows / PIECE_ROWS),
      10 * data.length,
    );
    unit.data.set(kernel.float32(at, data.length));
  });
  return unit;
}
