import { createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { Loss, LossBatch, LossGradient } from "./loss.js";
import { innerProduct } from "../../math/vectors.js";
import { rowNorms } from "./pair-scores.js";

/** What passage column `j` is to query row `i`, at `i * passages + j`. */
export const Relation = {
  /** A passage of another query of the batch. */
  inBatch: 0,
  /** Labelled 0 for this query. */
  mined: 1,
  /** A match, or a duplicate of one: never a negative. */
  match: 2,
} as const;

/** All cosines of a batch and what is known about them. */
export interface RankedBatch {
  /** queries × passages. */
  readonly cosines: Matrix;
  /** One of {@link Relation} per cosine. */
  readonly relations: Uint8Array;
  /** The matching pairs, each an anchor: `anchors[a]` is its index in the batch's pairs. */
  readonly anchors: readonly number[];
}

/** Value of a ranking loss and its derivative with respect to every cosine. */
export interface RankedLoss {
  readonly value: number;
  readonly slopes: Matrix;
}

/** A {@link Loss} that compares every query of a batch with all its passages. */
export function rankingLoss(
  name: string,
  settings: Loss["settings"],
  evaluateScores: (ranked: RankedBatch, batch: LossBatch) => RankedLoss,
): Loss {
  return {
    name,
    settings,
    batches: "positives",
    evaluate: (batch, gradient) => evaluateWithCosines(batch, gradient).value,
    evaluateWithCosines,
  };

  function evaluateWithCosines(
    batch: LossBatch,
    gradient?: LossGradient,
  ): { readonly value: number; readonly cosines: Float64Array } {
    const queries = unitRows(batch.queries);
    const passages = unitRows(batch.passages);
    const cosines = multiply(queries.unit, passages.unit, { transposeB: true });
    const { value, slopes } = evaluateScores(
      { cosines, relations: relationsOf(batch), anchors: anchorsOf(batch) },
      batch,
    );
    if (gradient) {
      backpropagate(queries, multiply(slopes, passages.unit), gradient.queries);
      if (gradient.passages !== null) {
        const side = multiply(slopes, queries.unit, { transposeA: true });
        backpropagate(passages, side, gradient.passages);
      }
    }
    const { query, passage } = batch.pairs;
    const ofPairs = Float64Array.from(query, (q, i) => cosines.data[q * cosines.cols + passage[i]]);
    return { value, cosines: ofPairs };
  }
}

/** The indices of the matching pairs. */
export function anchorsOf({ pairs }: Pick<LossBatch, "pairs">): number[] {
  const anchors: number[] = [];
  for (let i = 0; i < pairs.label.length; i++) if (pairs.label[i] === 1) anchors.push(i);
  return anchors;
}

function relationsOf(batch: LossBatch): Uint8Array {
  const relations = new Uint8Array(batch.queries.rows * batch.passages.rows);
  setRelations(batch, relations, batch.passages.rows);
  return relations;
}

/** Writes what passages are to queries where they are more than {@link Relation.inBatch}; a query's are `stride` apart. */
export function setRelations(
  { pairs, knownMatches }: Pick<LossBatch, "pairs" | "knownMatches">,
  relations: Uint8Array,
  stride: number,
): void {
  const set = (query: number, passage: number, relation: number): void => {
    const at = query * stride + passage;
    // A match stays one, whatever other pairs say.
    if (relations[at] !== Relation.match) relations[at] = relation;
  };
  for (let i = 0; i < pairs.label.length; i++) {
    const relation = pairs.label[i] === 1 ? Relation.match : Relation.mined;
    set(pairs.query[i], pairs.passage[i], relation);
  }
  if (knownMatches !== undefined) {
    for (let i = 0; i < knownMatches.query.length; i++) {
      set(knownMatches.query[i], knownMatches.passage[i], Relation.match);
    }
  }
}

interface UnitRows {
  readonly unit: Matrix;
  readonly norms: Float64Array;
}

/** Rows of length 1 (a row of zeros stays one) and the lengths they had; a NaN stays a NaN. */
function unitRows(matrix: Matrix): UnitRows {
  const norms = rowNorms(matrix);
  const unit = createMatrix(matrix.rows, matrix.cols);
  for (let i = 0, at = 0; i < matrix.rows; i++) {
    const scale = norms[i] === 0 ? 0 : 1 / norms[i];
    const end = at + matrix.cols;
    for (; at < end; at++) unit.data[at] = matrix.data[at] * scale;
  }
  return { unit, norms };
}

/** Adds (g − (g · x̂) x̂) / |x|, the derivative through the scaling to length 1. */
function backpropagate(
  { unit, norms }: UnitRows,
  { data: slopes }: Matrix,
  { data: target }: Matrix,
): void {
  const { rows, cols, data } = unit;
  for (let i = 0; i < rows; i++) {
    if (norms[i] === 0) continue;
    const start = i * cols;
    const along = innerProduct(slopes, start, data, start, cols);
    const scale = 1 / norms[i];
    for (let at = start; at < start + cols; at++) {
      target[at] += (slopes[at] - along * data[at]) * scale;
    }
  }
}
