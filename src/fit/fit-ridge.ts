import type { Adapter } from "../adapter/adapter.js";
import { checkNumber } from "../base/checks.js";
import type { TrainingPairs } from "../data/training-pairs.js";
import { ridgeFamily } from "./families/ridge-family.js";
import { fitOnlyPoint } from "./fit-family.js";

export interface RidgeOptions {
  /** Penalty μ on |G - I|², in units of the mean eigenvalue of the queries' second moment. @default 1 */
  readonly mu?: number | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * Ridge regression of passages on queries, held near the identity: q ↦ q·G, G minimising mean |qG - p|² + μ|G - I|² over
 * matching pairs. Passages stay as they are, and with them an indexed corpus; nothing is centred.
 *
 * Source: Hoerl and Kennard, "Ridge regression", 1970.
 *
 * @param data Vectors of d dimensions and pairs; those labelled 0 play no part.
 * @returns An adapter of the query side, from d to d dimensions.
 * @throws RangeError on pairs that cannot be learnt from, and when μ is not a number > 0.
 */
export function fitRidge(
  data: TrainingPairs,
  { mu = 1, embedder = null }: RidgeOptions = {},
): Adapter {
  checkNumber(mu, "fitRidge: mu", { above: 0 });
  return fitOnlyPoint(ridgeFamily([mu]), data, embedder, "fitRidge");
}
