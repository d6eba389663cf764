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

/** What a step makes. */
export interface OptimizerUpdate {
  readonly parameters: Tensors;
  readonly state: OptimizerState;
}

/** A pure pair: neither function changes what it is given, but for what it is given to be overwritten. */
export interface Optimizer {
  readonly name: string;
  /** What it was made with; a checkpoint records it. */
  readonly settings: Readonly<Record<string, unknown>>;
  init(parameters: Tensors): OptimizerState;
  /**
   * @param gradients To be read, not kept: the next step's stand in the same memory.
   * @param spare Arrays that nobody needs any more, to be overwritten by the result. They may be those of `parameters` and
   * `state`: no value is read after its place is written.
   */
  update(
    gradients: Tensors,
    state: OptimizerState,
    parameters: Tensors,
    rates: StepRates,
    spare?: OptimizerUpdate,
  ): OptimizerUpdate;
}
