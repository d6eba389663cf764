import type { QuestionOutcome } from "../tune/verdict/decision.js";
import { labelsToReview, type LabelToReview } from "../tune/review/labels-to-review.js";
import { byChange, byRank } from "./figures/question-changes.js";
import { namesOf, type Names } from "./names.js";
import type { ReportedDecision, ReportOptions } from "./reported-decision.js";

/** What every section reads. */
export interface Report {
  readonly decision: ReportedDecision;
  readonly options: ReportOptions;
  readonly names: Names;
  readonly seed: string | number;
  /** Judged questions: those that changed most first or, where none is compared, those furthest down. */
  readonly questions: readonly QuestionOutcome[];
  /** Whether there is an after to show: the best that was found is not the untouched embedding. */
  readonly compared: boolean;
  readonly toReview: readonly LabelToReview[];
  /** What hangs together, per row of the table of queries. */
  groupOf(row: number): string | number;
  /** The slice of a row of the table of queries; `null` where it is in none. */
  sliceOf(row: number): string | null;
}

export function readReport(decision: ReportedDecision, options: ReportOptions): Report {
  const { texts } = decision;
  const compared = decision.questions.length > 0 && decision.best.method !== "identity";
  return {
    decision,
    options,
    names: namesOf(decision, options.texts ?? true),
    seed: options.seed ?? decision.seed ?? 1,
    questions: (compared ? byChange : byRank)(decision.questions),
    compared,
    toReview: labelsToReview(decision),
    groupOf: (row) => texts?.groups?.[row] ?? row,
    sliceOf: (row) =>
      options.slices === undefined ? groupName(texts?.groups?.[row] ?? null) : options.slices[row],
  };
}

/** The tables of `tune` mark groups by a word and a tab, and questions that have none likewise. */
function groupName(group: string | null): string | null {
  if (group === null || group.startsWith("question\t")) return null;
  return group.startsWith("group\t") ? group.slice("group\t".length) : group;
}
