import { checkInteger, checkNumber, checkSameLength } from "../../base/checks.js";
import { checkDepths, checkScores } from "../checks.js";
import type { GainFunction, MapDenominator, RankedQuery } from "./rank-metrics.js";
import { summarizeRanked, type RetrievalFigures } from "./summarize-ranked.js";

/** The passages that a reranker was given for one query, as it scored them. */
export interface RerankedList {
  /** One per passage, higher for better. */
  readonly scores: ArrayLike<number>;
  /** One per passage: 0 for a wrong one, above 0 for a right one, its grade. */
  readonly labels: ArrayLike<number>;
  /** Right passages that the list lacks, as the first search did not find them: they count as found nowhere. @default 0 */
  readonly missing?: number | undefined;
}

export interface EvaluateRerankingOptions {
  /** The depths k of the figures, whole numbers from 1. @default [1, 10] */
  readonly ks?: readonly number[] | undefined;
  /** How grades count in nDCG. @default "linear" */
  readonly gain?: GainFunction | undefined;
  /** What `map@k` divides by. @default "relevant" */
  readonly mapDenominator?: MapDenominator | undefined;
}

export interface RerankingEvaluation extends RetrievalFigures {
  /** The lists evaluated: those of queries that have a right passage, in the list or missing from it. */
  readonly lists: readonly number[];
  readonly n: number;
  /** Lists of queries that have none. */
  readonly withoutRelevant: number;
}

/**
 * How well lists are ordered by their scores: the figures of retrieval within each list (MAP, MRR, nDCG as in
 * sentence-transformers' reranking evaluators). A wrong passage with the score of a right one stands before it.
 *
 * Lists come from `toLabelledLists(mined)` of a mining with `includePositives`, or from any first search; the scores from the
 * reranker under test.
 *
 * @throws RangeError on ragged or empty lists, scores that are not finite, labels below 0, and when no list has a right
 *   passage.
 */
export function evaluateReranking(
  lists: readonly RerankedList[],
  { ks = [1, 10], gain = "linear", mapDenominator }: EvaluateRerankingOptions = {},
): RerankingEvaluation {
  const caller = "evaluateReranking";
  checkDepths(ks, caller);
  const evaluated: number[] = [];
  const ranked: RankedQuery[] = [];
  for (const [i, list] of lists.entries()) {
    const place = `${caller}: lists[${i}]`;
    checkSameLength(list.scores, `${place}: scores`, list.labels, "labels");
    checkScores(list.scores, `${place}: scores`);
    checkInteger(list.missing ?? 0, `${place}: missing`, { least: 0 });
    for (let j = 0; j < list.labels.length; j++) {
      checkNumber(list.labels[j], `${place}: labels[${j}]`, { least: 0 });
    }
    const query = rankList(list);
    if (query.relevant === 0) continue;
    evaluated.push(i);
    ranked.push(query);
  }
  if (ranked.length === 0) {
    throw new RangeError(`${caller}: lists must hold a right passage, received none`);
  }
  return {
    ...summarizeRanked(ranked, { ks, gain, mapDenominator }, caller),
    lists: evaluated,
    n: ranked.length,
    withoutRelevant: lists.length - ranked.length,
  };
}

function rankList({ scores, labels, missing = 0 }: RerankedList): RankedQuery {
  const order = Array.from({ length: scores.length }, (_, j) => j);
  // Wrong before right where the scores are equal, and of two right ones the lower grade.
  order.sort((a, b) => scores[b] - scores[a] || labels[a] - labels[b] || a - b);
  const ranks = order.flatMap((j, place) => (labels[j] > 0 ? [place + 1] : []));
  const grades = order.flatMap((j) => (labels[j] > 0 ? [labels[j]] : []));
  const ideal = [...grades, ...new Array<number>(missing).fill(1)].sort((a, b) => b - a);
  return { ranks, relevant: ranks.length + missing, gradedRanks: ranks, grades, ideal };
}
