/** Trained arrays, in a fixed order. */
export type Tensors = readonly Float32Array[];

/** What an optimiser remembers between steps: plain data, so that a checkpoint can hold it. */
export interface OptimizerState {
  /** Steps taken. */
  readonly step: number;
  /** Running averages by name, one array per parameter. */
  readonly moments: Readonly<Record<string, Tensors>>;
}

/** The rates of one step, from the schedule. */
export interface StepRates {
  readonly learningRate: number;
  /** Replaces the optimiser's own momentum (or first decay rate) in this step. */
  readonly momentum?: number | undefined;
}

/** A pure pair: neither function changes what it is given. */
export interface Optimizer {
  readonly name: string;
  /** What it was made with; a checkpoint records it. */
  readonly settings: Readonly<Record<string, unknown>>;
  init(parameters: Tensors): OptimizerState;
  update(
    gradients: Tensors,
    state: OptimizerState,
    parameters: Tensors,
    rates: StepRates,
  ): { readonly parameters: Tensors; readonly state: OptimizerState };
}
