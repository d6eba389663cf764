/** What can choose the best epoch. Loss is best low, everything else high. */
export type TrainingMetric = "loss" | "accuracy";

/** The figures of one epoch. */
export interface EpochRecord {
  /** From 1; 0 is the untouched embedding. */
  readonly epoch: number;
  /** Learning rate of the epoch's last step. */
  readonly learningRate: number;
  /** Mean loss of the epoch's batches as they passed, dropout on. */
  readonly trainLoss: number;
  /** Best-threshold accuracy on the training pairs after the epoch, dropout off. */
  readonly trainAccuracy?: number;
  /** Loss on the validation pairs, dropout off. */
  readonly validationLoss?: number;
  /** Best-threshold accuracy on the validation pairs, dropout off: to compare epochs, not to report. */
  readonly validationAccuracy?: number;
}
