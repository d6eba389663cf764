import { createRandom } from "../../src/base/random.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import { normalizeRows } from "../../src/math/vectors.js";

export function normalMatrix(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    rows,
    cols,
    Float32Array.from({ length: rows * cols }, () => random.normal()),
  );
}

/** Texts as two models of d and k dimensions see them, each with noise of its own and off the middle. */
export function twoModels(
  count: number,
  d: number,
  k: number,
  noise = 0.1,
): { readonly old: Matrix; readonly new: Matrix } {
  const hidden = normalMatrix(count, 12, "hidden");
  const seen = (cols: number, seed: string): Matrix => {
    const matrix = multiply(hidden, normalMatrix(12, cols, `${seed}/map`));
    const own = normalMatrix(count, cols, `${seed}/noise`);
    const data = matrix.data.map((value, i) => value + 3 * noise * own.data[i] + 2);
    return normalizeRows({ ...matrix, data });
  };
  return { old: seen(k, "old"), new: seen(d, "new") };
}
