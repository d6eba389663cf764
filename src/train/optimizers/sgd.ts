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
          stepWithMomentum(result, v, values, carried, gradient, share, rate);
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

/**
 * velocity = share · carried + gradient; result = values - rate · velocity.
 *
 * A function of its own, which engines compile for these arrays alone, and two at a time: what a loop does besides takes
 * as long as the step.
 */
function stepWithMomentum(
  result: Float32Array,
  velocity: Float32Array,
  values: Float32Array,
  carried: Float32Array,
  gradient: Float32Array,
  share: number,
  rate: number,
): void {
  const pairs = velocity.length - (velocity.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    const first = Math.fround(share * carried[i] + gradient[i]);
    const second = Math.fround(share * carried[i + 1] + gradient[i + 1]);
    velocity[i] = first;
    velocity[i + 1] = second;
    result[i] = values[i] - rate * first;
    result[i + 1] = values[i + 1] - rate * second;
  }
  if (pairs < velocity.length) {
    const last = Math.fround(share * carried[pairs] + gradient[pairs]);
    velocity[pairs] = last;
    result[pairs] = values[pairs] - rate * last;
  }
}
