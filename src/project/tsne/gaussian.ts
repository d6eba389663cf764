import { expOfNegative } from "../../math/exponential.js";

/** Probabilities of a row's neighbours by their squared distance: e^(-precision · (squared - nearest)) / sum. */
export interface Gaussian {
  readonly precision: number;
  /** The least of the squared distances: from there on no exponential runs out of numbers. */
  readonly nearest: number;
  readonly sum: number;
}

const MOST_STEPS = 100;
/** Of the entropy, in nats. */
const TOLERANCE = 1e-7;
/** Of the logarithm of the precision, in one step. */
const LONGEST_STEP = 3;

/**
 * The Gaussian under which neighbours at these squared distances have the perplexity e^H asked for, H being the entropy of
 * their probabilities (van der Maaten & Hinton 2008), by Newton's steps inside a bracket. Where none has it, as when more
 * neighbours than that are equally near, it is the one that comes nearest.
 *
 * @param squared at least one
 */
export function fitGaussian(squared: Float64Array, perplexity: number): Gaussian {
  const count = squared.length;
  const nearest = squared.reduce((least, x) => Math.min(least, x), Infinity);
  const scale = squared.reduce((sum, x) => sum + (x - nearest), 0) / count;
  if (scale === 0) return { precision: 0, nearest, sum: count };
  const target = Math.log(perplexity);
  let logarithm = 0;
  let least = -Infinity;
  let most = Infinity;
  for (let step = 1; ; step++) {
    const precision = Math.exp(logarithm);
    let sum = 0;
    let first = 0;
    let second = 0;
    for (let k = 0; k < count; k++) {
      const exponent = (precision * (squared[k] - nearest)) / scale;
      const weight = expOfNegative(-exponent);
      sum += weight;
      first += weight * exponent;
      second += weight * exponent * exponent;
    }
    const mean = first / sum;
    const excess = Math.log(sum) + mean - target;
    if (Math.abs(excess) <= TOLERANCE || step === MOST_STEPS) {
      return { precision: precision / scale, nearest, sum };
    }
    if (excess > 0) least = logarithm;
    else most = logarithm;
    // The entropy falls with the logarithm of the precision by the variance of the exponents.
    const change = excess / (second / sum - mean * mean);
    logarithm += Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, change));
    if (logarithm <= least || logarithm >= most) logarithm = (least + most) / 2;
  }
}

/** The probability of a neighbour at a squared distance, at least the nearest's. */
export function probabilityAt({ precision, nearest, sum }: Gaussian, squared: number): number {
  return expOfNegative(-precision * (squared - nearest)) / sum;
}
