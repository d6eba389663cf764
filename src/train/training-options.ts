import type { Adapter } from "../adapter/adapter.js";
import type { LongJobOptions } from "../base/progress.js";
import type { EngineOptions } from "../math/engines/on-engine.js";
import type { TrainedSides } from "./model/adapter-model.js";
import type { TrainingCheckpoint } from "./loop/checkpoint.js";
import type { EpochRecord, TrainingMetric } from "./loop/history.js";
import type { Loss } from "./losses/loss.js";
import type { Optimizer } from "./optimizers/optimizer.js";
import type { Schedule } from "./loop/schedules.js";

/**
 * Where training starts: the identity (cut to k columns), standard normal values, the k leading principal directions of
 * all training vectors, or an adapter that was fitted before: the closed form of the training pairs (`fitRca`), an earlier
 * run. With `bias` false the centers of a fitted start are left out.
 */
export type TrainingStart = "identity" | "random" | "pca" | Adapter;

/** What a run can be asked for after an epoch. */
export interface EpochState {
  /** The adapter as it stands after the epoch, best or not. */
  readonly adapter: Adapter;
  /** All that {@link TrainMatrixOptions.resumeFrom} needs to go on from here. */
  checkpoint(): TrainingCheckpoint;
}

/** What a run is made of. A preset is one of these; spread it and change what should differ. */
export interface TrainMatrixOptions extends LongJobOptions, EngineOptions {
  /**
   * One matrix for both sides, one for the queries alone (indexed passages stay as they are), or one per side.
   * @default "shared"
   */
  readonly sides?: TrainedSides | undefined;
  /** Length k of the adapted vectors, or how it follows from the length d of the given ones. @default d */
  readonly outputDimensions?: number | ((inputDimensions: number) => number) | undefined;
  /** Learn a center per trained side, subtracted first. @default true where the start has centers, else false */
  readonly bias?: boolean | undefined;
  /** Learn identity + low rank of this rank in place of a full matrix; `null` for a full one. @default null */
  readonly rank?: number | null | undefined;
  /** @default "identity", or "pca" where outputDimensions is smaller than the input */
  readonly start?: TrainingStart | undefined;
  /** What is minimised. @default infoNce() */
  readonly loss?: Loss | undefined;
  /** @default adam() */
  readonly optimizer?: Optimizer | undefined;
  /** Learning rate (and momentum) per step. @default cosineDecay(1e-3) */
  readonly schedule?: Schedule | undefined;
  /** Passes over the training pairs. @default 20 */
  readonly epochs?: number | undefined;
  /** Pairs per step; the last step of an epoch takes what is left. @default 100 */
  readonly batchSize?: number | undefined;
  /** Most pairs labelled 0 that each query brings to a ranking batch; the first of the data come first. @default 4 */
  readonly minedNegatives?: number | undefined;
  /**
   * The passages that a ranking batch compares its queries with: those of its pairs, or "all" rows of `passages`, which
   * costs little where there are few and leaves no wrong passage out. @default "paired"
   */
  readonly batchPassages?: "paired" | "all" | undefined;
  /** Share of input values dropped in training, in [0, 1); never in evaluation. @default 0 */
  readonly dropout?: number | undefined;
  /**
   * λ of λ · |trained values − start|², added to the loss: a pull toward where training began (the identity, the closed
   * form), not toward zero.
   * @default 0
   */
  readonly penalty?: number | undefined;
  /** Longest gradient, as the Euclidean length of all its values; `null` for no limit. @default null */
  readonly clipNorm?: number | null | undefined;
  /** What chooses the best epoch on the validation pairs; without these the last epoch is kept. @default "loss" */
  readonly metric?: TrainingMetric | undefined;
  /** Further figures to record on the validation pairs after each epoch. @default [] */
  readonly metrics?: readonly TrainingMetric[] | undefined;
  /** Epochs without a better one before training stops; `null` to go on to the end. @default null */
  readonly patience?: number | null | undefined;
  /**
   * The untouched embedding is measured too and wins unless an epoch is better; the adapter is then the identity and
   * `bestEpoch` 0.
   * @default true
   */
  readonly untouchedCompetes?: boolean | undefined;
  /**
   * Measure accuracy on the training pairs after each epoch, dropout off, instead of taking it from the batches as they
   * pass. Costs one more transform of their unique rows per epoch.
   * @default false
   */
  readonly measureTraining?: boolean | undefined;
  /** @default 1 */
  readonly seed?: string | number | undefined;
  /** Written to the adapter as its method. @default "trained" */
  readonly method?: string | undefined;
  /** Id of the embedder the vectors come from, written to the adapter. @default null */
  readonly embedder?: string | null | undefined;
  /** Called after each epoch; awaited. */
  readonly onEpoch?: ((record: EpochRecord, state: EpochState) => void | Promise<void>) | undefined;
  /** Goes on after the checkpoint's epoch, bit for bit as the whole run would have. */
  readonly resumeFrom?: TrainingCheckpoint | undefined;
}
