import { checkNumber } from "../../base/checks.js";
import type { Loss } from "./loss.js";
import { pairLoss } from "./pair-scores.js";

export interface ContrastiveOptions {
  /** Cosine distance (1 − cosine, 0 to 2) beyond which a non-match is left alone. @default 0.5 */
  readonly margin?: number | undefined;
}

/**
 * Contrastive loss (Hadsell, Chopra & LeCun 2006) on cosine distances δ: mean of δ²/2 over matches and of
 * max(0, margin − δ)²/2 over non-matches.
 *
 * @throws RangeError when the margin is not a number > 0.
 */
export function contrastive({ margin = 0.5 }: ContrastiveOptions = {}): Loss {
  checkNumber(margin, "contrastive: margin", { above: 0 });
  return pairLoss("contrastive", { margin }, (cosines, labels) => {
    const count = cosines.length;
    const slopes = new Float64Array(count);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const distance = 1 - cosines[i];
      const excess = labels[i] === 1 ? distance : Math.min(0, distance - margin);
      sum += (excess * excess) / 2;
      slopes[i] = -excess / count;
    }
    // A NaN must come out as a NaN: Math.min passes it on.
    return { value: count === 0 ? 0 : sum / count, slopes };
  });
}
