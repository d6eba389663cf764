import type { OptimizerState, StepRates, Tensors } from "../optimizers/optimizer.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import type { BatchPlan } from "./batches.js";
import type { Step } from "./stepper.js";

/** What the optimiser carries from step to step. */
export interface TrainingState {
  readonly tensors: Tensors;
  readonly state: OptimizerState;
}

/** A step to take. */
export interface PlannedStep {
  readonly plan: BatchPlan;
  readonly rates: StepRates;
  /** Drops input values in place. */
  readonly dropOut: (inputs: Float32Array) => void;
}

/** Where steps come from, and what is told of each. */
export interface StepSource {
  /** The next step; `null` when the epoch ends, or it is time for a pause. */
  next(): PlannedStep | null;
  /** Changes the gradients of a step in place, before the optimiser sees them. */
  adjust(gradients: Tensors, tensors: Tensors): void;
  /** @throws DivergenceError when the value is not finite. */
  done(step: PlannedStep, value: number, cosines: Float64Array): void;
}

/**
 * Takes steps until there is none.
 *
 * @param own Whether the arrays of `at` may be overwritten.
 */
export type Advance = (
  at: TrainingState,
  steps: StepSource,
  own: boolean,
) => Promise<TrainingState>;

/** Takes each step by any engine, loss and optimiser. */
export function stepByStep(step: Step, optimizer: Optimizer): Advance {
  return async ({ tensors, state }, steps, own) => {
    for (let planned = steps.next(); planned !== null; planned = steps.next()) {
      const { plan, rates, dropOut } = planned;
      const { value, gradients, cosines } = await step(tensors, plan, dropOut);
      steps.done(planned, value, cosines);
      steps.adjust(gradients, tensors);
      const spare = own ? { parameters: tensors, state } : undefined;
      ({ parameters: tensors, state } = optimizer.update(gradients, state, tensors, rates, spare));
      own = true;
    }
    return { tensors, state };
  };
}
