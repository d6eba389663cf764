import type { GainOf } from "./decision.js";
import { changeOf, type GainOptions } from "./gain.js";
import type { Outcomes, RankMetric } from "../ranking/outcomes.js";

/** What is reported of every judgement, whatever the metric that decides. */
const reported: readonly RankMetric[] = ["mrr", "recall@1", "recall@10", "ndcg@10"];
/** Resamples of intervals that no verdict hangs on. */
const resamples = 2000;

/** The reported metrics before and after, each gain with its interval. */
export function figuresOf(
  before: Outcomes,
  after: Outcomes,
  options: Pick<GainOptions, "units" | "seed" | "all">,
): Record<string, GainOf> {
  return Object.fromEntries(
    reported.map((metric): [string, GainOf] => [
      metric,
      changeOf(before, after, { ...options, metric, resamples }),
    ]),
  );
}

/** The means of the reported metrics after, as {@link figuresOf} gives them. */
export function meanFigures(
  before: Outcomes,
  after: Outcomes,
  options: Pick<GainOptions, "units" | "seed" | "all">,
): Record<string, number> {
  return Object.fromEntries(
    reported.map((metric) => [
      metric,
      changeOf(before, after, { ...options, metric, resamples: 1 }).after,
    ]),
  );
}
