import type { Adapter } from "../adapter/adapter.js";
import { checkChoice, checkNumber, refuse, type NumberBounds } from "../base/checks.js";
import { yieldToEventLoop } from "../base/event-loop.js";
import type { LongJobOptions } from "../base/progress.js";
import { preparePairs, type PreparedPairs, type TrainingPairs } from "../data/training-pairs.js";
import type { RankingMetrics } from "../evaluate/retrieval/pair-outcomes.js";
import { identityFamily, type Family, type Parameters } from "../fit/families/family.js";
import { queryRcaFamily, rcaFamily } from "../fit/families/rca-family.js";
import { ridgeRcaFamily } from "../fit/families/ridge-rca-family.js";
import { fitFamily } from "../fit/fit-family.js";
import { choiceScore, crossValidate, type ChoiceMetric, type Trial } from "./cross-validate.js";
import { makeFolds } from "./folds.js";
import { heldOutThreshold } from "./held-out-threshold.js";

/** A point of the grid; `null` where the untouched embedding, or no ridge map, is meant. */
export interface RcaCandidate {
  readonly lambda: number | null;
  readonly power: number | null;
  readonly blend: number | null;
  readonly mu: number | null;
  /** Means over the folds; `null` when there was nothing to choose between. */
  readonly metrics: RankingMetrics | null;
}

export interface ChosenRca {
  readonly adapter: Adapter;
  /** The point that was chosen, one of `candidates`. */
  readonly chosen: RcaCandidate;
  /** Everything that was tried, the untouched embedding first. */
  readonly candidates: readonly RcaCandidate[];
  /** Cosine above which adapted pairs count as matches, fitted on held-out pairs; `null` without any. */
  readonly threshold: number | null;
}

export interface ChooseRcaOptions extends LongJobOptions {
  /**
   * Shrinkage to try, in units of the mean eigenvalue of C (so that they suit any embedding). Large leaves the embedding
   * as it is. @default [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]
   */
  readonly lambdas?: readonly number[] | undefined;
  /** Exponents a of W = (C + lambda I)^-a to try. @default [0.125, 0.25, 0.5, 0.75] */
  readonly powers?: readonly number[] | undefined;
  /**
   * Weights to try of a mild metric, exp(-C / 4 mean eigenvalues), beside (C + lambda I)^-2a, either in units in which
   * differences between matches have length 1; 0 is RCA itself. @default [0]
   */
  readonly blends?: readonly number[] | undefined;
  /**
   * Ridge penalties to try for a map that takes passages toward their queries before C is measured, in units of the mean
   * eigenvalue of the passages' covariance; none for plain RCA. Both sides only. @default []
   */
  readonly mus?: readonly number[] | undefined;
  /** "query" folds the metric into the queries, so that indexed passages stay as they are. @default "both" */
  readonly side?: "both" | "query" | undefined;
  /** Parts of the cross-validation. @default 5 */
  readonly folds?: number | undefined;
  /** Seed of the folds. @default 1 */
  readonly seed?: string | number | undefined;
  /** What the choice maximises; "balanced" is the mean of ROC AUC and MRR. @default "balanced" */
  readonly metric?: ChoiceMetric | undefined;
  /** Let the untouched embedding compete. @default true */
  readonly identity?: boolean | undefined;
  /** Id of the embedder, kept in the adapter. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * `fitRca` at the point of a grid that cross-validation prefers: λ and a (and a blend, where several are given), chosen on
 * folds that keep groups whole, the untouched embedding among the candidates. It chooses and says nothing about whether
 * the choice is worth using; `fitAdapter` does.
 *
 * Cost: one eigen-decomposition per fold (of the smaller of pairs and dimensions) serves the whole grid of λ and a.
 *
 * @throws RangeError on pairs that cannot be learnt from, on options outside their range, and when there is a choice to
 *   make but only one group to learn from.
 */
export async function chooseRca(
  data: TrainingPairs,
  {
    lambdas = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
    powers = [0.125, 0.25, 0.5, 0.75],
    blends = [0],
    mus = [],
    side = "both",
    folds = 5,
    seed = 1,
    metric = "balanced",
    identity = true,
    embedder = null,
    signal,
    onProgress,
  }: ChooseRcaOptions = {},
): Promise<ChosenRca> {
  checkGrid("lambdas", lambdas);
  checkGrid("powers", powers);
  checkGrid("blends", blends, { least: 0 });
  if (mus.length > 0) checkGrid("mus", mus);
  checkChoice(side, "chooseRca: side", ["both", "query"]);
  if (mus.length > 0 && side === "query") refuse("chooseRca: mus", 'empty with side "query"', mus);
  const prepared = preparePairs(data, "chooseRca");
  const grid = { lambdas, powers, blends };
  const families = identity ? [identityFamily] : [];
  if (side === "query") families.push(queryRcaFamily(grid));
  else families.push(mus.length === 0 ? rcaFamily(grid) : ridgeRcaFamily({ ...grid, mus }));
  const { trials, best } = await chooseTrial(prepared, families, {
    folds,
    seed,
    metric,
    signal,
    onProgress,
  });
  await yieldToEventLoop();
  signal?.throwIfAborted();
  const chosen = trials[best];
  const candidates = trials.map(({ point, metrics }) => ({
    lambda: point.lambda ?? null,
    power: point.power ?? null,
    blend: point.blend ?? null,
    mu: point.mu ?? null,
    metrics,
  }));
  return {
    adapter: fitFamily(chosen.family, chosen.point, data, prepared, {
      embedder,
      ...(chosen.metrics === null ? {} : { metrics: { ...chosen.metrics } }),
    }),
    chosen: candidates[best],
    candidates,
    threshold: chosen.outcomes === null ? null : heldOutThreshold(chosen.outcomes),
  };
}

interface Choice {
  readonly trials: readonly (Trial | UnmeasuredTrial)[];
  /** Position of the best in `trials`; of equals the first. */
  readonly best: number;
}

/** The only point there is, so that nothing had to be measured. */
interface UnmeasuredTrial {
  readonly family: Family;
  readonly point: Parameters;
  readonly metrics: null;
  readonly outcomes: null;
}

async function chooseTrial(
  prepared: PreparedPairs,
  families: readonly Family[],
  {
    folds,
    seed,
    metric,
    ...job
  }: LongJobOptions & { folds: number; seed: string | number; metric: ChoiceMetric },
): Promise<Choice> {
  const points = families.flatMap((family) => family.points.map((point) => ({ family, point })));
  if (points.length === 1) {
    return {
      trials: points.map((point) => ({ ...point, metrics: null, outcomes: null })),
      best: 0,
    };
  }
  const parts = makeFolds(prepared, { folds, seed }, "chooseRca");
  if (parts.length < 2) {
    throw new RangeError(
      "chooseRca: cross-validation needs matching pairs of at least 2 groups, received 1; give one lambda and one power, and identity: false",
    );
  }
  const trials = [];
  for (const family of families)
    trials.push(...(await crossValidate(prepared, parts, family, job)));
  const scores = trials.map(({ metrics }) => choiceScore(metrics, metric));
  return { trials, best: scores.indexOf(Math.max(...scores)) };
}

function checkGrid(
  name: string,
  values: readonly number[],
  bounds: NumberBounds = { above: 0 },
): void {
  if (values.length === 0) refuse(`chooseRca: ${name}`, "a list of at least one number", values);
  for (const [i, value] of values.entries()) {
    checkNumber(value, `chooseRca: ${name}[${i}]`, bounds);
  }
}
