import { fitThreshold } from "../../evaluate/pairs/thresholds/threshold.js";
import type { StepRates, Tensors } from "../optimizers/optimizer.js";
import type { TrainingPlan } from "../training-plan.js";
import type { Advance, StepSource, TrainingState } from "./advance.js";
import { DivergenceError } from "./divergence-error.js";
import type { TrainingRandomness } from "./randomness.js";
import { clipGradients, pullTowardStart } from "./regularize.js";

/** What all epochs of a run have in common. */
export interface EpochContext {
  readonly plan: TrainingPlan;
  readonly advance: Advance;
  /** The arrays that the penalty pulls toward. */
  readonly start: Tensors;
  readonly randomness: TrainingRandomness;
  /** Called after each step with the number of steps since the run began: what to wait for, where it is time for a pause. */
  readonly afterStep: (done: number) => Promise<void> | undefined;
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
  at: TrainingState,
  epoch: number,
  { plan, advance, start, randomness, afterStep, signal }: EpochContext,
): Promise<FinishedEpoch | null> {
  const { batches, batchSize, stepsPerEpoch, schedule } = plan;
  const order = randomness.order(epoch, batches.count);
  let lossSum = 0;
  const cosines: number[] = [];
  const labels: number[] = [];
  let rates: StepRates = { learningRate: 0 };
  let batch = 0;
  let pause: Promise<void> | undefined;
  const chosen = (): Uint32Array =>
    order.subarray(batch * batchSize, Math.min(batches.count, (batch + 1) * batchSize));
  const steps: StepSource = {
    next() {
      if (batch === stepsPerEpoch || pause !== undefined || signal?.aborted) return null;
      const number = batch;
      rates = schedule((epoch - 1) * stepsPerEpoch + number, plan.epochs * stepsPerEpoch);
      return {
        rates,
        plan: batches.plan(chosen()),
        dropOut(inputs) {
          if (plan.dropout > 0) randomness.drop(inputs, epoch, number);
        },
      };
    },
    adjust(gradients, tensors) {
      pullTowardStart(gradients, tensors, start, plan.penalty);
      clipGradients(gradients, plan.clipNorm);
    },
    done({ plan: { pairs } }, value, scored) {
      if (!Number.isFinite(value)) throw new DivergenceError(epoch, rates.learningRate);
      lossSum += value * chosen().length;
      for (const cosine of scored) cosines.push(cosine);
      for (const label of pairs.label) labels.push(label);
      batch++;
      pause = afterStep((epoch - 1) * stepsPerEpoch + batch);
    },
  };
  let { tensors, state } = at;
  while (batch < stepsPerEpoch) {
    // What came before the epoch is the best epoch's or a checkpoint's, and stays; the epoch's own arrays change in place.
    ({ tensors, state } = await advance({ tensors, state }, steps, batch > 0));
    await pause;
    pause = undefined;
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
