import { checkNumber } from "../../base/checks.js";
import { createMatrix } from "../../math/matrix.js";
import type { Loss } from "./loss.js";
import { rankingLoss, Relation } from "./rank-scores.js";

export interface InfoNceOptions {
  /** Divides the cosines: smaller looks at the hardest negatives alone. @default 0.05 */
  readonly temperature?: number | undefined;
}

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
  return rankingLoss("info-nce", { temperature }, ({ cosines, relations, anchors }, { pairs }) => {
    const { cols, data } = cosines;
    const slopes = createMatrix(cosines.rows, cols);
    const weights = new Float64Array(cols);
    let sum = 0;
    for (const anchor of anchors) {
      const start = pairs.query[anchor] * cols;
      const own = pairs.passage[anchor];
      const counts = (j: number): boolean => j === own || relations[start + j] !== Relation.match;
      let top = -Infinity;
      for (let j = 0; j < cols; j++) if (counts(j)) top = Math.max(top, data[start + j]);
      let total = 0;
      for (let j = 0; j < cols; j++) {
        weights[j] = counts(j) ? Math.exp((data[start + j] - top) / temperature) : 0;
        total += weights[j];
      }
      sum += Math.log(total) + (top - data[start + own]) / temperature;
      const scale = 1 / (temperature * anchors.length);
      for (let j = 0; j < cols; j++) slopes.data[start + j] += (weights[j] / total) * scale;
      slopes.data[start + own] -= scale;
    }
    return { value: anchors.length === 0 ? 0 : sum / anchors.length, slopes };
  });
}
