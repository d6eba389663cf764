import { checkNumber } from "../../base/checks.js";
import type { Optimizer, StepRates } from "./optimizer.js";

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

/** What Adam was made with. */
export type AdamSettings = Readonly<Required<{ [K in keyof AdamWOptions]: number }>>;

/** By the object, so that a copy with another update is no Adam. */
const known = /* @__PURE__ */ new WeakMap<Optimizer, AdamSettings>();

/** The settings, where the optimiser is Adam, whose steps the kernel takes in its own memory. */
export const adamSettingsOf = (optimizer: Optimizer): AdamSettings | undefined =>
  known.get(optimizer);

/** The factors of a step, in the order of src/math/kernel/assembly/adam.ts. */
export function adamFactors(
  { beta1, beta2, epsilon, weightDecay }: AdamSettings,
  step: number,
  rates: StepRates,
): readonly number[] {
  const first = rates.momentum ?? beta1;
  return [
    ...[first, 1 - first, beta2, 1 - beta2],
    rates.learningRate / (1 - first ** step),
    1 / (1 - beta2 ** step),
    epsilon,
    1 - rates.learningRate * weightDecay,
  ];
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
  const settings = { beta1, beta2, epsilon, weightDecay };
  const optimizer: Optimizer = {
    name: caller.toLowerCase(),
    settings,
    init: (parameters) => ({
      step: 0,
      moments: {
        mean: parameters.map((values) => new Float32Array(values.length)),
        square: parameters.map((values) => new Float32Array(values.length)),
      },
    }),
    update(gradients, state, parameters, rates, spare) {
      const step = state.step + 1;
      const factors = adamFactors(settings, step, rates);
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
        adamStep(
          { values, gradient, mean: oldMean, square: oldSquare },
          { values: result, mean: m, square: v },
          factors,
        );
        mean.push(m);
        square.push(v);
        return result;
      });
      return { parameters: next, state: { step, moments: { mean, square } } };
    },
  };
  known.set(optimizer, settings);
  return optimizer;
}

interface AdamArrays {
  readonly values: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** One array's step; a function of its own, so that the loop is compiled for arrays alone. */
function adamStep(
  { values, gradient, mean, square }: AdamArrays & { readonly gradient: Float32Array },
  next: AdamArrays,
  [first, newShare, beta2, newSquareShare, rate, squareScale, epsilon, keep]: readonly number[],
): void {
  const { values: result, mean: m, square: v } = next;
  for (let i = 0; i < values.length; i++) {
    const g = gradient[i];
    // What is kept in single precision is what the step is taken by.
    const meanHere = Math.fround(first * mean[i] + newShare * g);
    const squareHere = Math.fround(beta2 * square[i] + newSquareShare * g * g);
    m[i] = meanHere;
    v[i] = squareHere;
    result[i] =
      keep * values[i] - (rate * meanHere) / (Math.sqrt(squareHere * squareScale) + epsilon);
  }
}
