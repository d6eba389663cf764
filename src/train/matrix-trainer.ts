import type { Adapter } from "../adapter/adapter.js";
import { identityAdapter } from "../adapter/identity.js";
import { createMatrix, rowOf, type Matrix } from "../math/matrix.js";
import { normalizeRows } from "../math/vectors.js";
import {
  backward,
  createModel,
  forward,
  rowRange,
  toAdapter,
  type AdapterModel,
} from "./adapter-model.js";
import { planPairBatch, type BatchPlan } from "./batches.js";
import { DivergenceError } from "./divergence-error.js";
import { measurePairs } from "./epoch-metrics.js";
import type { EpochRecord } from "./history.js";
import { cosineMse } from "./losses/cosine-mse.js";
import type { Tensors } from "./optimizers/optimizer.js";
import { sgd } from "./optimizers/sgd.js";
import { seededRandomness, type TrainingRandomness } from "./randomness.js";
import { constant } from "./schedules.js";
import { startTensors } from "./start.js";
import type { TrainingPairs } from "./closed-form/training-pairs.js";
import { checkTrainingPairs, type TrainingData } from "./training-data.js";
import type { TrainMatrixOptions } from "./training-options.js";

/** What a run leaves. */
export interface TrainedMatrix {
  /** The best epoch's adapter, never a later one's. */
  readonly adapter: Adapter;
  readonly history: readonly EpochRecord[];
  /** Epoch of the adapter, from 1; 0 when the untouched embedding was best. */
  readonly bestEpoch: number;
  /** Figures of the untouched embedding on the validation pairs, where it competed. */
  readonly untouched?: { readonly loss: number; readonly accuracy: number };
}

/**
 * Trains a matrix by gradient descent on the cosines of labelled pairs.
 *
 * Each distinct text is transformed once per batch; with dropout, whose masks are a pair's own, once per pair. All
 * rows are scaled to length 1 first, as when the adapter is applied. The best epoch by `selectBy` on the validation
 * pairs is kept.
 *
 * When the signal aborts between steps, the best epoch so far is returned.
 *
 * @throws RangeError on data or options that cannot be trained with, {@link DivergenceError} when the loss stops being
 * a number.
 */
export async function trainMatrix(
  data: TrainingData,
  options: TrainMatrixOptions = {},
): Promise<TrainedMatrix> {
  return runTraining(data, options, seededRandomness(options.seed ?? 0, options.dropout ?? 0));
}

/** {@link trainMatrix} with the random choices given; for tests against other implementations. */
export async function runTraining(
  data: TrainingData,
  {
    sides = "shared",
    outputDimensions = (d) => d,
    bias = false,
    rank = null,
    start = "identity",
    loss = cosineMse(),
    optimizer = sgd(),
    schedule = constant(1),
    epochs = 20,
    batchSize = 100,
    dropout = 0,
    selectBy = "loss",
    untouchedCompetes = true,
    measureTraining = true,
    method = "trained",
    embedder = null,
    onEpoch,
    onProgress,
    signal,
  }: TrainMatrixOptions,
  randomness: TrainingRandomness,
): Promise<TrainedMatrix> {
  signal?.throwIfAborted();
  checkPositiveInteger("epochs", epochs);
  checkPositiveInteger("batchSize", batchSize);
  checkTrainingPairs(data, "training data");
  const train = scaleToUnit(data);
  let validation: TrainingPairs | undefined;
  if (data.validation !== undefined) {
    checkTrainingPairs(data.validation, "validation data");
    validation = scaleToUnit(data.validation);
  }
  const d = train.queries.cols;
  const k = typeof outputDimensions === "function" ? outputDimensions(d) : outputDimensions;
  checkPositiveInteger("outputDimensions", k);
  const model = createModel({ sides, inputDimensions: d, outputDimensions: k, bias, rank });
  const metadata = { embedder, method };
  let tensors: Tensors = startTensors(model, start, randomness);
  let state = optimizer.init(tensors);

  const figureOf = (figures: { loss: number; accuracy: number }): number =>
    selectBy === "loss" ? -figures.loss : figures.accuracy;
  const untouched =
    untouchedCompetes && validation !== undefined
      ? measurePairs(identityAdapter(d, embedder), validation, loss)
      : undefined;
  let best = {
    epoch: 0,
    figure: untouched === undefined ? -Infinity : figureOf(untouched),
    tensors: undefined as Tensors | undefined,
  };

  const history: EpochRecord[] = [];
  const count = train.pairs.label.length;
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const totalSteps = epochs * stepsPerEpoch;
  const step = createStepper(model, train, loss);
  const turn = createTurn(() => onProgress?.({ stage: "train", done, total: totalSteps }));
  let done = 0;

  training: for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = randomness.order(epoch, count);
    let lossSum = 0;
    let rates = schedule(done, totalSteps);
    for (let batch = 0; batch < stepsPerEpoch; batch++) {
      const chosen = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const plan = planPairBatch(train.pairs, chosen, { repeatRows: dropout > 0 });
      rates = schedule(done, totalSteps);
      const { value, gradients } = step(tensors, plan, (inputs) => {
        if (dropout > 0) randomness.drop(inputs, epoch, batch);
      });
      if (!Number.isFinite(value)) throw new DivergenceError(epoch, rates.learningRate);
      lossSum += value * chosen.length;
      ({ parameters: tensors, state } = optimizer.update(gradients, state, tensors, rates));
      done++;
      await turn();
      if (signal?.aborted) break training;
    }
    if (!tensors.every(allFinite)) throw new DivergenceError(epoch, rates.learningRate);

    const adapter = toAdapter(model, tensors, metadata);
    const onTrain = measureTraining ? measurePairs(adapter, train, loss) : undefined;
    const onValidation = validation && measurePairs(adapter, validation, loss);
    const record: EpochRecord = {
      epoch,
      learningRate: rates.learningRate,
      trainLoss: lossSum / count,
      ...(onTrain && { trainAccuracy: onTrain.accuracy }),
      ...(onValidation && {
        validationLoss: onValidation.loss,
        validationAccuracy: onValidation.accuracy,
      }),
    };
    history.push(record);
    const figure = onValidation === undefined ? Infinity : figureOf(onValidation);
    // Optimisers return new arrays, so what is kept here is this epoch's and stays so.
    if (onValidation === undefined || figure > best.figure) best = { epoch, figure, tensors };
    onEpoch?.(record);
    if (signal?.aborted) break;
  }
  onProgress?.({ stage: "train", done, total: totalSteps });
  return {
    adapter:
      best.tensors === undefined
        ? identityAdapter(d, embedder)
        : toAdapter(model, best.tensors, metadata),
    history,
    bestEpoch: best.epoch,
    ...(untouched && { untouched }),
  };
}

type Step = (
  tensors: Tensors,
  plan: BatchPlan,
  dropOut: (inputs: Float32Array) => void,
) => { value: number; gradients: Float32Array[] };

/** One step's loss and gradients; the batch's buffers are kept from step to step. */
function createStepper(
  model: AdapterModel,
  train: TrainingPairs,
  loss: TrainMatrixOptions["loss"] & object,
): Step {
  const { inputDimensions: d, outputDimensions: k } = model.shape;
  let inputBuffer = new Float32Array(0);
  let slopeBuffer = new Float32Array(0);
  return (tensors, { queryRows, passageRows, pairs }, dropOut) => {
    const rows = queryRows.length + passageRows.length;
    if (inputBuffer.length < rows * d) inputBuffer = new Float32Array(rows * d);
    if (slopeBuffer.length < rows * k) slopeBuffer = new Float32Array(rows * k);
    const inputs = createMatrix(rows, d, inputBuffer.subarray(0, rows * d));
    copyRows(train.queries, queryRows, inputs, 0);
    copyRows(train.passages, passageRows, inputs, queryRows.length);
    dropOut(inputs.data);
    const pass = forward(model, tensors, inputs, queryRows.length);
    const slopes = createMatrix(rows, k, slopeBuffer.subarray(0, rows * k));
    slopes.data.fill(0);
    const value = loss.evaluate(
      { queries: pass.queries, passages: pass.passages, pairs },
      {
        queries: rowRange(slopes, 0, queryRows.length),
        passages: rowRange(slopes, queryRows.length, rows),
      },
    );
    return { value, gradients: backward(model, tensors, pass, slopes) };
  };
}

function copyRows(from: Matrix, rows: Uint32Array, to: Matrix, at: number): void {
  for (let i = 0; i < rows.length; i++) to.data.set(rowOf(from, rows[i]), (at + i) * to.cols);
}

const scaleToUnit = ({ queries, passages, pairs }: TrainingPairs): TrainingPairs => ({
  queries: normalizeRows(queries),
  passages: normalizeRows(passages),
  pairs,
});

const allFinite = (values: Float32Array): boolean => {
  // One sum in 64 bits instead of a test per value: a NaN or an infinity stays in it.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return Number.isFinite(sum);
};

/** Lets the event loop breathe (an abort, a progress bar) a few times a second, not at every step. */
function createTurn(report: () => void): () => Promise<void> {
  let last = Date.now();
  return async () => {
    const now = Date.now();
    if (now - last < 200) return;
    last = now;
    report();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
}

function checkPositiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`trainMatrix: ${name} must be an integer >= 1, received ${value}`);
  }
}
