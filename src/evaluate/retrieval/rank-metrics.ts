/**
 * What one query's metrics need to know: where its relevant passages stand. Every metric here is a function of that,
 * defined as in trec_eval: a cut deeper than the list counts the missing places as irrelevant, and a query with nothing
 * relevant scores 0.
 */
export interface RankedQuery {
  /** Ranks (from 1) of the relevant passages that were retrieved, ascending. */
  readonly ranks: readonly number[];
  /** How many passages are relevant, retrieved or not. */
  readonly relevant: number;
  /** Ranks of the retrieved passages with a grade above 0, ascending; the same as `ranks` unless a level was set. */
  readonly gradedRanks: readonly number[];
  /** The grade of the passage at each of `gradedRanks`. */
  readonly grades: readonly number[];
  /** All grades above 0, retrieved or not, descending. */
  readonly ideal: readonly number[];
}

/** How a grade counts in nDCG: as it is (trec_eval), or as 2^grade - 1, which favours the top grades. */
export type GainFunction = "linear" | "exponential";

const found = (ranks: readonly number[], k: number): number => {
  let count = 0;
  while (count < ranks.length && ranks[count] <= k) count++;
  return count;
};

/** 1 when a relevant passage is among the first k, else 0 (trec_eval's success_k). */
export const accuracyAt = ({ ranks }: RankedQuery, k: number): number =>
  ranks.length > 0 && ranks[0] <= k ? 1 : 0;

/** Share of the first k places that hold a relevant passage (P_k). */
export const precisionAt = ({ ranks }: RankedQuery, k: number): number => found(ranks, k) / k;

/** Share of the relevant passages that are among the first k (recall_k). */
export const recallAt = ({ ranks, relevant }: RankedQuery, k: number): number =>
  relevant === 0 ? 0 : found(ranks, k) / relevant;

/** 1 / rank of the first relevant passage, 0 when it lies beyond k (recip_rank). */
export const reciprocalRankAt = ({ ranks }: RankedQuery, k: number): number =>
  ranks.length > 0 && ranks[0] <= k ? 1 / ranks[0] : 0;

/**
 * What average precision at k divides by: all relevant passages (trec_eval's map_cut_k), of which no more than k can be
 * found, or as many of them as k places can hold (sentence-transformers' MAP@k), so that the best list scores 1.
 */
export type MapDenominator = "relevant" | "min(k, relevant)";

/** Mean over the relevant passages of the precision at their rank, 0 for those beyond k. */
export function averagePrecisionAt(
  { ranks, relevant }: RankedQuery,
  k: number,
  denominator: MapDenominator = "relevant",
): number {
  if (relevant === 0) return 0;
  const count = found(ranks, k);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (i + 1) / ranks[i];
  return sum / (denominator === "relevant" ? relevant : Math.min(k, relevant));
}

/**
 * Discounted cumulative gain over that of the ideal order (ndcg_cut_k), discount log2(rank + 1). A number from 0 to 1 for every
 * finite grade: where gains overflow, or are too small to be told from 0, they are taken as shares of the best one.
 */
export function ndcgAt(
  { gradedRanks, grades, ideal }: RankedQuery,
  k: number,
  gain: GainFunction,
): number {
  if (ideal.length === 0) return 0;
  const ratio = (gainOf: (grade: number) => number): number | undefined => {
    const count = found(gradedRanks, k);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += gainOf(grades[i]) / Math.log2(gradedRanks[i] + 1);
    let best = 0;
    for (let i = 0; i < Math.min(k, ideal.length); i++) best += gainOf(ideal[i]) / Math.log2(i + 2);
    return best > 0 && best < Infinity ? sum / best : undefined;
  };
  const [top] = ideal;
  return gain === "linear"
    ? (ratio((grade) => grade) ?? ratio((grade) => grade / top)!)
    : (ratio((grade) => 2 ** grade - 1) ?? ratio((grade) => exponentialShare(grade, top))!);
}

/** 2^grade - 1 over 2^top - 1. */
function exponentialShare(grade: number, top: number): number {
  // Close to 0 the gain is grade · ln 2; of a huge grade the 1 does not count.
  return top < 1 ? grade / top : 2 ** (grade - top);
}
