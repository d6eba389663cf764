import { checkNumber } from "../../base/checks.js";
import type { Loss } from "./loss.js";
import { pairLoss } from "./pair-scores.js";

export interface CosentOptions {
  /** Divides the differences of cosines: smaller is stricter. @default 0.05 */
  readonly temperature?: number | undefined;
}

/**
 * CoSENT (Su 2022): log(1 + Σ exp((cosine of a non-match − cosine of a match) / temperature)) over all matches and
 * non-matches of the batch: every match should score above every non-match, which is what ROC AUC counts. With two
 * labels the double sum is a product of two sums, so it costs no more than the pairs. A batch of one class gives 0.
 *
 * @throws RangeError when the temperature is not a number > 0.
 */
export function cosent({ temperature = 0.05 }: CosentOptions = {}): Loss {
  checkNumber(temperature, "cosent: temperature", { above: 0 });
  return pairLoss("cosent", { temperature }, (cosines, labels) => {
    const slopes = new Float64Array(cosines.length);
    // Signed so that both sums are of exp(sign · cosine / temperature).
    const sign = (i: number): number => (labels[i] === 1 ? -1 : 1);
    const logSums = [0, 1].map((label) => {
      let top = -Infinity;
      let sum = 0;
      for (let i = 0; i < cosines.length; i++) {
        if (labels[i] !== label) continue;
        top = Math.max(top, (sign(i) * cosines[i]) / temperature);
      }
      for (let i = 0; i < cosines.length; i++) {
        if (labels[i] === label) sum += Math.exp((sign(i) * cosines[i]) / temperature - top);
      }
      return top + Math.log(sum);
    });
    const total = logSums[0] + logSums[1];
    if (total === -Infinity || !(labels.includes(0) && labels.includes(1))) {
      return { value: 0, slopes };
    }
    // softplus and its derivative, without overflow
    const value = Math.max(total, 0) + Math.log1p(Math.exp(-Math.abs(total)));
    const share = 1 / (1 + Math.exp(-total));
    for (let i = 0; i < cosines.length; i++) {
      const weight = Math.exp((sign(i) * cosines[i]) / temperature - logSums[labels[i]]);
      slopes[i] = (sign(i) * share * weight) / temperature;
    }
    return { value, slopes };
  });
}
