import type { Adapter, AdapterMetadata } from "../adapter/adapter.js";
import { identityAdapter } from "../adapter/identity.js";
import { createYielder } from "../base/event-loop.js";
import { onEngine } from "../math/engines/on-engine.js";
import type { ProductEngine } from "../math/engines/product-engine.js";
import { toAdapter } from "./model/to-adapter.js";
import type { TrainingCheckpoint } from "./loop/checkpoint.js";
import { measureAdapter } from "./loop/epoch-metrics.js";
import type { EpochRecord, TrainingFigures } from "./loop/history.js";
import { seededRandomness, type TrainingRandomness } from "./loop/randomness.js";
import { stepByStep, type TrainingState } from "./loop/advance.js";
import { runEpoch } from "./loop/run-epoch.js";
import { inKernel } from "./kernel/in-kernel.js";
import { startTensors } from "./loop/start.js";
import { createStepper } from "./loop/stepper.js";
import type { TrainingData } from "./training-data.js";
import type { TrainMatrixOptions } from "./training-options.js";
import { planTraining, type RunOptions, type TrainingPlan } from "./training-plan.js";

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
 * rows are scaled to length 1 first, as when the adapter is applied. The best epoch by `metric` on the validation
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
  const randomness = seededRandomness(options.seed ?? 1, options.dropout ?? 0);
  const run = (engine: ProductEngine | null): Promise<TrainedMatrix> =>
    runTraining(data, { ...options, engine: engine ?? undefined }, randomness);
  return onEngine(options, "trainMatrix", run, { waits: true });
}

/** Where a run stands after an epoch. */
interface Progressed extends TrainingState {
  readonly epoch: number;
  readonly best: TrainingCheckpoint["best"];
  readonly history: readonly EpochRecord[];
}

/** {@link trainMatrix} with the random choices given; for tests against other implementations. */
export async function runTraining(
  data: TrainingData,
  options: RunOptions,
  randomness: TrainingRandomness,
): Promise<TrainedMatrix> {
  const { onEpoch, onProgress, signal, resumeFrom } = options;
  signal?.throwIfAborted();
  const plan = planTraining(data, options);
  const { model, train, epochs, stepsPerEpoch, onValidation, onTrain, metrics } = plan;
  const { engine } = plan;
  const untouchedAdapter = identityAdapter(train.queries.cols, plan.metadata.embedder);
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
  const advance = inKernel(plan, stepByStep(step, plan.optimizer));
  const total = epochs * stepsPerEpoch;
  const yieldIfDue = createYielder();
  const afterStep = (done: number): Promise<void> | undefined => {
    const pause = yieldIfDue();
    if (pause !== undefined) onProgress?.({ stage: "train", done, total });
    return pause;
  };
  const context = { plan, advance, start, randomness, afterStep, signal };
  let ended: TrainedMatrix["ended"] = "finished";
  while (at.epoch < epochs) {
    const epoch = at.epoch + 1;
    const finished = await runEpoch(at, epoch, context);
    if (finished === null) {
      ended = "aborted";
      break;
    }
    const { tensors, state, rates, trainLoss } = finished;
    const adapter = toAdapter(model, tensors, metadataOf(plan, epoch));
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
        : toAdapter(model, best.tensors, metadataOf(plan, best.epoch, bestFigures)),
    history,
    bestEpoch: best.epoch,
    ...(untouched && { untouched }),
    ended,
  };
}

/** What the adapter of an epoch carries. */
function metadataOf(
  { metadata }: TrainingPlan,
  epoch: number,
  metrics?: TrainingFigures,
): AdapterMetadata {
  const parameters = { epoch, ...metadata.parameters };
  return { ...metadata, parameters, ...(metrics && { metrics }) };
}

/** The selecting figure, turned so that more is better. */
function goodness(figures: TrainingFigures, { metric }: TrainingPlan): number {
  const figure = figures[metric] ?? NaN;
  return metric === "loss" ? -figure : figure;
}

function checkSameRun({ run }: TrainingCheckpoint, plan: TrainingPlan): void {
  if (run === plan.run) return;
  const [theirs, ours] = [run, plan.run].map(settingsOf);
  const differing = Object.keys(ours).filter(
    (name) => JSON.stringify(ours[name]) !== JSON.stringify(theirs[name]),
  );
  throw new RangeError(
    `trainMatrix: resumeFrom must be a checkpoint of this run, received one that differs in ${differing.join(", ")}`,
  );
}

function settingsOf(run: string): Record<string, unknown> {
  try {
    return JSON.parse(run) as Record<string, unknown>;
  } catch {
    return {}; // a checkpoint that someone put together: it differs in everything
  }
}
