/** Training left the finite numbers. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
  constructor(
    /** Epoch in which it happened, from 1. */
    readonly epoch: number,
    /** Learning rate of the step. */
    readonly learningRate: number,
  ) {
    super(
      `trainMatrix: the loss is no longer a finite number in epoch ${epoch}, at learning rate ${learningRate}; lower the rate or clip the gradient`,
    );
  }
}
