import type { IndexPairs } from "../../data/training-pairs.js";
import type { PairColumns } from "../../data/types.js";
import { createMatrix, type Matrix } from "../../math/matrix.js";

/** What one step of training compares: transformed rows, and which of them belong together. */
export interface LossBatch {
  /** Transformed queries, one row per distinct row of the batch. */
  readonly queries: Matrix;
  /** Transformed passages, as many columns as the queries. */
  readonly passages: Matrix;
  /** Index columns into the two tables above. Ranking losses anchor at label 1 and take label 0 as mined negatives. */
  readonly pairs: PairColumns;
  /**
   * Pairs (query row, passage row) that are known matches besides `pairs`, so that no loss takes them for in-batch
   * negatives: another positive of the query, or a duplicate of it.
   */
  readonly knownMatches?: IndexPairs | undefined;
}

/** Where a loss adds its derivative: matrices of the shapes of the batch's queries and passages. */
export interface LossGradient {
  readonly queries: Matrix;
  /** `null` where passages are not trained, and nothing need be computed for them. */
  readonly passages: Matrix | null;
}

/** Cosine loss and derivative of one batch of labelled pairs. */
export interface ScoreLoss {
  readonly value: number;
  /** Derivative of `value` with respect to each cosine. */
  readonly slopes: Float64Array;
}

/** A differentiable measure of how badly cosines of transformed rows fit the labels. */
export interface Loss {
  /** E.g. `"cosine-mse"`. */
  readonly name: string;
  /** What it was made with; a checkpoint records it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /**
   * How batches are made: `"pairs"` shuffles all labelled pairs; `"positives"` shuffles the matching pairs and brings
   * the mined negatives of their queries along.
   */
  readonly batches: "pairs" | "positives";
  /**
   * The mean loss of a batch; with `gradient`, its derivative with respect to the transformed rows is added there.
   */
  evaluate(batch: LossBatch, gradient?: LossGradient): number;
  /** {@link evaluate}, with the cosines of the batch's pairs where they come about anyway. */
  readonly evaluateWithCosines?:
    | ((
        batch: LossBatch,
        gradient?: LossGradient,
      ) => { readonly value: number; readonly cosines: Float64Array })
    | undefined;
  /**
   * The same from the cosines of the batch's pairs, where nothing else counts: whoever needs these cosines too need not
   * have them taken twice.
   */
  readonly ofCosines?: ((cosines: Float64Array, labels: Uint8Array) => ScoreLoss) | undefined;
}

/** A gradient of zeros that fits the batch. */
export function zeroGradient(batch: LossBatch): LossGradient & { passages: Matrix } {
  return {
    queries: createMatrix(batch.queries.rows, batch.queries.cols),
    passages: createMatrix(batch.passages.rows, batch.passages.cols),
  };
}
