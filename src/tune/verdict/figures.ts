import type { GainOf } from "./decision.js";
import { gainOf } from "./evidence.js";
import { valuesOf, type Outcomes, type RankMetric } from "../ranking/outcomes.js";
import { meanOf } from "./units.js";

/** What is reported of every judgement, whatever the metric that decides. */
const reported: readonly RankMetric[] = ["mrr", "recall@1", "recall@10", "ndcg@10"];
/** Resamples of intervals that no verdict hangs on. */
const resamples = 2000;

/** The means of the reported metrics. */
export function meanFigures(outcomes: Outcomes): Record<string, number> {
  return Object.fromEntries(reported.map((name) => [name, meanOf(valuesOf(outcomes, name))]));
}

/** The reported metrics before and after, each gain with its interval. */
export function figuresOf(
  before: Outcomes,
  after: Outcomes,
  units: Uint32Array,
  seed: string | number,
): Record<string, GainOf> {
  return Object.fromEntries(
    reported.map((name): [string, GainOf] => {
      const [b, a] = [valuesOf(before, name), valuesOf(after, name)];
      const gain = gainOf(b, a, units, seed, resamples);
      return [name, { before: meanOf(b), after: meanOf(a), ...gain }];
    }),
  );
}
