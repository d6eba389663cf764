import { cholesky, choleskySolve } from "../../math/decompose/cholesky.js";
import { createMatrix } from "../../math/matrix.js";

/** At one rank, of a query and passage shown at several: users shown it there and users who clicked it there. */
export interface RankCell {
  /** Number of the rank among those compared. */
  readonly index: number;
  readonly shown: number;
  readonly clicked: number;
}

const mostSteps = 100;

/**
 * Log propensities under which the clicks of every pair are most likely spread over its ranks as they are, given how many
 * they are: Newton's method on `Σ over pairs of Σ clicked[k] θ[k] - clicks · log Σ shown[k] exp(θ[k])`, which is concave.
 *
 * @param pairs Such that a finite maximum exists; each has at least one click.
 * @param size Number of ranks compared.
 * @returns One per rank; that of index 0 is 0.
 */
export function fitLogPropensities(
  pairs: readonly (readonly RankCell[])[],
  size: number,
): Float64Array {
  let theta = new Float64Array(size);
  let value = likelihood(pairs, theta);
  for (let round = 0; round < mostSteps; round++) {
    const step = newtonStep(pairs, theta);
    const largest = step.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
    // Far from the maximum the quadratic misleads: no propensity changes more than by a factor e at once.
    let scale = Math.min(1, 1 / largest);
    let next = theta;
    let nextValue = -Infinity;
    for (let halving = 0; halving < 30 && !(nextValue >= value); halving++, scale /= 2) {
      const length = scale;
      next = theta.map((part, i) => part + length * step[i]);
      nextValue = likelihood(pairs, next);
    }
    if (!(nextValue >= value)) break; // as high as rounding tells
    theta = next;
    value = nextValue;
    if (largest < 1e-7) break;
  }
  return theta;
}

function likelihood(pairs: readonly (readonly RankCell[])[], theta: Float64Array): number {
  let total = 0;
  for (const pair of pairs) {
    let clicks = 0;
    let looks = 0;
    for (const { index, shown, clicked } of pair) {
      clicks += clicked;
      looks += shown * Math.exp(theta[index]);
      total += clicked * theta[index];
    }
    total -= clicks * Math.log(looks);
  }
  return total;
}

/** Gradient over curvature, with index 0 held. */
function newtonStep(pairs: readonly (readonly RankCell[])[], theta: Float64Array): Float64Array {
  const free = theta.length - 1;
  const curvature = new Float64Array(free * free);
  const gradient = new Float64Array(free);
  for (const pair of pairs) {
    const weights = pair.map(({ index, shown }) => shown * Math.exp(theta[index]));
    const looks = weights.reduce((sum, weight) => sum + weight, 0);
    const clicks = pair.reduce((sum, { clicked }) => sum + clicked, 0);
    for (const [i, { index, clicked }] of pair.entries()) {
      if (index === 0) continue;
      const share = weights[i] / looks;
      gradient[index - 1] += clicked - clicks * share;
      curvature[(index - 1) * free + index - 1] += clicks * share;
      for (const [j, { index: other }] of pair.entries()) {
        if (other === 0) continue;
        curvature[(index - 1) * free + other - 1] -= (clicks * share * weights[j]) / looks;
      }
    }
  }
  const matrix = createMatrix(free, free);
  matrix.data.set(curvature);
  let trace = 0;
  for (let i = 0; i < free; i++) trace += curvature[i * free + i];
  // A little more curvature than there is keeps single precision positive definite; the maximum stays where it is.
  for (let i = 0; i < free; i++) matrix.data[i * free + i] += (1e-6 * trace) / free;
  const right = createMatrix(free, 1);
  right.data.set(gradient);
  return Float64Array.of(0, ...choleskySolve(cholesky(matrix), right).data);
}
