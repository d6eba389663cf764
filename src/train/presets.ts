import { cosent } from "./losses/cosent.js";
import { cosineMse } from "./losses/cosine-mse.js";
import { infoNce } from "./losses/info-nce.js";
import { adam } from "./optimizers/adam.js";
import { sgd } from "./optimizers/sgd.js";
import { constant, cosineDecay, oneCycle } from "./loop/schedules.js";
import type { TrainingStart, TrainMatrixOptions } from "./training-options.js";

/**
 * The reference notebook's recipe ("Customize-Word-Embeddings-for-LLMs"), step for step: a random matrix to two thirds
 * of the dimensions (1,536 → 1,024), mean squared error of cosines against labels 0 and 1, SGD under PyTorch's one-cycle
 * schedule up to a rate of 1,000 (which also cycles the momentum), 1,000 pairs per step, dropout 0.1, 20 epochs, best
 * epoch by accuracy. Two things are put right: the best epoch is really kept, and dropout is off in evaluation.
 */
export const notebookPreset = {
  sides: "shared",
  start: "random",
  outputDimensions: (d: number) => Math.max(1, Math.round((2 * d) / 3)),
  loss: /* @__PURE__ */ cosineMse({ targets: [0, 1] }),
  optimizer: /* @__PURE__ */ sgd(),
  schedule: /* @__PURE__ */ oneCycle({ maxRate: 1000 }),
  batchSize: 1000,
  epochs: 20,
  dropout: 0.1,
  metric: "accuracy",
  untouchedCompetes: false,
  method: "notebook",
} as const satisfies TrainMatrixOptions;

/**
 * The recipe of OpenAI's cookbook ("Customizing embeddings"): a random matrix to 2,048 dimensions, mean squared error of
 * cosines against labels -1 and 1, plain SGD at a constant rate, dropout 0.2, 30 epochs, best epoch by accuracy. Rate
 * and batch size are the middle one of the three it tries; {@link cookbookGrid} has them all.
 */
export const cookbookPreset = {
  sides: "shared",
  start: "random",
  outputDimensions: 2048,
  loss: /* @__PURE__ */ cosineMse({ targets: [-1, 1] }),
  optimizer: /* @__PURE__ */ sgd(),
  schedule: /* @__PURE__ */ constant(100),
  batchSize: 100,
  epochs: 30,
  dropout: 0.2,
  metric: "accuracy",
  untouchedCompetes: false,
  method: "cookbook",
} as const satisfies TrainMatrixOptions;

/** The batch sizes and learning rates the cookbook tries, for {@link cookbookPreset}. */
export const cookbookGrid: readonly {
  readonly batchSize: number;
  readonly schedule: ReturnType<typeof constant>;
}[] = /* @__PURE__ */ [10, 100, 1000].map((batchSize) => ({
  batchSize,
  schedule: constant(batchSize),
}));

export interface PresetOptions {
  /** Where to start from: best the closed form of the training pairs, `fitRca(data)`, which both presets are meant for. */
  readonly start: TrainingStart;
}

/**
 * To find the right passage first: from a start (the closed form of the training pairs), each side is turned a little by
 * InfoNCE against the other passages of the batch and the pairs labelled 0. The best epoch is chosen by mean reciprocal
 * rank.
 */
export function retrievalPreset({ start }: PresetOptions): TrainMatrixOptions {
  return {
    sides: "separate",
    start,
    loss: infoNce({ temperature: 0.05 }),
    optimizer: adam(),
    schedule: cosineDecay(1e-4),
    batchSize: 128,
    epochs: 10,
    metric: "mrr",
    method: "retrieval",
  };
}

/**
 * To tell matches from non-matches by one threshold: from a start (the closed form of the training pairs), each side is
 * turned by CoSENT, which asks every match of a batch to score above every non-match: what ROC AUC counts and a threshold
 * needs. The best epoch is chosen by ROC AUC. Retrieval among passages that nobody labelled pays for it.
 */
export function classificationPreset({ start }: PresetOptions): TrainMatrixOptions {
  return {
    sides: "separate",
    start,
    loss: cosent({ temperature: 0.2 }),
    optimizer: adam(),
    schedule: cosineDecay(3e-4),
    batchSize: 256,
    epochs: 10,
    metric: "rocAuc",
    method: "classification",
  };
}
