import { rowOf, type Matrix } from "../../math/matrix.js";
import { innerProduct } from "../../math/vectors.js";
import type { Loss, LossBatch, LossGradient, ScoreLoss } from "./loss.js";

/** Euclidean lengths of the rows, summed in 64 bits. */
export function rowNorms({ rows, cols, data }: Matrix): Float64Array {
  const norms = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++, at += cols) {
    norms[i] = Math.sqrt(innerProduct(data, at, data, at, cols));
  }
  return norms;
}

/** Cosines of a batch's pairs and the lengths they were divided by. */
interface PairScores {
  /** One per pair; 0 where a row has no length. */
  readonly cosines: Float64Array;
  readonly queryNorms: Float64Array;
  readonly passageNorms: Float64Array;
}

/** Cosines of the batch's pairs, summed in 64 bits. */
export function scorePairs({ queries, passages, pairs }: LossBatch): PairScores {
  const { cols } = queries;
  const queryNorms = rowNorms(queries);
  const passageNorms = rowNorms(passages);
  const cosines = new Float64Array(pairs.label.length);
  for (let i = 0; i < cosines.length; i++) {
    const q = pairs.query[i];
    const p = pairs.passage[i];
    const scale = queryNorms[q] * passageNorms[p];
    if (scale === 0) continue;
    cosines[i] = innerProduct(queries.data, q * cols, passages.data, p * cols, cols) / scale;
  }
  return { cosines, queryNorms, passageNorms };
}

/**
 * Adds to `gradient` the derivative of a function of the pair cosines, given its derivative with respect to each:
 * d cos(q, p) / dq = (p̂ − cos · q̂) / |q|, and likewise for p.
 */
function backpropagatePairs(
  { queries, passages, pairs }: LossBatch,
  { cosines, queryNorms, passageNorms }: PairScores,
  slopes: Float64Array,
  gradient: LossGradient,
): void {
  for (let i = 0; i < slopes.length; i++) {
    const q = pairs.query[i];
    const p = pairs.passage[i];
    const scale = queryNorms[q] * passageNorms[p];
    if (slopes[i] === 0 || scale === 0) continue;
    const cross = slopes[i] / scale;
    const ownQuery = (slopes[i] * cosines[i]) / queryNorms[q] ** 2;
    const ownPassage = (slopes[i] * cosines[i]) / passageNorms[p] ** 2;
    const [x, y] = [rowOf(queries, q), rowOf(passages, p)];
    addSlope(rowOf(gradient.queries, q), cross, y, ownQuery, x);
    if (gradient.passages) addSlope(rowOf(gradient.passages, p), cross, x, ownPassage, y);
  }
}

/**
 * Adds cross · other - along · own to a row of the gradient. Two values at a time: what a loop does besides takes as long as
 * the sums.
 */
function addSlope(
  to: Float32Array,
  cross: number,
  other: Float32Array,
  along: number,
  own: Float32Array,
): void {
  const pairs = to.length - (to.length % 2);
  for (let j = 0; j < pairs; j += 2) {
    const first = to[j] + (cross * other[j] - along * own[j]);
    const second = to[j + 1] + (cross * other[j + 1] - along * own[j + 1]);
    to[j] = first;
    to[j + 1] = second;
  }
  if (pairs < to.length) to[pairs] += cross * other[pairs] - along * own[pairs];
}

/** A loss of a batch, its derivative (added to `gradient`), and the cosines of the batch's pairs. */
export function evaluateWithCosines(
  loss: Loss,
  batch: LossBatch,
  gradient?: LossGradient,
): { readonly value: number; readonly cosines: Float64Array } {
  if (loss.evaluateWithCosines !== undefined) return loss.evaluateWithCosines(batch, gradient);
  const scores = scorePairs(batch);
  const { cosines } = scores;
  if (loss.ofCosines === undefined) return { value: loss.evaluate(batch, gradient), cosines };
  const { value, slopes } = loss.ofCosines(cosines, batch.pairs.label);
  if (gradient) backpropagatePairs(batch, scores, slopes, gradient);
  return { value, cosines };
}

/** A {@link Loss} over labelled pairs from a function of their cosines. */
export function pairLoss(
  name: string,
  settings: Loss["settings"],
  evaluateScores: (cosines: Float64Array, labels: Uint8Array) => ScoreLoss,
): Loss {
  const loss: Loss = {
    name,
    settings,
    batches: "pairs",
    ofCosines: evaluateScores,
    evaluate: (batch, gradient) => evaluateWithCosines(loss, batch, gradient).value,
  };
  return loss;
}
