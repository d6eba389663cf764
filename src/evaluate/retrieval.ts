import type { Matrix } from "../math/matrix.js";
import type { LongJobOptions } from "../math/progress.js";
import { rankRelevant } from "./rank-relevant.js";
import {
  accuracyAt,
  averagePrecisionAt,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRankAt,
  type Gain,
  type RankedQuery,
} from "./rank-metrics.js";

export interface RetrievalOptions extends LongJobOptions {
  /** The depths of the @k figures, whole numbers from 1. @default [1, 10, 100] */
  readonly ks?: readonly number[] | undefined;
  /** `grades[i][j]` is the grade (above 0) of `relevant[i][j]`; left out, every relevant passage has grade 1. */
  readonly grades?: readonly (readonly number[])[] | undefined;
  /** How grades count in nDCG. @default "linear" */
  readonly gain?: Gain | undefined;
}

/**
 * Figures by name: for every depth k `accuracy@k`, `precision@k`, `recall@k`, `mrr@k`, `ndcg@k` and `map@k`; over the
 * whole list `mrr`, `map` and `ndcg`.
 */
export interface RetrievalEvaluation {
  /** Mean over the queries, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The value of each query behind each mean, in the order of `queries`. */
  readonly perQuery: Readonly<Record<string, Float64Array>>;
  /** The queries evaluated: those with something relevant. */
  readonly queries: readonly number[];
  /** Ranks of each evaluated query's relevant passages, ascending. */
  readonly ranks: readonly (readonly number[])[];
  /** How many queries were evaluated. */
  readonly n: number;
  /** How many were left out because nothing is relevant to them. */
  readonly withoutRelevant: number;
}

/**
 * Ranks the whole corpus by cosine for every query, exactly (see {@link rankRelevant}), and says where the relevant
 * passages stand. Definitions follow trec_eval; equal cosines stand in the order of the corpus.
 *
 * @param queries n × d, already adapted where an adapter is to be judged.
 * @param corpus m × d, likewise.
 * @param relevant Per query the corpus rows that answer it. Queries with none are left out and counted.
 * @throws RangeError on mismatched dimensions, bad indices, depths or grades, values that are not finite, rows of
 * zeros, and when no query has anything relevant.
 */
export async function evaluateRetrieval(
  queries: Matrix,
  corpus: Matrix,
  relevant: readonly (readonly number[])[],
  { ks = [1, 10, 100], grades, gain = "linear", signal, onProgress }: RetrievalOptions = {},
): Promise<RetrievalEvaluation> {
  checkDepths(ks);
  if (grades !== undefined) checkGrades(relevant, grades);
  const ranks = await rankRelevant(queries, corpus, relevant, { signal, onProgress });
  const evaluated = relevant.flatMap((list, i) => (list.length > 0 ? [i] : []));
  const ranked = evaluated.map((query): RankedQuery => {
    const order = [...ranks[query].keys()].sort((a, b) => ranks[query][a] - ranks[query][b]);
    const gradeOf = (j: number): number => grades?.[query][j] ?? 1;
    return {
      ranks: order.map((j) => ranks[query][j]),
      grades: order.map(gradeOf),
      ideal: order.map(gradeOf).sort((a, b) => b - a),
    };
  });
  return {
    ...summarizeRanked(ranked, { ks, gain }),
    queries: evaluated,
    ranks: ranked.map((query) => query.ranks),
    n: evaluated.length,
    withoutRelevant: relevant.length - evaluated.length,
  };
}

/** The figures of queries whose relevant passages' ranks are known. */
export function summarizeRanked(
  ranked: readonly RankedQuery[],
  { ks, gain }: { ks: readonly number[]; gain: Gain },
): Pick<RetrievalEvaluation, "metrics" | "perQuery"> {
  if (ranked.length === 0) {
    throw new RangeError("retrieval: expected at least one query with something relevant");
  }
  const perQuery: Record<string, Float64Array> = {};
  const add = (name: string, metric: (query: RankedQuery) => number): void => {
    perQuery[name] = Float64Array.from(ranked, metric);
  };
  for (const k of ks) {
    add(`accuracy@${k}`, (query) => accuracyAt(query, k));
    add(`precision@${k}`, (query) => precisionAt(query, k));
    add(`recall@${k}`, (query) => recallAt(query, k));
    add(`mrr@${k}`, (query) => reciprocalRankAt(query, k));
    add(`ndcg@${k}`, (query) => ndcgAt(query, k, gain));
    add(`map@${k}`, (query) => averagePrecisionAt(query, k));
  }
  add("mrr", (query) => reciprocalRankAt(query, Infinity));
  add("map", (query) => averagePrecisionAt(query, Infinity));
  add("ndcg", (query) => ndcgAt(query, Infinity, gain));
  const metrics = Object.fromEntries(
    Object.entries(perQuery).map(([name, values]) => [
      name,
      values.reduce((sum, value) => sum + value, 0) / values.length,
    ]),
  );
  return { metrics, perQuery };
}

export function checkDepths(ks: readonly number[]): void {
  for (const k of ks) {
    if (!(Number.isInteger(k) && k >= 1)) {
      throw new RangeError(`ks: expected whole numbers from 1, received ${k}`);
    }
  }
}

function checkGrades(
  relevant: readonly (readonly number[])[],
  grades: readonly (readonly number[])[],
): void {
  if (grades.length !== relevant.length) {
    throw new RangeError(
      `grades: expected a list per query, ${relevant.length}, received ${grades.length}`,
    );
  }
  for (const [i, list] of grades.entries()) {
    if (list.length !== relevant[i].length) {
      throw new RangeError(
        `grades[${i}]: expected ${relevant[i].length} grades, one per relevant passage, received ${list.length}`,
      );
    }
    for (const grade of list) {
      if (!(Number.isFinite(grade) && grade > 0)) {
        throw new RangeError(`grades[${i}]: expected a number above 0, received ${grade}`);
      }
    }
  }
}
