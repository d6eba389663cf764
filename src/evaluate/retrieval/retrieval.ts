import type { EngineOptions } from "../../math/engines/on-engine.js";
import type { Matrix } from "../../math/matrix.js";
import type { LongJobOptions } from "../../base/progress.js";
import { refuse } from "../../base/checks.js";
import { checkDepths, checkMatrices } from "../checks.js";
import { rowsLeftOut, type OwnPassageOptions } from "./rows-left-out.js";
import { ranksOf, type RankOptions } from "./rank-relevant.js";
import type { GainFunction, MapDenominator, RankedQuery } from "./rank-metrics.js";
import { summarizeRanked, type RetrievalFigures } from "./summarize-ranked.js";

export interface RetrievalOptions
  extends LongJobOptions, EngineOptions, OwnPassageOptions, Pick<RankOptions, "similarity"> {
  /** The depths k of the figures, whole numbers from 1. @default [1, 10, 100] */
  readonly ks?: readonly number[] | undefined;
  /** `grades[i][j]` is the grade (above 0) of `relevant[i][j]`; left out, every relevant passage has grade 1. */
  readonly grades?: readonly (readonly number[])[] | undefined;
  /** How grades count in nDCG. @default "linear" */
  readonly gain?: GainFunction | undefined;
  /** What `map@k` divides by. @default "relevant" */
  readonly mapDenominator?: MapDenominator | undefined;
}

/** Figures by name with what stands behind them; values per query are in the order of `queries`. */
export interface RetrievalEvaluation extends RetrievalFigures {
  /** The queries evaluated: those with something relevant. */
  readonly queries: readonly number[];
  /** Ranks of each evaluated query's relevant passages, ascending. */
  readonly ranks: readonly (readonly number[])[];
  /** Those passages, rows of the corpus, in the order of `ranks`. */
  readonly relevant: readonly (readonly number[])[];
  /** How many queries were evaluated. */
  readonly n: number;
  /** How many were left out because nothing is relevant to them. */
  readonly withoutRelevant: number;
  /** How many passages took no rank because they are the query itself (`ids`, `texts`), over all evaluated queries. */
  readonly ownPassages: number;
  /** How many took none because they are copies of a relevant passage (`texts`), likewise. */
  readonly copies: number;
}

/**
 * Ranks the whole corpus by cosine for every query, exactly (see {@link rankRelevant}), and says where the relevant
 * passages stand. Definitions follow trec_eval, save for ties: a wrong passage with the
 * cosine of a relevant one stands before it, where trec_eval and {@link evaluateRun} look at the ids.
 *
 * @param queries n × d, already adapted where an adapter is to be judged.
 * @param corpus m × d, likewise.
 * @param relevant Per query the corpus rows that answer it. Queries with none are left out and counted.
 * @param options With `ids` or `texts` a passage that is the query itself takes no rank, unless it is relevant; with `texts` nor does a
 * copy of a relevant one.
 * @throws RangeError on mismatched dimensions, bad indices, depths or grades, values that are not finite, rows of
 * zeros, and when no query has anything relevant.
 */
export async function evaluateRetrieval(
  queries: Matrix,
  corpus: Matrix,
  relevant: readonly (readonly number[])[],
  {
    ks = [1, 10, 100],
    grades,
    gain = "linear",
    mapDenominator,
    similarity,
    ids,
    texts,
    signal,
    onProgress,
    engine,
  }: RetrievalOptions = {},
): Promise<RetrievalEvaluation> {
  const caller = "evaluateRetrieval";
  checkMatrices(queries, corpus, caller);
  checkDepths(ks, caller);
  if (grades !== undefined) checkGrades(relevant, grades, caller);
  const { own, copies } = rowsLeftOut({ ids, texts }, relevant, corpus.rows, caller);
  const leaveOut = own.map((rows, query) => [...rows, ...copies[query]]);
  const job = { signal, onProgress, similarity, leaveOut, engine };
  const ranks = await ranksOf(queries, corpus, relevant, job, caller);
  const evaluated = relevant.flatMap((list, i) => (list.length > 0 ? [i] : []));
  if (evaluated.length === 0) {
    throw new RangeError(`${caller}: relevant must name a passage for some query, received none`);
  }
  const ranked = evaluated.map((query): RankedQuery => {
    const order = [...ranks[query].keys()].sort((a, b) => ranks[query][a] - ranks[query][b]);
    const inOrder = order.map((j) => ranks[query][j]);
    const inGrades = order.map((j) => grades?.[query][j] ?? 1);
    return {
      ranks: inOrder,
      relevant: order.length,
      gradedRanks: inOrder,
      grades: inGrades,
      ideal: inGrades.toSorted((a, b) => b - a),
    };
  });
  return {
    ...summarizeRanked(ranked, { ks, gain, mapDenominator }, caller),
    queries: evaluated,
    ranks: ranked.map((query) => query.ranks),
    relevant: evaluated.map((query) => {
      const place = new Map(relevant[query].map((passage, j) => [passage, ranks[query][j]]));
      return relevant[query].toSorted((a, b) => place.get(a)! - place.get(b)!);
    }),
    n: evaluated.length,
    withoutRelevant: relevant.length - evaluated.length,
    ownPassages: evaluated.reduce((sum, query) => sum + own[query].length, 0),
    copies: evaluated.reduce((sum, query) => sum + copies[query].length, 0),
  };
}

function checkGrades(
  relevant: readonly (readonly number[])[],
  grades: readonly (readonly number[])[],
  caller: string,
): void {
  if (grades.length !== relevant.length) {
    throw new RangeError(
      `${caller}: grades must be a list per query, ${relevant.length}, received ${grades.length}`,
    );
  }
  for (const [i, list] of grades.entries()) {
    if (list.length !== relevant[i].length) {
      throw new RangeError(
        `${caller}: grades[${i}] must be one per relevant passage, ${relevant[i].length}, received ${list.length}`,
      );
    }
    for (const grade of list) {
      if (!(Number.isFinite(grade) && grade > 0)) {
        refuse(`${caller}: grades[${i}]`, "numbers > 0", grade);
      }
    }
  }
}
