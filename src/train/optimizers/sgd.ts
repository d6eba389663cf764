import { checkNumber } from "../../base/checks.js";
import type { Optimizer } from "./optimizer.js";

export interface SgdOptions {
  /** Fraction of the previous step carried on, in [0, 1); a schedule may override it. @default 0 */
  readonly momentum?: number | undefined;
  /** Look ahead along the momentum (Nesterov). @default false */
  readonly nesterov?: boolean | undefined;
}

/**
 * Stochastic gradient descent with momentum, as PyTorch defines it: v ← μ v + g, θ ← θ − rate · v.
 *
 * @throws RangeError when the momentum is not in [0, 1).
 */
export function sgd({ momentum = 0, nesterov = false }: SgdOptions = {}): Optimizer {
  checkNumber(momentum, "sgd: momentum", { least: 0, below: 1 });
  return {
    name: "sgd",
    settings: { momentum, nesterov },
    init: () => ({ step: 0, moments: {} }),
    update(gradients, state, parameters, rates, spare) {
      const mu = rates.momentum ?? momentum;
      const rate = rates.learningRate;
      const previous = state.moments["velocity"];
      const velocity: Float32Array[] = [];
      const next = parameters.map((values, t) => {
        const gradient = gradients[t];
        const result = spare?.parameters[t] ?? new Float32Array(values.length);
        if (mu === 0 && previous === undefined) {
          for (let i = 0; i < result.length; i++) result[i] = values[i] - rate * gradient[i];
          return result;
        }
        const v = spare?.state.moments["velocity"]?.[t] ?? new Float32Array(values.length);
        velocity.push(v);
        // One pass each, nothing decided inside: these arrays are larger than the cache.
        const carried = previous?.[t] ?? gradient;
        const share = previous === undefined ? 0 : mu;
        if (nesterov) {
          for (let i = 0; i < v.length; i++) {
            v[i] = share * carried[i] + gradient[i];
            result[i] = values[i] - rate * (gradient[i] + mu * v[i]);
          }
        } else {
          for (let i = 0; i < v.length; i++) {
            const step = Math.fround(share * carried[i] + gradient[i]);
            v[i] = step;
            result[i] = values[i] - rate * step;
          }
        }
        return result;
      });
      return {
        parameters: next,
        state: { step: state.step + 1, moments: velocity.length > 0 ? { velocity } : {} },
      };
    },
  };
}
