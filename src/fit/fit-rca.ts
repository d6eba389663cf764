import type { Adapter } from "../adapter/adapter.js";
import { checkChoice, checkNumber, refuse } from "../base/checks.js";
import type { TrainingPairs } from "../data/training-pairs.js";
import { queryRcaFamily, rcaFamily } from "./families/rca-family.js";
import { ridgeRcaFamily } from "./families/ridge-rca-family.js";
import { fitOnlyPoint } from "./fit-family.js";

/** One point of RCA. */
export interface RcaOptions {
  /**
   * Shrinkage, in units of the mean eigenvalue of C (so that it suits any embedding). Large leaves the embedding as it
   * is. @default 0.3
   */
  readonly lambda?: number | undefined;
  /** Exponent a of W = (C + lambda I)^-a. @default 0.5 */
  readonly power?: number | undefined;
  /**
   * Weight of a mild metric, exp(-C / 4 mean eigenvalues), beside (C + lambda I)^-2a, either in units in which
   * differences between matches have length 1; 0 is RCA itself. @default 0
   */
  readonly blend?: number | undefined;
  /**
   * Ridge penalty of a map that takes passages toward their queries before C is measured, in units of the mean eigenvalue
   * of the passages' covariance; `null` for plain RCA. Both sides only. @default null
   */
  readonly mu?: number | null | undefined;
  /** "query" folds the metric into the queries, so that indexed passages stay as they are. @default "both" */
  readonly side?: "both" | "query" | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * Relevant component analysis with each side centred: C = mean (q - p)(q - p)ᵀ over matching pairs, W = (C + λI)^-a on
 * both sides. Directions in which matching texts differ are shrunk, so that what tells passages apart weighs more.
 * `fitAdapter` finds λ and a by ranking held-out questions.
 *
 * Cost: one eigen-decomposition, of the smaller of pairs and dimensions.
 *
 * Source: Bar-Hillel, Hertz, Shental, Weinshall, "Learning a Mahalanobis metric from equivalence constraints", 2005.
 *
 * @param data Vectors of d dimensions and pairs; those labelled 0 play no part.
 * @returns An adapter from d to d dimensions.
 * @throws RangeError on pairs that cannot be learnt from and on options outside their range.
 */
export function fitRca(
  data: TrainingPairs,
  {
    lambda = 0.3,
    power = 0.5,
    blend = 0,
    mu = null,
    side = "both",
    embedder = null,
  }: RcaOptions = {},
): Adapter {
  checkNumber(lambda, "fitRca: lambda", { above: 0 });
  checkNumber(power, "fitRca: power", { above: 0 });
  checkNumber(blend, "fitRca: blend", { least: 0 });
  if (mu !== null) checkNumber(mu, "fitRca: mu", { above: 0 });
  checkChoice(side, "fitRca: side", ["both", "query"]);
  if (mu !== null && side === "query") refuse("fitRca: mu", 'null with side "query"', mu);
  const grid = { lambdas: [lambda], powers: [power], blends: [blend] };
  const both = mu === null ? rcaFamily(grid) : ridgeRcaFamily({ ...grid, mus: [mu] });
  return fitOnlyPoint(side === "query" ? queryRcaFamily(grid) : both, data, embedder, "fitRca");
}
