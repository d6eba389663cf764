import { checkNumber } from "../../base/checks.js";
import { expOfNegative } from "../../math/exponential.js";
import { createMatrix } from "../../math/matrix.js";
import type { Loss } from "./loss.js";
import { rankingLoss, Relation } from "./rank-scores.js";

export interface InfoNceOptions {
  /** Divides the cosines: smaller looks at the hardest negatives alone. @default 0.05 */
  readonly temperature?: number | undefined;
}

/** By the object, so that a copy with another value is no InfoNCE. */
const known = /* @__PURE__ */ new WeakMap<Loss, { readonly temperature: number }>();

/** The settings, where the loss is InfoNCE, which the kernel computes in its own memory. */
export const infoNceSettingsOf = (loss: Loss): { readonly temperature: number } | undefined =>
  known.get(loss);

/**
 * InfoNCE (van den Oord et al. 2018; multiple-negatives ranking): the mean over matching pairs of
 * −log( e^(match/τ) / (e^(match/τ) + Σ e^(negative/τ)) ). Negatives of a query are all other passages of the batch:
 * its own mined ones, those of other queries and their matches; a further match of the query, or a duplicate of one,
 * is left out.
 *
 * @throws RangeError when the temperature is not a number > 0.
 */
export function infoNce({ temperature = 0.05 }: InfoNceOptions = {}): Loss {
  checkNumber(temperature, "infoNce: temperature", { above: 0 });
  const loss = rankingLoss(
    "info-nce",
    { temperature },
    ({ cosines, relations, anchors }, { pairs }) => {
      const { cols, data } = cosines;
      const slopes = createMatrix(cosines.rows, cols);
      const weights = new Float64Array(cols);
      const scale = 1 / (temperature * anchors.length);
      let sum = 0;
      for (const anchor of anchors) {
        const start = pairs.query[anchor] * cols;
        const own = pairs.passage[anchor];
        let top = -Infinity;
        for (let j = 0; j < cols; j++) {
          // A further match is no negative: it counts as infinitely far.
          const counts = relations[start + j] !== Relation.match || j === own;
          const cosine = counts ? data[start + j] : -Infinity;
          weights[j] = cosine;
          if (cosine > top) top = cosine;
        }
        let total = 0;
        for (let j = 0; j < cols; j++) {
          const weight = expOfNegative((weights[j] - top) / temperature);
          weights[j] = weight;
          total += weight;
        }
        sum += Math.log(total) + (top - data[start + own]) / temperature;
        const share = scale / total;
        for (let j = 0; j < cols; j++) slopes.data[start + j] += weights[j] * share;
        slopes.data[start + own] -= scale;
      }
      return { value: anchors.length === 0 ? 0 : sum / anchors.length, slopes };
    },
  );
  known.set(loss, { temperature });
  return loss;
}
