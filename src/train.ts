/**
 * The trainer's parts: losses, optimisers, schedules, presets, checkpoints, the search for settings.
 *
 * @module
 */

export {
  trainingMetrics,
  type EpochRecord,
  type TrainingFigures,
  type TrainingMetric,
} from "./train/loop/history.js";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingCheckpoint,
} from "./train/loop/checkpoint.js";
export {
  classificationPreset,
  cookbookGrid,
  cookbookPreset,
  notebookPreset,
  retrievalPreset,
  type PresetOptions,
} from "./train/presets.js";
export {
  searchHyperparameters,
  type HyperparameterSearchOptions,
  type SearchChoice,
  type SearchRange,
  type SearchResult,
  type SearchSpace,
  type SearchTrial,
} from "./train/hyperparameter-search.js";
export { DivergenceError } from "./train/loop/divergence-error.js";
export type { IndexPairs } from "./data/training-pairs.js";
export type { Loss, LossBatch, LossGradient, ScoreLoss } from "./train/losses/loss.js";
export { contrastive, type ContrastiveOptions } from "./train/losses/contrastive.js";
export { cosent, type CosentOptions } from "./train/losses/cosent.js";
export { cosineMse, type CosineMseOptions } from "./train/losses/cosine-mse.js";
export { infoNce, type InfoNceOptions } from "./train/losses/info-nce.js";
export { matryoshka, type MatryoshkaOptions } from "./train/losses/matryoshka.js";
export { tripletMargin, type TripletOptions } from "./train/losses/triplet.js";
export { adam, adamW, type AdamOptions, type AdamWOptions } from "./train/optimizers/adam.js";
export type {
  Optimizer,
  OptimizerState,
  OptimizerUpdate,
  StepRates,
  Tensors,
} from "./train/optimizers/optimizer.js";
export { sgd, type SgdOptions } from "./train/optimizers/sgd.js";
export {
  constant,
  cosineDecay,
  exponentialDecay,
  oneCycle,
  warmUp,
  type OneCycleOptions,
  type Schedule,
} from "./train/loop/schedules.js";
