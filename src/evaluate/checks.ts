import { checkInteger, checkNumber, checkSameLength, refuse } from "../base/checks.js";
import { checkIsMatrix, checkSameDimensions, type Matrix } from "../math/matrix.js";

/** @throws RangeError unless both are matrices, whose rows have the same number of dimensions. */
export function checkMatrices(
  queries: Matrix,
  others: Matrix,
  caller: string,
  name = "corpus",
): void {
  checkIsMatrix(queries, `${caller}: queries`);
  checkIsMatrix(others, `${caller}: ${name}`);
  checkSameDimensions(queries, `${caller}: queries`, others, name);
}

/** @throws RangeError when there are no scores, or one is not finite, naming the first bad one. */
export function checkScores(scores: ArrayLike<number>, place: string): void {
  if (scores.length === 0) {
    throw new RangeError(`${place} must hold at least one number, received none`);
  }
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) refuse(`${place}[${i}]`, "a finite number", scores[i]);
  }
}

/** @throws RangeError on a label other than 0 and 1, naming the first bad one. */
export function checkLabels(labels: ArrayLike<number>, place: string): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) refuse(`${place}[${i}]`, "0 or 1", labels[i]);
  }
}

/** What every classification metric asks of its input: same length, not empty, finite scores, labels 0 or 1. */
export function checkScored(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  caller: string,
): void {
  checkSameLength(scores, `${caller}: scores`, labels, "labels");
  checkScores(scores, `${caller}: scores`);
  checkLabels(labels, `${caller}: labels`);
}

/** @throws RangeError where a figure needs both labels and one does not occur. */
export function checkBothLabels(positives: number, negatives: number, caller: string): void {
  if (positives > 0 && negatives > 0) return;
  throw new RangeError(
    `${caller}: labels must hold both 0 and 1, received only ${positives > 0 ? 1 : 0}`,
  );
}

/** @throws RangeError where a figure needs label 1 and it does not occur. */
export function checkPositives(positives: number, caller: string): void {
  if (positives === 0) throw new RangeError(`${caller}: labels must hold a 1, received only 0`);
}

/** @throws RangeError on a confidence level outside the open interval (0, 1). */
export function checkLevel(level: number, caller: string): void {
  checkNumber(level, `${caller}: level`, { above: 0, below: 1 });
}

/** @throws RangeError on a threshold that is no number; the infinities accept all and nothing. */
export function checkThreshold(threshold: number, place: string): void {
  if (typeof threshold !== "number" || Number.isNaN(threshold)) {
    refuse(place, "a number", threshold);
  }
}

/** @throws RangeError on depths that are no integers from 1. */
export function checkDepths(ks: readonly number[], caller: string): void {
  for (const [i, k] of ks.entries()) checkInteger(k, `${caller}: ks[${i}]`, { least: 1 });
}
