/** Figures that can choose the best epoch. Loss is best low, all others high. */
export const trainingMetrics = [
  "loss",
  "accuracy",
  "rocAuc",
  "averagePrecision",
  "recall@1",
  "recall@10",
  "mrr",
  "ndcg@10",
] as const;

/**
 * A figure of a set of pairs under an adapter: the loss; best-threshold accuracy, ROC AUC and average precision of the
 * labelled pairs; recall, mean reciprocal rank and nDCG of retrieval of each query's matches among all passages of the
 * set.
 */
export type TrainingMetric = (typeof trainingMetrics)[number];

/** Figures by name; those that were asked for. */
export type TrainingFigures = Readonly<Partial<Record<TrainingMetric, number>>>;

/** The figures of one epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Learning rate of the epoch's last step. */
  readonly learningRate: number;
  /** Mean loss of the epoch's batches as they passed, dropout on, penalty not counted. */
  readonly trainLoss: number;
  /**
   * Best-threshold accuracy on the training pairs, as the batches passed (dropout on); with `measureTraining`, after the
   * epoch with dropout off.
   */
  readonly trainAccuracy?: number;
  /** Loss on the validation pairs, dropout off. */
  readonly validationLoss?: number;
  /** Best-threshold accuracy on the validation pairs, dropout off: to compare epochs, not to report. */
  readonly validationAccuracy?: number;
  /** All figures on the validation pairs, these two included. */
  readonly validationMetrics?: TrainingFigures;
}
