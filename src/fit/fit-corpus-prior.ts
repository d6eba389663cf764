import type { Adapter } from "../adapter/adapter.js";
import { checkChoice, checkNumber, refuse } from "../base/checks.js";
import { preparePairs, type TrainingPairs } from "../data/training-pairs.js";
import { checkMatrix, type Matrix } from "../math/matrix.js";
import { normalizeRows } from "../math/vectors.js";
import { corpusPriorFamily } from "./families/corpus-prior.js";
import { spreadOf, type Spread } from "./families/spread.js";
import { fitFamily } from "./fit-family.js";

/** One point of RCA with a prior from the corpus. */
export interface CorpusPriorOptions {
  /** How many labels the prior counts for. @default 100 */
  readonly nu?: number | undefined;
  /** Shrinkage, in units of the mean eigenvalue of S. Large leaves the embedding as it is. @default 1 */
  readonly lambda?: number | undefined;
  /** Exponent a of W = (S + lambda I)^-a. @default 0.25 */
  readonly power?: number | undefined;
  /** "query" folds the metric into the queries, so that indexed passages stay as they are. @default "both" */
  readonly side?: "both" | "query" | undefined;
  /** Questions without labels, e.g. of a search log: how questions spread is learnt from these, not from those of pairs. */
  readonly log?: Matrix | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * RCA with a prior from the corpus: W = (S + λI)^-a on both sides, S = (n·C + ν·T·tr C / tr T) / (n + ν), where C is what
 * {@link fitRca} shrinks by, from n matches, and T how texts spread at all: the mean of the covariances of the passages and
 * of the questions, each scaled to trace 1. With few labels, what needs none counts more. Passages are centred on the mean
 * of the corpus, queries on that of the questions. The defaults are mild.
 *
 * Cost: one eigen-decomposition, of the smaller of dimensions and texts.
 *
 * Source: {@link fitRca}'s; Friedman, "Regularized discriminant analysis", 1989, for the shrinkage toward what is better
 * known, here how the corpus spreads.
 *
 * @param data Vectors of d dimensions and pairs; `passages` is the whole corpus, named by pairs or not. Pairs labelled 0
 *   play no part.
 * @returns An adapter from d to d dimensions.
 * @throws RangeError on pairs that cannot be learnt from, a log of other dimensions, and options outside their range.
 */
export function fitCorpusPrior(
  data: TrainingPairs,
  {
    nu = 100,
    lambda = 1,
    power = 0.25,
    side = "both",
    log,
    embedder = null,
  }: CorpusPriorOptions = {},
): Adapter {
  checkNumber(nu, "fitCorpusPrior: nu", { above: 0 });
  checkNumber(lambda, "fitCorpusPrior: lambda", { above: 0 });
  checkNumber(power, "fitCorpusPrior: power", { above: 0 });
  checkChoice(side, "fitCorpusPrior: side", ["both", "query"]);
  const prepared = preparePairs(data, "fitCorpusPrior");
  const spread = log === undefined ? null : spreadOfLog(log, prepared.queries.cols);
  const family = corpusPriorFamily({ nu, lambda, power }, side, spread);
  return fitFamily(family, family.points[0], data, prepared, { embedder });
}

function spreadOfLog(log: Matrix, dimensions: number): Spread {
  if (log.cols !== dimensions) {
    refuse("fitCorpusPrior: log", `a matrix of ${dimensions} columns`, log.cols);
  }
  checkMatrix(log, "fitCorpusPrior: log", { zeroRows: false });
  return spreadOf(normalizeRows(log));
}
