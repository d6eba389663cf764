import { checkChoice } from "../../base/checks.js";
import {
  accuracyAt,
  averagePrecisionAt,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRankAt,
  type GainFunction,
  type MapDenominator,
  type RankedQuery,
} from "./rank-metrics.js";

/**
 * Retrieval figures by name: for every depth k `accuracy@k`, `precision@k`, `recall@k`, `mrr@k`, `ndcg@k` and `map@k`;
 * over the whole list `mrr`, `map` and `ndcg`.
 */
export interface RetrievalFigures {
  /** Mean over the queries, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Standard error of each mean, the queries taken as drawn at random; empty for a single query. */
  readonly standardErrors: Readonly<Record<string, number>>;
  /** The value of each query behind each mean. */
  readonly perQuery: Readonly<Record<string, Float64Array>>;
  /** What `map@k` was divided by. */
  readonly mapDenominator: MapDenominator;
}

export interface SummarizeOptions {
  readonly ks: readonly number[];
  readonly gain: GainFunction;
  /** @default "relevant" */
  readonly mapDenominator?: MapDenominator | undefined;
  /** Queries to divide by, those that are missing counting 0. @default the number of ranked queries */
  readonly n?: number | undefined;
}

/** The figures of queries whose relevant passages' ranks are known. */
export function summarizeRanked(
  ranked: readonly RankedQuery[],
  { ks, gain, mapDenominator = "relevant", n = ranked.length }: SummarizeOptions,
  caller: string,
): RetrievalFigures {
  const denominators = ["relevant", "min(k, relevant)"] as const;
  checkChoice(mapDenominator, `${caller}: mapDenominator`, denominators);
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
    add(`map@${k}`, (query) => averagePrecisionAt(query, k, mapDenominator));
  }
  add("mrr", (query) => reciprocalRankAt(query, Infinity));
  add("map", (query) => averagePrecisionAt(query, Infinity));
  add("ndcg", (query) => ndcgAt(query, Infinity, gain));
  const metrics: Record<string, number> = {};
  const standardErrors: Record<string, number> = {};
  for (const [name, values] of Object.entries(perQuery)) {
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    metrics[name] = mean;
    if (n < 2) continue;
    // Missing queries count 0 and so lie `mean` away from it.
    const missing = (n - values.length) * mean ** 2;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, missing);
    standardErrors[name] = Math.sqrt(squares / (n - 1) / n);
  }
  return { metrics, standardErrors, perQuery, mapDenominator };
}
