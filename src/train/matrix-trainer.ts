import type { Adapter } from "../adapter/adapter.js";
import { identityAdapter } from "../adapter/identity.js";
import { fitThreshold } from "../evaluate/pairs/thresholds/threshold.js";
import { createYielder } from "../base/event-loop.js";
import { toAdapter } from "./adapter-model.js";
import type { TrainingCheckpoint } from "./loop/checkpoint.js";
import { DivergenceError } from "./loop/divergence-error.js";
import { measureAdapter } from "./loop/epoch-metrics.js";
import type { EpochRecord, TrainingFigures } from "./loop/history.js";
import type {
  OptimizerState,
  OptimizerUpdate,
  StepRates,
  Tensors,
} from "./optimizers/optimizer.js";
import { seededRandomness, type TrainingRandomness } from "./loop/randomness.js";
import { clipGradients, pullTowardStart } from "./loop/regularize.js";
import { startTensors } from "./loop/start.js";
import { createStepper, type Step } from "./loop/stepper.js";
import type { TrainingData } from "./training-data.js";
import type { TrainMatrixOptions } from "./training-options.js";
import { planTraining, type TrainingPlan } from "./training-plan.js";

/** What a run leaves. */
export interface TrainedMatrix {
  /** The best epoch's adapter, never a later one's. */
  readonly adapter: Adapter;
  readonly history: readonly EpochRecord[];
  /** Epoch of the adapter, from 1; 0 when the untouched embedding was best or nothing was finished. */
  readonly bestEpoch: number;
  /** Figures of the untouched embedding on the validation pairs, where it competed. */
  readonly untouched?: TrainingFigures;
  /** Why it ended: all epochs done, no better one within `patience`, or the signal. */
  readonly ended: "finished" | "patience" | "aborted";
}

/**
 * Trains a matrix by gradient descent on the cosines of labelled pairs.
 *
 * Each distinct text is transformed once per batch; with dropout, whose masks are a pair's own, once per pair. All
 * rows are scaled to length 1 first, as when the adapter is applied. The best epoch by `selectBy` on the validation
 * pairs is kept; without validation pairs, the last.
 *
 * When the signal aborts between steps, the best epoch so far is returned; a signal that had aborted before rejects.
 *
 * @throws RangeError on data or options that cannot be trained with, {@link DivergenceError} when loss or weights stop
 * being finite numbers.
 */
export async function trainMatrix(
  data: TrainingData,
  options: TrainMatrixOptions = {},
): Promise<TrainedMatrix> {
  return runTraining(data, options, seededRandomness(options.seed ?? 0, options.dropout ?? 0));
}

/** Where a run stands after an epoch. */
interface Progressed {
  readonly epoch: number;
  readonly tensors: Tensors;
  readonly state: OptimizerState;
  readonly best: TrainingCheckpoint["best"];
  readonly history: readonly EpochRecord[];
}

/** {@link trainMatrix} with the random choices given; for tests against other implementations. */
export async function runTraining(
  data: TrainingData,
  options: TrainMatrixOptions,
  randomness: TrainingRandomness,
): Promise<TrainedMatrix> {
  const { onEpoch, onProgress, signal, resumeFrom } = options;
  signal?.throwIfAborted();
  const plan = planTraining(data, options);
  const { model, train, epochs, stepsPerEpoch, onValidation, onTrain, metrics } = plan;
  const { metadata, engine } = plan;
  const untouchedAdapter = identityAdapter(train.queries.cols, metadata.embedder);
  const start = startTensors(plan, randomness);

  let untouched = resumeFrom?.untouched;
  let at: Progressed;
  if (resumeFrom !== undefined) {
    checkSameRun(resumeFrom, plan);
    at = { ...resumeFrom, state: resumeFrom.optimizer };
  } else {
    if (plan.untouchedCompetes && onValidation !== undefined) {
      untouched = await measureAdapter(untouchedAdapter, onValidation, metrics, engine);
    }
    at = {
      epoch: 0,
      tensors: start,
      state: plan.optimizer.init(start),
      best: { epoch: 0, figure: untouched ? goodness(untouched, plan) : null, tensors: null },
      history: [],
    };
  }

  const step = createStepper(model, train, plan.loss, plan);
  const total = epochs * stepsPerEpoch;
  const yieldIfDue = createYielder();
  const turn = async (done: number): Promise<void> => {
    const pause = yieldIfDue();
    if (pause === undefined) return;
    onProgress?.({ stage: "train", done, total });
    await pause;
  };
  let ended: TrainedMatrix["ended"] = "finished";
  while (at.epoch < epochs) {
    const epoch = at.epoch + 1;
    const finished = await runEpoch(at, epoch, { plan, step, start, randomness, turn, signal });
    if (finished === null) {
      ended = "aborted";
      break;
    }
    const { tensors, state, rates, trainLoss } = finished;
    const adapter = toAdapter(model, tensors, metadata);
    const trainAccuracy = onTrain
      ? (await measureAdapter(adapter, onTrain, new Set(["accuracy"] as const), engine)).accuracy
      : finished.trainAccuracy;
    const figures = onValidation && (await measureAdapter(adapter, onValidation, metrics, engine));
    const record: EpochRecord = {
      epoch,
      learningRate: rates.learningRate,
      trainLoss,
      ...(trainAccuracy !== undefined && { trainAccuracy }),
      ...(figures?.loss !== undefined && { validationLoss: figures.loss }),
      ...(figures?.accuracy !== undefined && { validationAccuracy: figures.accuracy }),
      ...(figures && { validationMetrics: figures }),
    };
    const figure = figures === undefined ? null : goodness(figures, plan);
    const better = figure === null || at.best.figure === null || figure > at.best.figure;
    at = {
      epoch,
      tensors,
      state,
      // Optimisers return new arrays, so what is kept here is this epoch's and stays so.
      best: better ? { epoch, figure, tensors } : at.best,
      history: [...at.history, record],
    };
    const reached = at;
    await onEpoch?.(record, {
      adapter,
      checkpoint: () => ({
        ...{ run: plan.run, epoch, tensors, optimizer: state, best: reached.best },
        ...{ history: reached.history, untouched },
      }),
    });
    if (signal?.aborted) ended = "aborted";
    else if (plan.patience !== null && epoch - at.best.epoch >= plan.patience) ended = "patience";
    if (ended !== "finished") break;
  }
  onProgress?.({ stage: "train", done: at.epoch * stepsPerEpoch, total });
  const { best, history } = at;
  const bestFigures = history.find((record) => record.epoch === best.epoch)?.validationMetrics;
  return {
    adapter:
      best.tensors === null
        ? untouchedAdapter
        : toAdapter(model, best.tensors, {
            ...metadata,
            ...(bestFigures && { metrics: bestFigures }),
          }),
    history,
    bestEpoch: best.epoch,
    ...(untouched && { untouched }),
    ended,
  };
}

/** One pass over the data; `null` when the signal aborted in the middle. */
async function runEpoch(
  { tensors, state }: Pick<Progressed, "tensors" | "state">,
  epoch: number,
  {
    plan,
    step,
    start,
    randomness,
    turn,
    signal,
  }: {
    plan: TrainingPlan;
    step: Step;
    start: Tensors;
    randomness: TrainingRandomness;
    turn: (done: number) => Promise<void>;
    signal: AbortSignal | undefined;
  },
): Promise<{
  tensors: Tensors;
  state: OptimizerState;
  rates: StepRates;
  trainLoss: number;
  trainAccuracy: number | undefined;
} | null> {
  const { batches, batchSize, stepsPerEpoch, optimizer, schedule } = plan;
  const order = randomness.order(epoch, batches.count);
  let lossSum = 0;
  const cosines: number[] = [];
  const labels: number[] = [];
  let rates: StepRates = { learningRate: 0 };
  // What the last step but one left; what came before the epoch is the best epoch's or a checkpoint's, and stays.
  let spare: OptimizerUpdate | undefined;
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
    const before = batch === 0 ? undefined : { parameters: tensors, state };
    const next = optimizer.update(gradients, state, tensors, rates, spare);
    ({ parameters: tensors, state } = next);
    spare = before;
    await turn(done + 1);
    if (signal?.aborted) return null;
  }
  if (!tensors.every(allFinite)) throw new DivergenceError(epoch, rates.learningRate);
  // Of matches alone every threshold that accepts them all is right: that says nothing.
  const bothLabels = labels.includes(0) && labels.includes(1);
  const trainAccuracy = bothLabels ? fitThreshold(cosines, labels).value : undefined;
  return { tensors, state, rates, trainLoss: lossSum / batches.count, trainAccuracy };
}

/** The selecting figure, turned so that more is better. */
function goodness(figures: TrainingFigures, { selectBy }: TrainingPlan): number {
  const figure = figures[selectBy] ?? NaN;
  return selectBy === "loss" ? -figure : figure;
}

function checkSameRun({ run }: TrainingCheckpoint, plan: TrainingPlan): void {
  if (run !== plan.run) {
    throw new RangeError(
      `trainMatrix: the checkpoint is of another run, expected ${plan.run}, received ${run}`,
    );
  }
}

function allFinite(values: Float32Array): boolean {
  // One sum in 64 bits instead of a test per value: a NaN or an infinity stays in it.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return Number.isFinite(sum);
}
