import type { LongJobOptions } from "../../base/progress.js";
import type { CandidateFamily, FittedCandidates } from "../candidates/candidate.js";
import { untouchedCandidates } from "../candidates/closed-forms.js";
import type { ClaimFold } from "../claims/claims.js";

/** Fits a family on a fold's pairs. Without pairs to learn from every candidate is the untouched embedding. */
export function fitFold(
  family: CandidateFamily,
  { train, trainNegatives }: Pick<ClaimFold, "train" | "trainNegatives">,
  wanted: readonly number[],
  job: LongJobOptions,
): Promise<FittedCandidates> {
  const nothing =
    train.query.length === 0 ||
    (family.needsNegatives === true && trainNegatives.query.length === 0);
  if (nothing) return Promise.resolve(untouchedCandidates);
  return family.fit({ positives: train, negatives: trainNegatives }, wanted, job);
}
