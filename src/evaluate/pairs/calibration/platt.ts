import { checkBothLabels, checkScored } from "../../checks.js";

/** A logistic curve: probability = 1 / (1 + exp(-(slope · score + intercept))). */
export interface PlattCalibration {
  readonly method: "platt";
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Platt scaling: the logistic curve of greatest likelihood, with Platt's smoothed targets ((n₁ + 1) / (n₁ + 2) and
 * 1 / (n₀ + 2)), which keep it finite when the classes are separable. Solved by damped Newton steps to double
 * precision (Lin, Lin and Weng, 2007, after Platt, 1999).
 */
export function fitPlatt(scores: ArrayLike<number>, labels: ArrayLike<number>): PlattCalibration {
  checkScored(scores, labels, "fitCalibration");
  const n = scores.length;
  let positives = 0;
  let mean = 0;
  for (let i = 0; i < n; i++) {
    positives += labels[i];
    mean += scores[i] / n;
  }
  const negatives = n - positives;
  checkBothLabels(positives, negatives, "fitCalibration");
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (scores[i] - mean) ** 2 / n;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const prior = (positives * high + negatives * low) / n;
  if (variance === 0) {
    return { method: "platt", slope: 0, intercept: Math.log(prior / (1 - prior)) };
  }

  // In standardised scores the two parameters hardly interact, so Newton converges in a few steps.
  const scale = Math.sqrt(variance);
  const problem = { scores, labels, mean, scale, high, low };
  let a = 0;
  let b = Math.log(prior / (1 - prior));
  let current = lossAndDerivatives(problem, a, b);
  for (let iteration = 0; iteration < 100; iteration++) {
    const { gradientA, gradientB, hessianAA, hessianAB, hessianBB } = current;
    const determinant = hessianAA * hessianBB - hessianAB * hessianAB;
    const stepA = (hessianBB * gradientA - hessianAB * gradientB) / determinant;
    const stepB = (hessianAA * gradientB - hessianAB * gradientA) / determinant;
    if (!(Math.abs(stepA) > 1e-14 * Math.abs(a) || Math.abs(stepB) > 1e-14 * (1 + Math.abs(b)))) {
      break;
    }
    // Halve a step that does not lower the loss; near the optimum only rounding is left to gain.
    let size = 1;
    let next = lossAndDerivatives(problem, a - stepA, b - stepB);
    while (next.loss > current.loss * (1 + 1e-15) && size > 1e-6) {
      size /= 2;
      next = lossAndDerivatives(problem, a - size * stepA, b - size * stepB);
    }
    if (size <= 1e-6) break;
    a -= size * stepA;
    b -= size * stepB;
    current = next;
  }
  return { method: "platt", slope: a / scale, intercept: b - (a / scale) * mean };
}

interface Problem {
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly mean: number;
  readonly scale: number;
  readonly high: number;
  readonly low: number;
}

function lossAndDerivatives(
  { scores, labels, mean, scale, high, low }: Problem,
  a: number,
  b: number,
) {
  let loss = 0;
  let gradientA = 0;
  let gradientB = 0;
  let hessianAA = 0;
  let hessianAB = 0;
  let hessianBB = 0;
  for (let i = 0; i < scores.length; i++) {
    const x = (scores[i] - mean) / scale;
    const target = labels[i] === 1 ? high : low;
    const z = a * x + b;
    // log(1 + exp(z)) without overflow.
    loss += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target * z;
    const p = 1 / (1 + Math.exp(-z));
    const weight = p * (1 - p);
    gradientA += (p - target) * x;
    gradientB += p - target;
    hessianAA += weight * x * x;
    hessianAB += weight * x;
    hessianBB += weight;
  }
  return { loss, gradientA, gradientB, hessianAA, hessianAB, hessianBB };
}
