import { checkChoice } from "../../base/checks.js";
import { addToDiagonal, createMatrix, identityMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { Adapter } from "../adapter.js";
import { checkAdapter } from "../check.js";

/** y = x · weights + bias, for x of length 1. */
export interface DenseMap {
  /** d × k. */
  readonly weights: Matrix;
  /** Length k. */
  readonly bias: Float32Array;
}

/**
 * One side of an adapter as the dense layer that other programs know: a low rank is multiplied out, and what is subtracted
 * before the map becomes a bias behind it. The input is to be scaled to length 1 before, the output after.
 *
 * @throws RangeError when the side is neither, or the adapter's parts do not fit together.
 */
export function denseMap(adapter: Adapter, options: { side: "query" | "passage" }): DenseMap {
  const { side } = (options ?? {}) as typeof options;
  checkChoice(side, "denseMap: side", ["query", "passage"]);
  checkAdapter(adapter, "denseMap");
  const { inputDimensions: d, outputDimensions: k } = adapter;
  const { center, weights: given, lowRank } = adapter[side];
  let weights: Matrix;
  if (given !== null) {
    weights = createMatrix(d, k, given.data.slice());
  } else if (lowRank === null || lowRank === undefined) {
    weights = identityMatrix(d);
  } else {
    weights = multiply(lowRank.left, lowRank.right);
    addToDiagonal(weights, 1);
  }
  // In 64 bits: the bias is near to what most vectors are mapped to, and is taken away from it.
  const bias = new Float64Array(k);
  for (let i = 0; center !== null && i < d; i++) {
    for (let j = 0; j < k; j++) bias[j] -= center[i] * weights.data[i * k + j];
  }
  return { weights, bias: Float32Array.from(bias) };
}
