import { fitThreshold } from "../../evaluate/pairs/thresholds/threshold.js";
import type { OptimizerState, StepRates, Tensors } from "../optimizers/optimizer.js";
import type { TrainingPlan } from "../training-plan.js";
import { DivergenceError } from "./divergence-error.js";
import type { TrainingRandomness } from "./randomness.js";
import { clipGradients, pullTowardStart } from "./regularize.js";
import type { Step } from "./stepper.js";

/** What the optimiser carries from step to step. */
export interface TrainingState {
  readonly tensors: Tensors;
  readonly state: OptimizerState;
}

/** What all epochs of a run have in common. */
export interface EpochContext {
  readonly plan: TrainingPlan;
  readonly step: Step;
  /** The arrays that the penalty pulls toward. */
  readonly start: Tensors;
  readonly randomness: TrainingRandomness;
  /** Called after each step with the number of steps since the run began. */
  readonly afterStep: (done: number) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** Where an epoch ended, and its figures on the batches as they passed. */
export interface FinishedEpoch extends TrainingState {
  /** Those of the last step. */
  readonly rates: StepRates;
  readonly trainLoss: number;
  /** Left out where the batches held labels of one kind alone. */
  readonly trainAccuracy: number | undefined;
}

/**
 * One pass over the data.
 *
 * @returns `null` when the signal aborted in the middle.
 * @throws DivergenceError when the loss or an array is no longer finite.
 */
export async function runEpoch(
  { tensors, state }: TrainingState,
  epoch: number,
  { plan, step, start, randomness, afterStep, signal }: EpochContext,
): Promise<FinishedEpoch | null> {
  const { batches, batchSize, stepsPerEpoch, optimizer, schedule } = plan;
  const order = randomness.order(epoch, batches.count);
  let lossSum = 0;
  const cosines: number[] = [];
  const labels: number[] = [];
  let rates: StepRates = { learningRate: 0 };
  for (let batch = 0; batch < stepsPerEpoch; batch++) {
    const done = (epoch - 1) * stepsPerEpoch + batch;
    const chosen = order.subarray(batch * batchSize, (batch + 1) * batchSize);
    rates = schedule(done, plan.epochs * stepsPerEpoch);
    const batchPlan = batches.plan(chosen);
    const { value, gradients, ...scored } = await step(tensors, batchPlan, (inputs) => {
      if (plan.dropout > 0) randomness.drop(inputs, epoch, batch);
    });
    if (!Number.isFinite(value)) throw new DivergenceError(epoch, rates.learningRate);
    lossSum += value * chosen.length;
    for (const cosine of scored.cosines) cosines.push(cosine);
    for (const label of batchPlan.pairs.label) labels.push(label);
    pullTowardStart(gradients, tensors, start, plan.penalty);
    clipGradients(gradients, plan.clipNorm);
    // What came before the epoch is the best epoch's or a checkpoint's, and stays; the epoch's own arrays change in place.
    const own = batch === 0 ? undefined : { parameters: tensors, state };
    ({ parameters: tensors, state } = optimizer.update(gradients, state, tensors, rates, own));
    await afterStep(done + 1);
    if (signal?.aborted) return null;
  }
  if (!tensors.every(allFinite)) throw new DivergenceError(epoch, rates.learningRate);
  // Of matches alone every threshold that accepts them all is right: that says nothing.
  const bothLabels = labels.includes(0) && labels.includes(1);
  const trainAccuracy = bothLabels ? fitThreshold(cosines, labels).value : undefined;
  return { tensors, state, rates, trainLoss: lossSum / batches.count, trainAccuracy };
}

function allFinite(values: Float32Array): boolean {
  // One sum in 64 bits instead of a test per value: a NaN or an infinity stays in it.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return Number.isFinite(sum);
}
