import { checkChoice, checkNumber } from "../../base/checks.js";
import { createMatrix } from "../../math/matrix.js";
import type { Loss } from "./loss.js";
import { rankingLoss, Relation } from "./rank-scores.js";

export interface TripletOptions {
  /** How far a match's cosine should stand above a negative's. @default 0.2 */
  readonly margin?: number | undefined;
  /**
   * Which negatives make triplets with a matching pair: `"mined"` (labelled 0 for its query), `"all"` (these and the
   * other passages of the batch) or `"hardest"` (the nearest of all).
   * @default "all"
   */
  readonly negatives?: "mined" | "all" | "hardest" | undefined;
}

/**
 * Triplet margin loss on cosines: the mean over triplets of max(0, margin − match + negative). A triplet that already
 * keeps the margin has no part in the gradient.
 *
 * @throws RangeError when the margin is not a number > 0, or `negatives` names no kind.
 */
export function tripletMargin({ margin = 0.2, negatives = "all" }: TripletOptions = {}): Loss {
  checkNumber(margin, "tripletMargin: margin", { above: 0 });
  checkChoice(negatives, "tripletMargin: negatives", ["mined", "all", "hardest"]);
  return rankingLoss(
    "triplet-margin",
    { margin, negatives },
    ({ cosines, relations, anchors }, { pairs }) => {
      const { cols, data } = cosines;
      const slopes = createMatrix(cosines.rows, cols);
      const choices = anchors.map((anchor) => {
        const start = pairs.query[anchor] * cols;
        const chosen: number[] = [];
        let hardest = -1;
        for (let j = 0; j < cols; j++) {
          const relation = relations[start + j];
          if (relation === Relation.match) continue;
          if (relation === Relation.inBatch && negatives === "mined") continue;
          if (negatives !== "hardest") chosen.push(j);
          else if (hardest < 0 || data[start + j] > data[start + hardest]) hardest = j;
        }
        return hardest < 0 ? chosen : [hardest];
      });
      const count = choices.reduce((sum, chosen) => sum + chosen.length, 0);
      let sum = 0;
      for (const [a, chosen] of choices.entries()) {
        const start = pairs.query[anchors[a]] * cols;
        const match = start + pairs.passage[anchors[a]];
        for (const j of chosen) {
          const excess = margin - data[match] + data[start + j];
          if (excess <= 0) continue;
          sum += excess;
          slopes.data[match] -= 1 / count;
          slopes.data[start + j] += 1 / count;
        }
      }
      return { value: count === 0 ? 0 : sum / count, slopes };
    },
  );
}
