import type { TrainingPairs } from "../data/training-pairs.js";

/** Training pairs and, where there are any, the ones that choose the best epoch. */
export interface TrainingData extends TrainingPairs {
  /** Pairs kept from training, of the same embedder. @default undefined */
  readonly validation?: TrainingPairs | undefined;
}
