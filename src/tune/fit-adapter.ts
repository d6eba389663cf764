import type { Adapter } from "../adapter/adapter.js";
import { identityAdapter } from "../adapter/identity.js";
import type { Comparison } from "../evaluate/compare/compare.js";
import { yieldToEventLoop } from "../base/event-loop.js";
import type { LongJobOptions } from "../base/progress.js";
import { choiceScore, crossValidate, type ChoiceMetric, type Trial } from "./cross-validate.js";
import type { Parameters } from "../fit/families/family.js";
import { fitFamily } from "../fit/fit-family.js";
import { makeFolds } from "./folds.js";
import { heldOutThreshold } from "./held-out-threshold.js";
import type { RankingMetrics } from "../evaluate/retrieval/pair-outcomes.js";
import { preparePairs, type PreparedPairs, type TrainingPairs } from "../data/training-pairs.js";
import {
  candidatesByCost,
  defaultCandidates,
  type CandidateName,
} from "./fit-adapter-candidates.js";
import { compareTrials } from "./fit-adapter-verdict.js";

export interface FitAdapterOptions extends LongJobOptions {
  /** "query" leaves passages as they are, and with them an indexed corpus. @default "both" */
  readonly side?: "both" | "query" | undefined;
  /**
   * What to try, beside the untouched embedding.
   * @default ["rca", "refined-rca", "ridge-rca"]; for side "query" ["query-rca", "ridge"]
   */
  readonly candidates?: readonly CandidateName[] | undefined;
  /**
   * Seconds that the comparison may take: a candidate is skipped when those before it say that it would take longer. The
   * first is always tried. @default 30
   */
  readonly timeBudget?: number | undefined;
  /** What the choice maximises; "balanced" is the mean of ROC AUC and MRR. @default "balanced" */
  readonly metric?: ChoiceMetric | undefined;
  /** Parts the training pairs are cut into. @default 5 */
  readonly folds?: number | undefined;
  /**
   * How many of the parts are held out in turn. One is enough where there are thousands of pairs.
   * @default all; 2 when pairs and dimensions both exceed 1,000; 1 when they do and there are 2,500 pairs
   */
  readonly heldOutFolds?: number | undefined;
  /** Confidence that the verdict "use it" asks for. @default 0.99 */
  readonly level?: number | undefined;
  /** @default 1 */
  readonly seed?: string | number | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/** A line of the comparison: a candidate at its best point. */
export interface FitAdapterRow {
  readonly method: CandidateName | "identity";
  /** `null` where the time budget was spent before this candidate's turn. */
  readonly parameters: Parameters | null;
  /** On training pairs held out, means over the folds. */
  readonly metrics: RankingMetrics | null;
  readonly seconds: number;
}

export interface FittedAdapter {
  /** The best candidate, fitted on all pairs; the identity when the verdict is "no evidence of gain". */
  readonly adapter: Adapter;
  readonly verdict: "use it" | "no evidence of gain";
  /** The best candidate against the untouched embedding, query by query; `null` when there was nothing to compare. */
  readonly comparison: Comparison | null;
  /** In the order tried, the untouched embedding first. */
  readonly table: readonly FitAdapterRow[];
  /**
   * Cosine above which adapted pairs count as matches, fitted on held-out pairs; `null` when no hard negatives could be
   * had.
   */
  readonly threshold: number | null;
}

/**
 * The one call: tries closed-form fits in order of cost, chooses by cross-validation on the training pairs alone, and
 * says whether the best is worth using. When the gain on held-out queries could be chance, the identity comes back.
 *
 * @throws RangeError on pairs that cannot be learnt from (see {@link TrainingPairs}) and options outside their range.
 */
export async function fitAdapter(
  data: TrainingPairs,
  {
    side = "both",
    candidates: names,
    timeBudget = 30,
    metric = "balanced",
    folds = 5,
    heldOutFolds,
    level = 0.99,
    seed = 1,
    embedder = null,
    signal,
    onProgress,
  }: FitAdapterOptions = {},
): Promise<FittedAdapter> {
  const start = performance.now();
  const prepared = preparePairs(data, "fitAdapter");
  const candidates = candidatesByCost(names ?? defaultCandidates(side), side, prepared);
  const parts = makeFolds(prepared, { folds, seed }, "fitAdapter");
  const heldOut = parts.slice(0, heldOutFolds ?? foldsWorthHolding(prepared, parts.length));
  const untouched = identityAdapter(prepared.queries.cols, embedder);
  if (heldOut.length === 0) {
    return {
      adapter: untouched,
      verdict: "no evidence of gain",
      comparison: null,
      table: candidates.map(({ family }) => skipped(family.name)),
      threshold: null,
    };
  }

  const best: Trial[] = [];
  const table: FitAdapterRow[] = [];
  let secondsPerCost = 0;
  for (const { family, cost } of candidates) {
    const spent = (performance.now() - start) / 1000;
    if (best.length > 1 && spent + secondsPerCost * cost > timeBudget) {
      table.push(skipped(family.name));
      continue;
    }
    const before = performance.now();
    const trials = await crossValidate(prepared, heldOut, family, { signal, onProgress });
    const seconds = (performance.now() - before) / 1000;
    if (cost > 0) secondsPerCost = seconds / cost;
    const winner = trials.reduce((a, b) =>
      choiceScore(b.metrics, metric) > choiceScore(a.metrics, metric) ? b : a,
    );
    best.push(winner);
    table.push({
      ...rowOf(family.name),
      parameters: winner.point,
      metrics: winner.metrics,
      seconds,
    });
  }
  const chosen = best.reduce((a, b) =>
    choiceScore(b.metrics, metric) > choiceScore(a.metrics, metric) ? b : a,
  );
  await yieldToEventLoop();
  signal?.throwIfAborted();
  const comparison =
    chosen === best[0]
      ? null
      : compareTrials(best[0], chosen, heldOut, prepared.groups, { metric, level, seed });
  if (comparison?.verdict !== "better") {
    return {
      adapter: untouched,
      verdict: "no evidence of gain",
      comparison,
      table,
      threshold: heldOutThreshold(best[0].outcomes),
    };
  }
  const threshold = heldOutThreshold(chosen.outcomes);
  return {
    adapter: fitFamily(chosen.family, chosen.point, data, prepared, {
      embedder,
      metrics: { ...chosen.metrics },
      ...(threshold === null ? {} : { threshold }),
    }),
    verdict: "use it",
    comparison,
    table,
    threshold,
  };
}

function rowOf(name: string): Pick<FitAdapterRow, "method"> {
  return { method: name as FitAdapterRow["method"] };
}

function skipped(name: string): FitAdapterRow {
  return { ...rowOf(name), parameters: null, metrics: null, seconds: 0 };
}

/** Each fold costs decompositions of the smaller of pairs and dimensions: hold out fewer when those are large. */
function foldsWorthHolding({ queries, positives }: PreparedPairs, count: number): number {
  const pairs = positives.query.length;
  if (Math.min(queries.cols, pairs) <= 1000) return count;
  return pairs >= 2500 ? 1 : 2;
}
