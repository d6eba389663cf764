import type { Candidate, CandidateFamily } from "../candidates/candidate.js";
import type { Outcomes } from "../ranking/outcomes.js";

/** A candidate, and what became of every judged question under fits that had not seen it. */
export interface Trial {
  readonly family: CandidateFamily;
  /** Position in the family. */
  readonly position: number;
  readonly candidate: Candidate;
  readonly outcomes: Outcomes;
  /** Per fold, the correlation of its cosines with the untouched ones; NaN where nobody asked. */
  readonly likeness: Float64Array;
  /** Its share of the seconds that fitting and scoring took. */
  readonly seconds: number;
  /** "trailing" clearly after the first fold, or no "time" for its family; what comes of it is then incomplete. */
  readonly dropped: "trailing" | "time" | null;
}
