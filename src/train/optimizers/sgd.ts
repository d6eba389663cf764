import type { Optimizer } from "./optimizer.js";

export interface SgdOptions {
  /** Fraction of the previous step carried on, in [0, 1); a schedule may override it. @default 0 */
  readonly momentum?: number | undefined;
  /** Look ahead along the momentum (Nesterov). @default false */
  readonly nesterov?: boolean | undefined;
}

/**
 * Stochastic gradient descent with momentum, as PyTorch defines it: v ← μ v + g, θ ← θ − rate · v.
 */
export function sgd({ momentum = 0, nesterov = false }: SgdOptions = {}): Optimizer {
  if (!(momentum >= 0 && momentum < 1)) {
    throw new RangeError(`sgd: momentum must be in [0, 1), received ${momentum}`);
  }
  return {
    name: "sgd",
    settings: { momentum, nesterov },
    init: () => ({ step: 0, moments: {} }),
    update(gradients, state, parameters, rates) {
      const mu = rates.momentum ?? momentum;
      const rate = rates.learningRate;
      const previous = state.moments["velocity"];
      const velocity: Float32Array[] = [];
      const next = parameters.map((values, t) => {
        const gradient = gradients[t];
        const result = new Float32Array(values.length);
        if (mu === 0 && previous === undefined) {
          for (let i = 0; i < result.length; i++) result[i] = values[i] - rate * gradient[i];
          return result;
        }
        const before = previous?.[t];
        const v = new Float32Array(values.length);
        for (let i = 0; i < result.length; i++) {
          v[i] = before === undefined ? gradient[i] : mu * before[i] + gradient[i];
          result[i] = values[i] - rate * (nesterov ? gradient[i] + mu * v[i] : v[i]);
        }
        velocity.push(v);
        return result;
      });
      return {
        parameters: next,
        state: { step: state.step + 1, moments: velocity.length > 0 ? { velocity } : {} },
      };
    },
  };
}
