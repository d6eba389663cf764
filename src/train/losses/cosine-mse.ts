import { checkNumber } from "../../base/checks.js";
import type { Loss } from "./loss.js";
import { pairLoss } from "./pair-scores.js";

export interface CosineMseOptions {
  /**
   * The cosine wanted for label 0 and for label 1: `[0, 1]` as in the reference notebook, `[-1, 1]` as in OpenAI's
   * cookbook.
   * @default [0, 1]
   */
  readonly targets?: readonly [number, number] | undefined;
}

/**
 * Mean squared difference between each pair's cosine and the target of its label.
 *
 * @throws RangeError when a target is not a number from -1 to 1.
 */
export function cosineMse({ targets = [0, 1] }: CosineMseOptions = {}): Loss {
  for (const label of [0, 1]) {
    checkNumber(targets[label], `cosineMse: targets[${label}]`, { least: -1, most: 1 });
  }
  return pairLoss("cosine-mse", { targets }, (cosines, labels) => {
    const count = cosines.length;
    const slopes = new Float64Array(count);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const difference = cosines[i] - targets[labels[i] === 1 ? 1 : 0];
      sum += difference * difference;
      slopes[i] = (2 * difference) / count;
    }
    return { value: count === 0 ? 0 : sum / count, slopes };
  });
}
