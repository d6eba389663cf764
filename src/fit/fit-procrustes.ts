import type { Adapter } from "../adapter/adapter.js";
import { checkNumber } from "../base/checks.js";
import type { TrainingPairs } from "../data/training-pairs.js";
import { procrustesFamily } from "./families/procrustes-family.js";
import { fitOnlyPoint } from "./fit-family.js";

export interface ProcrustesOptions {
  /** What draws the rotation toward none, in units of the mean eigenvalue of both covariances. @default 0.1 */
  readonly mu?: number | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * Orthogonal Procrustes: centred queries are rotated to where they come closest to their centred passages, which are
 * centred and nothing else. No distance within a side changes.
 *
 * Source: Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966.
 *
 * @param data Vectors of d dimensions and pairs; those labelled 0 play no part.
 * @returns An adapter from d to d dimensions.
 * @throws RangeError on pairs that cannot be learnt from, and when μ is not a number > 0.
 */
export function fitProcrustes(
  data: TrainingPairs,
  { mu = 0.1, embedder = null }: ProcrustesOptions = {},
): Adapter {
  checkNumber(mu, "fitProcrustes: mu", { above: 0 });
  return fitOnlyPoint(procrustesFamily([mu]), data, embedder, "fitProcrustes");
}
