import { refuse } from "../../base/checks.js";
import type { RankMetric } from "./outcomes.js";

/** @throws RangeError unless the metric is one that questions can be judged by. */
export function checkMetric(metric: unknown, caller: string): asserts metric is RankMetric {
  if (typeof metric !== "string" || !/^(mrr|ndcg@10|recall@[1-9]\d*)$/.test(metric)) {
    refuse(`${caller}: metric`, '"mrr", "ndcg@10" or "recall@k"', metric);
  }
}
