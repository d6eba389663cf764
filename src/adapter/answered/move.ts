import { innerProduct, norm } from "../../math/vectors.js";

/**
 * How a passage goes toward the questions that it answers. "mean": the sum of the questions over their number and one is
 * added, times the strength, so that one question counts less than many. "step": along the sphere toward the questions'
 * direction, at most as far (a chord) as the strength says (NUDGE-N: Zeighami et al., ICLR 2025).
 */
export interface Move {
  readonly kind: "mean" | "step";
  readonly strength: number;
}

/**
 * Moves a row of length 1 toward questions, in place; it is then to be scaled to length 1. Where nothing would be left of
 * it, for its questions are opposite to it, it stays.
 *
 * @param sum The sum of the questions' rows of length 1.
 * @param count How many they are.
 */
export function moveRow(
  own: Float32Array,
  sum: Float64Array,
  count: number,
  { kind, strength }: Move,
): void {
  if (kind === "mean") {
    const share = strength / (count + 1);
    const home = own.slice();
    for (let j = 0; j < own.length; j++) own[j] += share * sum[j];
    // Shorter than this, what is left is rounding, and its direction any.
    if (norm(own) < 1e-6) own.set(home);
  } else stepToward(own, Float32Array.from(sum), strength);
}

/** Turns a row of length 1 toward a direction until the chord is `most` long, or all the way. */
function stepToward(own: Float32Array, sum: Float32Array, most: number): void {
  const n = own.length;
  const length = Math.sqrt(innerProduct(sum, 0, sum, 0, n));
  if (length === 0) return;
  const cosine = Math.min(1, Math.max(-1, innerProduct(own, 0, sum, 0, n) / length));
  const sine = Math.sqrt(1 - cosine * cosine);
  // Along the row, or opposite to it: there is nowhere to turn.
  if (sine < 1e-6) return;
  // A chord of c spans an angle of 2 asin(c / 2).
  const angle = Math.min(Math.acos(cosine), 2 * Math.asin(Math.min(1, most / 2)));
  const [kept, turned] = [Math.cos(angle), Math.sin(angle) / sine];
  for (let j = 0; j < n; j++) {
    own[j] = kept * own[j] + turned * (sum[j] / length - cosine * own[j]);
  }
}
