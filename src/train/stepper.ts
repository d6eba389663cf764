import { createMatrix, rowOf, type Matrix } from "../math/matrix.js";
import { backward, forward, rowRange, type AdapterModel } from "./adapter-model.js";
import type { BatchPlan } from "./batches.js";
import type { TrainingPairs } from "./closed-form/training-pairs.js";
import type { Loss } from "./losses/loss.js";
import { scorePairs } from "./losses/pair-scores.js";
import type { Tensors } from "./optimizers/optimizer.js";

/** Loss and cosines of one batch, and the loss's derivatives with respect to the tensors. */
export type Step = (
  tensors: Tensors,
  plan: BatchPlan,
  /** Drops input values in place. */
  dropOut: (inputs: Float32Array) => void,
) => {
  readonly value: number;
  /** One per pair of the plan. */
  readonly cosines: Float64Array;
  readonly gradients: Float32Array[];
};

/** Makes the function that computes a step; a batch's buffers are kept for the next. */
export function createStepper(model: AdapterModel, unit: TrainingPairs, loss: Loss): Step {
  const { inputDimensions: d, outputDimensions: k } = model.shape;
  let inputBuffer = new Float32Array(0);
  let slopeBuffer = new Float32Array(0);
  return (tensors, { queryRows, passageRows, pairs, knownMatches }, dropOut) => {
    const queryCount = queryRows.length;
    const rows = queryCount + passageRows.length;
    if (inputBuffer.length < rows * d) inputBuffer = new Float32Array(rows * d);
    if (slopeBuffer.length < rows * k) slopeBuffer = new Float32Array(rows * k);
    const inputs = createMatrix(rows, d, inputBuffer.subarray(0, rows * d));
    copyRows(unit.queries, queryRows, inputs, 0);
    copyRows(unit.passages, passageRows, inputs, queryCount);
    dropOut(inputs.data);
    const pass = forward(model, tensors, inputs, queryCount);
    const slopes = createMatrix(rows, k, slopeBuffer.subarray(0, rows * k));
    slopes.data.fill(0);
    const batch = { queries: pass.queries, passages: pass.passages, pairs, knownMatches };
    const value = loss.evaluate(batch, {
      queries: rowRange(slopes, 0, queryCount),
      passages: rowRange(slopes, queryCount, rows),
    });
    const { cosines } = scorePairs(batch);
    return { value, cosines, gradients: backward(model, tensors, pass, slopes) };
  };
}

function copyRows(from: Matrix, rows: Uint32Array, to: Matrix, at: number): void {
  for (let i = 0; i < rows.length; i++) to.data.set(rowOf(from, rows[i]), (at + i) * to.cols);
}
