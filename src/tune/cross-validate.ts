import { gatherRows } from "../math/matrix.js";
import { yieldToEventLoop } from "../base/event-loop.js";
import type { LongJobOptions } from "../base/progress.js";
import { scorerOf, type Family, type Parameters } from "../fit/families/family.js";
import type { RankingFold } from "./folds.js";
import {
  pairOutcomes,
  rankingMetrics,
  type PairOutcomes,
  type RankingMetrics,
} from "../evaluate/retrieval/pair-outcomes.js";
import type { PreparedPairs } from "../data/training-pairs.js";

/** One point of one family, measured on pairs it was not fitted on. */
export interface Trial {
  readonly family: Family;
  readonly point: Parameters;
  /** Means over the folds. */
  readonly metrics: RankingMetrics;
  /** What became of each held-out query and pair, per fold. */
  readonly outcomes: readonly PairOutcomes[];
}

/** What a choice maximises; "balanced" is the mean of ROC AUC and MRR. */
export type ChoiceMetric = "balanced" | keyof RankingMetrics;

/** The figure of some metrics by which a choice is made. */
export function choiceScore(metrics: RankingMetrics, metric: ChoiceMetric): number {
  return metric === "balanced" ? (metrics.rocAuc + metrics.mrr) / 2 : metrics[metric];
}

/** Fits a family on each fold's training pairs and measures all its points on the pairs held out. */
export async function crossValidate(
  prepared: PreparedPairs,
  folds: readonly RankingFold[],
  family: Family,
  { signal, onProgress }: LongJobOptions = {},
): Promise<Trial[]> {
  const metrics = family.points.map((): RankingMetrics[] => []);
  const outcomes = family.points.map((): PairOutcomes[] => []);
  for (const [i, fold] of folds.entries()) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const score = scorerOf(
      family.fit(prepared, fold.train, fold.trainNegatives),
      gatherRows(prepared.queries, fold.task.queries),
      gatherRows(prepared.passages, fold.task.passages),
    );
    for (const [at, point] of family.points.entries()) {
      const result = pairOutcomes(score(point), fold.task);
      outcomes[at].push(result);
      metrics[at].push(rankingMetrics(result));
    }
    onProgress?.({ stage: family.name, done: i + 1, total: folds.length });
  }
  return family.points.map((point, at) => ({
    family,
    point,
    metrics: meanMetrics(metrics[at]),
    outcomes: outcomes[at],
  }));
}

function meanMetrics(folds: readonly RankingMetrics[]): RankingMetrics {
  const mean = (name: keyof RankingMetrics): number =>
    folds.reduce((sum, fold) => sum + fold[name], 0) / folds.length;
  return { rocAuc: mean("rocAuc"), "recall@1": mean("recall@1"), mrr: mean("mrr") };
}
