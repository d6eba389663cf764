import { createMatrix, rowRange, type Matrix } from "../../math/matrix.js";
import type { ProductEngine } from "../../math/engines/product-engine.js";
import type { AdapterModel } from "../model/adapter-model.js";
import { backward, forward } from "../model/passes.js";
import type { BatchPlan } from "./batches.js";
import type { TrainingPairs } from "../../data/training-pairs.js";
import type { Loss } from "../losses/loss.js";
import { evaluateWithCosines } from "../losses/pair-scores.js";
import type { Tensors } from "../optimizers/optimizer.js";

/** Loss and cosines of one batch, and the loss's derivatives with respect to the tensors. */
export type Step = (
  tensors: Tensors,
  plan: BatchPlan,
  /** Drops input values in place. */
  dropOut: (inputs: Float32Array) => void,
) => Promise<{
  readonly value: number;
  /** One per pair of the plan. */
  readonly cosines: Float64Array;
  /** Overwritten by the next step. */
  readonly gradients: Float32Array[];
}>;

/**
 * Makes the function that computes a step; a batch's buffers are kept for the next, so one step must end before another
 * begins.
 *
 * @param unit The tables that batches name rows of, of length 1.
 * @param options.engine What multiplies.
 * @param options.dropout Share of input values that `dropOut` drops; what it keeps is divided by 1 − this share.
 * @default 0
 */
export function createStepper(
  model: AdapterModel,
  unit: Pick<TrainingPairs, "queries" | "passages">,
  loss: Loss,
  { engine, dropout = 0 }: { readonly engine: ProductEngine; readonly dropout?: number },
): Step {
  const { inputDimensions: d, outputDimensions: k } = model.shape;
  const scale = 1 / (1 - dropout);
  // Kept from step to step: fresh memory of this size costs as much as the sums that fill it.
  let inputBuffer = new Float32Array(0);
  let outputBuffer = new Float32Array(0);
  let slopeBuffer = new Float32Array(0);
  const gradientBuffers = model.tensors.map(({ rows, cols }) => new Float32Array(rows * cols));
  return async (tensors, { queryRows, passageRows, pairs, knownMatches }, dropOut) => {
    const queryCount = queryRows.length;
    const count = queryCount + passageRows.length;
    if (inputBuffer.length < count * d) inputBuffer = new Float32Array(count * d);
    if (slopeBuffer.length < count * k) {
      slopeBuffer = new Float32Array(count * k);
      outputBuffer = new Float32Array(count * k);
    }
    const inputs = createMatrix(count, d, inputBuffer.subarray(0, count * d));
    copyRows(unit.queries, queryRows, inputs, 0, scale);
    copyRows(unit.passages, passageRows, inputs, queryCount, scale);
    dropOut(inputs.data);
    const outputs = createMatrix(count, k, outputBuffer.subarray(0, count * k));
    const pass = await forward(engine, model, tensors, inputs, queryCount, outputs);
    const slopes = createMatrix(count, k, slopeBuffer.subarray(0, count * k));
    slopes.data.fill(0);
    const batch = { queries: pass.queries, passages: pass.passages, pairs, knownMatches };
    const scored = evaluateWithCosines(loss, batch, {
      queries: rowRange(slopes, 0, queryCount),
      passages: model.passage === null ? null : rowRange(slopes, queryCount, count),
    });
    const gradients = await backward(engine, model, tensors, pass, slopes, gradientBuffers);
    return { ...scored, gradients };
  };
}

function copyRows(
  { cols, data }: Matrix,
  rows: Uint32Array,
  to: Matrix,
  at: number,
  scale: number,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = data.subarray(rows[i] * cols, (rows[i] + 1) * cols);
    const target = to.data.subarray((at + i) * cols, (at + i + 1) * cols);
    if (scale === 1) target.set(row);
    else copyScaled(row, scale, target);
  }
}

/** to = scale · from. */
function copyScaled(from: Float32Array, scale: number, to: Float32Array): void {
  let i = 0;
  // Four at a time: what a loop does besides takes as long as the multiplication.
  for (; i + 4 <= to.length; i += 4) {
    to[i] = from[i] * scale;
    to[i + 1] = from[i + 1] * scale;
    to[i + 2] = from[i + 2] * scale;
    to[i + 3] = from[i + 3] * scale;
  }
  for (; i < to.length; i++) to[i] = from[i] * scale;
}
