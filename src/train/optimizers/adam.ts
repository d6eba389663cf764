import { checkNumber } from "../../base/checks.js";
import type { Optimizer } from "./optimizer.js";

export interface AdamOptions {
  /** Decay of the running mean of gradients, in [0, 1); a schedule's momentum may override it. @default 0.9 */
  readonly beta1?: number | undefined;
  /** Decay of the running mean of squared gradients, in [0, 1). @default 0.999 */
  readonly beta2?: number | undefined;
  /** Added to the root of the squares. @default 1e-8 */
  readonly epsilon?: number | undefined;
}

export interface AdamWOptions extends AdamOptions {
  /** Share of each weight taken off per step, times the learning rate. @default 0.01 */
  readonly weightDecay?: number | undefined;
}

/**
 * Adam (Kingma & Ba 2015) with bias correction, as PyTorch computes it.
 *
 * @throws RangeError when a beta is not in [0, 1), or epsilon is below 0.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamLike("adam", { ...options, weightDecay: 0 });
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019).
 *
 * @throws RangeError when a beta is not in [0, 1), or epsilon or weight decay is below 0.
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  return adamLike("adamW", options);
}

function adamLike(
  caller: "adam" | "adamW",
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 }: AdamWOptions,
): Optimizer {
  for (const [option, value] of Object.entries({ beta1, beta2 })) {
    checkNumber(value, `${caller}: ${option}`, { least: 0, below: 1 });
  }
  for (const [option, value] of Object.entries({ epsilon, weightDecay })) {
    checkNumber(value, `${caller}: ${option}`, { least: 0 });
  }
  return {
    name: caller.toLowerCase(),
    settings: { beta1, beta2, epsilon, weightDecay },
    init: (parameters) => ({
      step: 0,
      moments: {
        mean: parameters.map((values) => new Float32Array(values.length)),
        square: parameters.map((values) => new Float32Array(values.length)),
      },
    }),
    update(gradients, state, parameters, rates, spare) {
      const step = state.step + 1;
      const first = rates.momentum ?? beta1;
      const rate = rates.learningRate / (1 - first ** step);
      const squareScale = 1 / (1 - beta2 ** step);
      const keep = 1 - rates.learningRate * weightDecay;
      const mean: Float32Array[] = [];
      const square: Float32Array[] = [];
      const next = parameters.map((values, t) => {
        const gradient = gradients[t];
        const oldMean = state.moments["mean"][t];
        const oldSquare = state.moments["square"][t];
        const fresh = (): Float32Array => new Float32Array(values.length);
        const m = spare?.state.moments["mean"][t] ?? fresh();
        const v = spare?.state.moments["square"][t] ?? fresh();
        const result = spare?.parameters[t] ?? fresh();
        for (let i = 0; i < values.length; i++) {
          const g = gradient[i];
          m[i] = first * oldMean[i] + (1 - first) * g;
          v[i] = beta2 * oldSquare[i] + (1 - beta2) * g * g;
          result[i] = keep * values[i] - (rate * m[i]) / (Math.sqrt(v[i] * squareScale) + epsilon);
        }
        mean.push(m);
        square.push(v);
        return result;
      });
      return { parameters: next, state: { step, moments: { mean, square } } };
    },
  };
}
