import type { AdapterMetadata } from "../adapter/adapter.js";
import { checkChoice, checkInteger, checkNumber, refuse } from "../base/checks.js";
import { createKernelEngine } from "../math/engines/kernel-engine.js";
import type { ProductEngine } from "../math/engines/product-engine.js";
import { createModel, type AdapterModel } from "./model/adapter-model.js";
import { createBatches, type BatchSource } from "./loop/batches.js";
import { unitPairs, type TrainingPairs } from "../data/training-pairs.js";
import type { MeasuredSet } from "./loop/epoch-metrics.js";
import { trainingFingerprint } from "../data/training-fingerprint.js";
import { trainingMetrics, type TrainingMetric } from "./loop/history.js";
import { infoNce } from "./losses/info-nce.js";
import type { Loss } from "./losses/loss.js";
import { adam } from "./optimizers/adam.js";
import type { Optimizer } from "./optimizers/optimizer.js";
import { cosineDecay, type Schedule } from "./loop/schedules.js";
import type { TrainingData } from "./training-data.js";
import type { TrainingStart, TrainMatrixOptions } from "./training-options.js";

/** The options of a run whose engine is open. */
export interface RunOptions extends Omit<TrainMatrixOptions, "engine"> {
  /** @default the kernel */
  readonly engine?: ProductEngine | undefined;
}

/** Checked data and options, everything decided. */
export interface TrainingPlan {
  readonly train: TrainingPairs;
  readonly model: AdapterModel;
  readonly start: TrainingStart;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly engine: ProductEngine;
  readonly batches: BatchSource;
  readonly epochs: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  /** Most pairs labelled 0 that a query brings along. */
  readonly minedNegatives: number;
  /** Every ranking batch compares its queries with all passages, in the order of the table. */
  readonly allPassages: boolean;
  readonly dropout: number;
  readonly penalty: number;
  readonly clipNorm: number | null;
  readonly metric: TrainingMetric;
  readonly metrics: ReadonlySet<TrainingMetric>;
  readonly patience: number | null;
  readonly untouchedCompetes: boolean;
  readonly onTrain: MeasuredSet | undefined;
  readonly onValidation: MeasuredSet | undefined;
  /** What the adapter carries, whichever epoch it is of. */
  readonly metadata: AdapterMetadata;
  /** Names data and options: a checkpoint continues only the run it was taken from. */
  readonly run: string;
}

/**
 * Decides everything about a run before its first step.
 *
 * @throws RangeError on data or options that cannot be trained with.
 */
export function planTraining(
  data: TrainingData,
  {
    sides = "shared",
    outputDimensions = (d) => d,
    rank = null,
    start,
    bias = hasCenters(start),
    loss = infoNce(),
    optimizer = adam(),
    schedule = cosineDecay(1e-3),
    epochs = 20,
    batchSize = 100,
    minedNegatives = 4,
    batchPassages = "paired",
    dropout = 0,
    penalty = 0,
    clipNorm = null,
    metric = "loss",
    metrics = [],
    patience = null,
    untouchedCompetes = true,
    measureTraining = false,
    engine = createKernelEngine(),
    seed = 1,
    method = "trained",
    embedder = null,
  }: RunOptions,
): TrainingPlan {
  checkChoice(sides, "trainMatrix: sides", ["shared", "query", "separate"]);
  checkInteger(epochs, "trainMatrix: epochs", { least: 1 });
  checkInteger(batchSize, "trainMatrix: batchSize", { least: 1 });
  checkInteger(minedNegatives, "trainMatrix: minedNegatives", { least: 0 });
  if (patience !== null) checkInteger(patience, "trainMatrix: patience", { least: 1 });
  checkNumber(penalty, "trainMatrix: penalty", { least: 0 });
  if (clipNorm !== null) checkNumber(clipNorm, "trainMatrix: clipNorm", { above: 0 });
  checkChoice(metric, "trainMatrix: metric", trainingMetrics);
  for (const [i, name] of metrics.entries()) {
    checkChoice(name, `trainMatrix: metrics[${i}]`, trainingMetrics);
  }
  const train = checkedUnit(data, "training data");
  const validation =
    data.validation === undefined ? undefined : checkedUnit(data.validation, "validation data");
  const d = train.queries.cols;
  if (validation !== undefined && validation.queries.cols !== d) {
    throw new RangeError(
      `trainMatrix: validation data must have ${d} dimensions like the training data, received ${validation.queries.cols}`,
    );
  }
  if (loss.batches === "pairs") checkBothLabels(train, loss.name);

  const k = typeof outputDimensions === "function" ? outputDimensions(d) : outputDimensions;
  checkInteger(k, "trainMatrix: outputDimensions", { least: 1 });
  if (rank !== null) {
    checkInteger(rank, "trainMatrix: rank", { least: 1, most: d });
    if (start === "random" || start === "pca") {
      refuse("trainMatrix: start", `"identity" or an adapter of rank ${rank}`, start);
    }
  }
  if ((sides === "query" || rank !== null) && k !== d) {
    const what = sides === "query" ? "queries alone are trained" : "identity + low rank is trained";
    refuse("trainMatrix: outputDimensions", `${d} like the input's where ${what}`, k);
  }

  const source = { repeatRows: dropout > 0, minedNegatives, batchPassages };
  const batches = createBatches(train, loss, source);
  const measured = (unit: TrainingPairs): MeasuredSet => ({
    unit,
    loss,
    batchSize,
    batches: createBatches(unit, loss, source),
  });
  const stepsPerEpoch = Math.ceil(batches.count / batchSize);
  const shape = { sides, inputDimensions: d, outputDimensions: k, bias, rank };
  const total = stepsPerEpoch * epochs;
  const fingerprint = trainingFingerprint(data);
  const run = JSON.stringify({
    ...shape,
    data: [fingerprint, data.validation ? trainingFingerprint(data.validation) : null],
    loss: [loss.name, loss.settings],
    optimizer: [optimizer.name, optimizer.settings],
    rates: [0, total >> 1, total - 1].map((step) => schedule(step, total)),
    ...{ epochs, batchSize, minedNegatives, batchPassages, dropout, penalty, clipNorm, metric },
    ...{
      untouchedCompetes,
      engine: engine.id,
      seed: String(seed),
      start: typeof start === "object" ? "given" : start,
    },
  });
  return {
    ...{ train, loss, optimizer, schedule, engine, batches, epochs, batchSize, stepsPerEpoch },
    ...{ minedNegatives, allPassages: batchPassages === "all" },
    ...{ dropout, penalty, clipNorm, metric, patience, untouchedCompetes, run },
    metadata: {
      ...{ embedder, method, trainingData: fingerprint },
      parameters: { epochs, batchSize, dropout, penalty },
    },
    model: createModel(shape),
    start: start ?? (k < d ? "pca" : "identity"),
    metrics: new Set<TrainingMetric>(["loss", "accuracy", metric, ...metrics]),
    onTrain: measureTraining ? measured(train) : undefined,
    onValidation: validation && measured(validation),
  };
}

/** The closed form centers each side; a center that was fitted is worth keeping. */
const hasCenters = (start: TrainingStart | undefined): boolean =>
  typeof start === "object" && (start.query.center !== null || start.passage.center !== null);

function checkedUnit(pairs: TrainingPairs, name: string): TrainingPairs {
  const { queries, passages } = unitPairs(pairs, `trainMatrix: ${name}`);
  return { queries, passages, pairs: pairs.pairs, groups: pairs.groups };
}

function checkBothLabels({ pairs }: TrainingPairs, loss: string): void {
  if (pairs.label.includes(0)) return;
  throw new RangeError(
    `trainMatrix: training data must hold pairs of both labels for ${loss}, received ${pairs.label.length} pairs with label 1 alone; infoNce() does without`,
  );
}
