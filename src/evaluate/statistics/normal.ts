import { checkNumber } from "../../base/checks.js";

/**
 * The standard normal distribution function. A power series near the middle and a continued fraction in the tails
 * (Abramowitz and Stegun 26.2.11 and 26.2.14), both run to double precision.
 */
export function normalCdf(z: number): number {
  if (z > 0) return 1 - normalCdf(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > -3) {
    let term = z;
    let sum = z;
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = 0;
  for (let k = 120; k > 0; k--) fraction = k / (fraction - z);
  return density / (fraction - z);
}

/**
 * The z below which a share `p` of the standard normal distribution lies, by bisection of {@link normalCdf}.
 *
 * @param p In (0, 1).
 */
export function normalQuantile(p: number): number {
  checkNumber(p, "normalQuantile: p", { above: 0, below: 1 });
  // The lower half, where the distribution function keeps its relative precision.
  if (p > 0.5) return -normalQuantile(1 - p);
  let low = -40;
  let high = 0;
  for (let i = 0; i < 64; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
