import { cosineMse } from "./losses/cosine-mse.js";
import { sgd } from "./optimizers/sgd.js";
import { oneCycle } from "./schedules.js";
import type { TrainMatrixOptions } from "./training-options.js";

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
  loss: cosineMse({ targets: [0, 1] }),
  optimizer: sgd(),
  schedule: oneCycle({ maxRate: 1000 }),
  batchSize: 1000,
  epochs: 20,
  dropout: 0.1,
  selectBy: "accuracy",
  untouchedCompetes: false,
  method: "notebook",
} as const satisfies TrainMatrixOptions;
