import { createRandom } from "../../base/random.js";
import { shuffledOrder } from "./batches.js";
import { createDropout } from "./dropout.js";

/**
 * Every random choice of a run. Each depends on the seed and its place in the run alone, so that a run resumed from a
 * checkpoint draws what the whole run would have drawn. Tests put recorded choices in its place.
 */
export interface TrainingRandomness {
  /** Standard normal values for the start of tensor `name`. */
  normals(name: string, count: number): Float32Array;
  /** The order of epoch `epoch` (from 1). */
  order(epoch: number, count: number): Uint32Array;
  /** Drops values of one batch's inputs in place. */
  drop(values: Float32Array, epoch: number, batch: number): void;
}

/** Choices drawn from a seed. */
export function seededRandomness(seed: string | number, dropout: number): TrainingRandomness {
  const dropOut = createDropout(dropout);
  return {
    normals(name, count) {
      const random = createRandom(`${seed}/start/${name}`);
      const values = new Float32Array(count);
      for (let i = 0; i < count; i++) values[i] = random.normal();
      return values;
    },
    order: (epoch, count) => shuffledOrder(count, createRandom(`${seed}/order/${epoch}`)),
    drop(values, epoch, batch) {
      dropOut(values, createRandom(`${seed}/dropout/${epoch}/${batch}`));
    },
  };
}
