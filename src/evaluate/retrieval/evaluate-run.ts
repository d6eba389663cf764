import { checkInteger, checkNumber, refuse } from "../../base/checks.js";
import { show } from "../../base/show.js";
import { checkDepths } from "../checks.js";
import type { GainFunction, MapDenominator, RankedQuery } from "./rank-metrics.js";
import { summarizeRanked, type RetrievalFigures } from "./summarize-ranked.js";
import { compareIds, type Qrels, type Retrieved, type Run } from "./trec-format.js";

export interface EvaluateRunOptions {
  /** The depths k of the figures, whole numbers from 1. @default [1, 10, 100] */
  readonly ks?: readonly number[] | undefined;
  /** How grades count in nDCG. @default "linear" */
  readonly gain?: GainFunction | undefined;
  /** The lowest grade that counts as relevant in all figures but nDCG (trec_eval -l). @default 1 */
  readonly relevanceLevel?: number | undefined;
  /** Leave passages that nobody judged out of the ranking, instead of counting them as irrelevant (-J). @default false */
  readonly judgedOnly?: boolean | undefined;
  /** Divide by all judged queries; those the run lacks count 0 (-c). @default false */
  readonly complete?: boolean | undefined;
  /** Look at this many passages per query (-M). @default all */
  readonly depth?: number | undefined;
  /**
   * Leave a passage with the id of its query as it stands. By default it takes no rank, as in BEIR, whose queries may stand
   * in the corpus, unless somebody judged it for the query.
   *
   * @default false
   */
  readonly keepOwn?: boolean | undefined;
  /** What `map@k` divides by. @default "relevant" */
  readonly mapDenominator?: MapDenominator | undefined;
}

/** Figures of a run; values per query are in the order of `queries`. */
export interface RunEvaluation extends RetrievalFigures {
  /** The queries evaluated: those with passages in the run and judgements in the qrels, in the order of the run. */
  readonly queries: readonly string[];
  readonly n: number;
  /** Share of the first k places that hold a judged passage, by `judged@k`: how far the figures can be trusted. */
  readonly judged: Readonly<Record<string, number>>;
  /** Queries of the run that nobody judged. */
  readonly withoutJudgements: number;
  /** Judged queries that the run lacks. */
  readonly missing: number;
  /** Passages that took no rank because their id is their query's (see `keepOwn`). */
  readonly ownPassages: number;
}

/**
 * Evaluates a ranking against relevance judgements exactly as trec_eval does: passages by score, equal scores by id
 * from last to first, unjudged ones irrelevant, grades in nDCG linear, queries without judgements left out, queries
 * judged to have nothing relevant counted as 0. One thing is BEIR's: a passage that has the id of its query, and was not
 * judged for it, takes no rank. ({@link evaluateRetrieval} breaks ties against the match instead and
 * leaves out queries with nothing relevant.)
 *
 * Passages that stand twice for one query are refused.
 *
 * @throws RangeError when no query is in both, on a repeated passage, a score that is not finite, or a bad depth.
 */
export function evaluateRun(
  run: Run,
  qrels: Qrels,
  {
    ks = [1, 10, 100],
    gain = "linear",
    relevanceLevel = 1,
    judgedOnly = false,
    complete = false,
    depth = Infinity,
    keepOwn = false,
    mapDenominator,
  }: EvaluateRunOptions = {},
): RunEvaluation {
  checkDepths(ks, "evaluateRun");
  if (depth !== Infinity) checkInteger(depth, "evaluateRun: depth", { least: 1 });
  checkNumber(relevanceLevel, "evaluateRun: relevanceLevel", { least: 1 });
  const queries: string[] = [];
  const ranked: RankedQuery[] = [];
  const judgedShares = ks.map(() => 0);
  let own = 0;
  for (const [query, passages] of run) {
    const judgements = qrels.get(query);
    if (judgements === undefined || passages.length === 0) continue;
    const isJudged = ({ id }: Retrieved): boolean => (judgements.get(id) ?? -1) >= 0;
    const ordered = orderPassages(passages, query);
    const others = keepOwn
      ? ordered
      : ordered.filter(({ id }) => id !== query || judgements.has(id));
    own += ordered.length - others.length;
    const all = others.slice(0, depth);
    const list = judgedOnly ? all.filter(isJudged) : all;
    for (const [i, k] of ks.entries())
      judgedShares[i] += list.slice(0, k).filter(isJudged).length / k;
    queries.push(query);
    ranked.push(rankQuery(list, judgements, relevanceLevel));
  }
  const missing = [...qrels.keys()].filter((query) => !run.get(query)?.length).length;
  const n = complete ? queries.length + missing : queries.length;
  if (queries.length === 0) {
    throw new RangeError(
      `evaluateRun: run and qrels must share a query, received ${run.size} and ${qrels.size} that share none`,
    );
  }
  return {
    ...summarizeRanked(ranked, { ks, gain, n, mapDenominator }, "evaluateRun"),
    queries,
    n,
    judged: Object.fromEntries(ks.map((k, i) => [`judged@${k}`, judgedShares[i] / n])),
    withoutJudgements: [...run.keys()].filter((query) => !qrels.has(query)).length,
    missing,
    ownPassages: own,
  };
}

function orderPassages(passages: readonly Retrieved[], query: string): Retrieved[] {
  const ids = new Set<string>();
  for (const { id, score } of passages) {
    if (ids.has(id)) {
      throw new RangeError(
        `evaluateRun: run must list a passage once per query, received ${show(id)} twice for ${show(query)}`,
      );
    }
    if (!Number.isFinite(score)) {
      const place = `evaluateRun: run, query ${show(query)}, passage ${show(id)}: score`;
      refuse(place, "a finite number", score);
    }
    ids.add(id);
  }
  return passages.toSorted((a, b) => b.score - a.score || compareIds(b.id, a.id));
}

function rankQuery(
  list: readonly Retrieved[],
  judgements: ReadonlyMap<string, number>,
  relevanceLevel: number,
): RankedQuery {
  const ranks: number[] = [];
  const gradedRanks: number[] = [];
  const grades: number[] = [];
  for (const [i, { id }] of list.entries()) {
    const grade = judgements.get(id) ?? -1;
    if (grade >= relevanceLevel) ranks.push(i + 1);
    if (grade > 0) {
      gradedRanks.push(i + 1);
      grades.push(grade);
    }
  }
  const all = [...judgements.values()];
  return {
    ranks,
    relevant: all.filter((grade) => grade >= relevanceLevel).length,
    gradedRanks,
    grades,
    ideal: all.filter((grade) => grade > 0).sort((a, b) => b - a),
  };
}
