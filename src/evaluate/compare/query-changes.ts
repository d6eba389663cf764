import { rankingOf, type Ranking } from "../retrieval/retrieve.js";
import type { RetrievalEvaluation } from "../retrieval/retrieval.js";

/** What became of one query. */
export interface QueryChange {
  /** Row of the queries. */
  readonly query: number;
  readonly before: number;
  readonly after: number;
  /** after - before. */
  readonly change: number;
  /** Its relevant passages (rows of the corpus), with their ranks before and after. */
  readonly relevant: readonly {
    readonly passage: number;
    readonly rankBefore: number;
    readonly rankAfter: number;
  }[];
  /** What stood first before and after, best first; empty unless rankings were given. */
  readonly topBefore: readonly number[];
  readonly topAfter: readonly number[];
}

export interface QueryChanges {
  readonly metric: string;
  readonly won: number;
  readonly lost: number;
  readonly tied: number;
  /** The queries whose figure moved, worst loss first, largest gain last. */
  readonly changes: readonly QueryChange[];
}

export interface QueryChangesOptions {
  /** The figure that decides, a name of `perQuery`. @default "mrr" */
  readonly metric?: string | undefined;
  /** What was retrieved before and after, from {@link retrieve}, to show it beside the ranks. */
  readonly rankings?: { readonly before: Ranking; readonly after: Ranking } | undefined;
}

/**
 * The queries won and lost between two evaluations of the same queries and judgements, worst first.
 *
 * @throws RangeError when the evaluations are of different queries or relevant passages, or lack the metric.
 */
export function queryChanges(
  before: RetrievalEvaluation,
  after: RetrievalEvaluation,
  { metric = "mrr", rankings }: QueryChangesOptions = {},
): QueryChanges {
  return changesOf(before, after, { metric, rankings }, "queryChanges");
}

/** {@link queryChanges} for another public function. */
export function changesOf(
  before: RetrievalEvaluation,
  after: RetrievalEvaluation,
  { metric, rankings }: QueryChangesOptions & { metric: string },
  caller: string,
): QueryChanges {
  const valuesBefore = perQueryValues(before, metric, `${caller}: before`);
  const valuesAfter = perQueryValues(after, metric, `${caller}: after`);
  checkSameQueries(before, after, caller);
  const changes: QueryChange[] = [];
  for (const [i, query] of before.queries.entries()) {
    const rankAfter = new Map(after.relevant[i].map((passage, j) => [passage, after.ranks[i][j]]));
    const relevant = before.relevant[i].map((passage, j) => {
      const rank = rankAfter.get(passage);
      if (rank === undefined || rankAfter.size !== before.relevant[i].length) {
        throw new RangeError(
          `${caller}: before and after must have the same relevant passages, received others for query ${query}`,
        );
      }
      return { passage, rankBefore: before.ranks[i][j], rankAfter: rank };
    });
    const change = valuesAfter[i] - valuesBefore[i];
    if (change === 0) continue;
    changes.push({
      query,
      before: valuesBefore[i],
      after: valuesAfter[i],
      change,
      relevant,
      topBefore: rankings === undefined ? [] : rankingOf(rankings.before, query),
      topAfter: rankings === undefined ? [] : rankingOf(rankings.after, query),
    });
  }
  changes.sort((a, b) => a.change - b.change || a.query - b.query);
  const lost = changes.filter(({ change }) => change < 0).length;
  return { metric, won: changes.length - lost, lost, tied: before.n - changes.length, changes };
}

/** The values of one metric. @throws RangeError naming the metrics there are. */
export function perQueryValues(
  { perQuery }: Pick<RetrievalEvaluation, "perQuery">,
  metric: string,
  place: string,
): Float64Array {
  if (!Object.hasOwn(perQuery, metric)) {
    throw new RangeError(
      `${place} must have the metric "${metric}", received ${Object.keys(perQuery).join(", ")}`,
    );
  }
  return perQuery[metric];
}

/** @throws RangeError on evaluations of different queries. */
export function checkSameQueries(
  before: Pick<RetrievalEvaluation, "queries">,
  after: Pick<RetrievalEvaluation, "queries">,
  caller: string,
): void {
  const same =
    before.queries.length === after.queries.length &&
    before.queries.every((query, i) => query === after.queries[i]);
  if (!same) {
    throw new RangeError(
      `${caller}: before and after must be evaluations of the same queries, received ${before.queries.length} and ${after.queries.length}, or others`,
    );
  }
}
