import { leakReport, type LeakReport } from "../../data/split/leak-report.js";
import type { Pair, Question } from "../../data/types.js";
import { comparison, type CompareOptions, type Comparison } from "./compare.js";
import {
  checkSameQueries,
  perQueryValues,
  changesOf,
  type QueryChanges,
  type QueryChangesOptions,
} from "./query-changes.js";
import type { RetrievalEvaluation } from "../retrieval/retrieval.js";

export interface CompareRetrievalOptions
  extends Omit<CompareOptions, "groups">, Pick<QueryChangesOptions, "rankings"> {
  /** The figure that decides; choose it before looking. @default "mrr" */
  readonly metric?: string | undefined;
  /** Further figures to compare. @default every figure both evaluations have */
  readonly metrics?: readonly string[] | undefined;
  /** One key per query row (its page, say): queries of one group are drawn and flipped together. */
  readonly groups?: readonly (string | number)[] | undefined;
  /** The two sides of the split, to be looked through for leaks. */
  readonly split?:
    | { readonly train: readonly (Question | Pair)[]; readonly test: readonly (Question | Pair)[] }
    | undefined;
}

export interface RetrievalComparison {
  /** The comparison that decides; its sentence is the answer. */
  readonly verdict: Comparison;
  /** Every figure compared, the deciding one included. */
  readonly comparisons: readonly Comparison[];
  /** Queries won and lost by the deciding figure, worst first. */
  readonly changes: QueryChanges;
  /** What train and test share; `null` when no split was given. */
  readonly leaks: LeakReport | null;
  /** The verdict, and a warning where train and test share anything. */
  readonly sentence: string;
}

/**
 * Is retrieval after better than before, by how much, and how sure is that? Both evaluations are of the same queries,
 * corpus and judgements, under two embeddings.
 *
 * @throws RangeError when the evaluations do not belong together or lack a metric.
 */
export function compareRetrieval(
  before: RetrievalEvaluation,
  after: RetrievalEvaluation,
  {
    metric: deciding = "mrr",
    metrics = Object.keys(before.perQuery).filter((name) => Object.hasOwn(after.perQuery, name)),
    groups,
    split,
    rankings,
    ...options
  }: CompareRetrievalOptions = {},
): RetrievalComparison {
  const caller = "compareRetrieval";
  checkSameQueries(before, after, caller);
  const groupsOfEvaluated =
    groups === undefined
      ? undefined
      : before.queries.map((query) => {
          if (query >= groups.length) {
            throw new RangeError(
              `${caller}: groups must be one per query, received ${groups.length} where query ${query} was evaluated`,
            );
          }
          return groups[query];
        });
  const compare = (metric: string): Comparison =>
    comparison(
      metric,
      perQueryValues(before, metric, `${caller}: before`),
      perQueryValues(after, metric, `${caller}: after`),
      { ...options, groups: groupsOfEvaluated },
      caller,
    );
  const verdict = compare(deciding);
  const comparisons = metrics.map((metric) => (metric === deciding ? verdict : compare(metric)));
  const leaks = split === undefined ? null : leakReport(split.train, split.test);
  return {
    verdict,
    comparisons: comparisons.includes(verdict) ? comparisons : [verdict, ...comparisons],
    changes: changesOf(before, after, { metric: deciding, rankings }, caller),
    leaks,
    sentence: leaks === null ? verdict.sentence : `${verdict.sentence} ${leakSentence(leaks)}`,
  };
}

function leakSentence({ clean, questions, passages, pages }: LeakReport): string {
  if (clean) return "Train and test share no question, passage or page.";
  return `Do not trust it yet: train and test share ${questions.length} questions, ${passages.length} passages and ${pages.length} pages.`;
}
