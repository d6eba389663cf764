import { gatherRows, type Matrix } from "../math/matrix.js";
import { yieldToEventLoop } from "../base/event-loop.js";
import type { LongJobOptions } from "../base/progress.js";
import { createRandom } from "../base/random.js";
import { scorerOf, scoreWithSides, type Family } from "../fit/families/family.js";
import { makeFolds } from "./folds.js";
import {
  pairOutcomes,
  rankingMetrics,
  type RankingMetrics,
} from "../evaluate/retrieval/pair-outcomes.js";
import { rcaFamily } from "../fit/families/rca-family.js";
import { preparePairs, type IndexPairs, type TrainingPairs } from "../data/training-pairs.js";

export interface AdapterLearningCurveOptions extends LongJobOptions {
  /**
   * Numbers of matching pairs to learn from.
   * @default 8 steps, each 1.6 times the one before, up to all that are not held out
   */
  readonly sizes?: readonly number[] | undefined;
  /** Parts the pairs are cut into; one is held out in turn. @default 5 */
  readonly folds?: number | undefined;
  /** Seed of the folds and of the subsets. @default 1 */
  readonly seed?: string | number | undefined;
  /** λ of the RCA that is fitted at each size, in units of the mean eigenvalue. @default 0.3 */
  readonly lambda?: number | undefined;
  /** Its exponent. @default 0.5 */
  readonly power?: number | undefined;
}

export interface AdapterLearningCurvePoint {
  /** Matching pairs learnt from. */
  readonly pairs: number;
  /** On pairs held out, means over the folds. */
  readonly metrics: RankingMetrics;
  /** Standard error of each figure over the folds. */
  readonly standardErrors: RankingMetrics;
}

export interface AdapterLearningCurve {
  /** The untouched embedding on the same held-out pairs: what the curve starts from. */
  readonly untouched: RankingMetrics;
  /** By growing number of pairs; each subset holds the one before. */
  readonly points: readonly AdapterLearningCurvePoint[];
}

/**
 * The gain against the number of pairs, so that one knows whether to label more: a curve still rising at its end says
 * yes. RCA with fixed shrinkage stands for all methods; it is the quickest to learn.
 *
 * @throws RangeError on pairs that cannot be learnt from, fewer than two groups, or sizes outside [2, pairs not held
 *   out].
 */
export async function adapterLearningCurve(
  data: TrainingPairs,
  {
    sizes,
    folds = 5,
    seed = 1,
    lambda = 0.3,
    power = 0.5,
    signal,
    onProgress,
  }: AdapterLearningCurveOptions = {},
): Promise<AdapterLearningCurve> {
  const prepared = preparePairs(data, "adapterLearningCurve");
  const parts = makeFolds(prepared, { folds, seed }, "adapterLearningCurve");
  if (parts.length < 2) {
    throw new RangeError(
      "adapterLearningCurve: needs matching pairs of at least 2 groups, received 1",
    );
  }
  const most = Math.min(...parts.map(({ train }) => train.query.length));
  const steps = sizes ?? defaultSizes(most);
  for (const size of steps) {
    if (!Number.isInteger(size) || size < 2 || size > most) {
      throw new RangeError(
        `adapterLearningCurve: sizes must be integers from 2 to ${most}, received ${size}`,
      );
    }
  }
  const family: Family = rcaFamily({ lambdas: [lambda], powers: [power] });
  const untouched: RankingMetrics[] = [];
  const perSize = steps.map((): RankingMetrics[] => []);
  for (const [i, fold] of parts.entries()) {
    const queries = gatherRows(prepared.queries, fold.task.queries);
    const passages = gatherRows(prepared.passages, fold.task.passages);
    untouched.push(rankingMetrics(pairOutcomes(rawScores(queries, passages), fold.task)));
    const order = inRandomOrder(fold.train, `${seed}/curve/${i}`);
    for (const [at, size] of steps.entries()) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      const fitted = family.fit(prepared, firstPairs(order, size), fold.trainNegatives);
      const scores = scorerOf(fitted, queries, passages)(family.points[0]);
      perSize[at].push(rankingMetrics(pairOutcomes(scores, fold.task)));
      onProgress?.({
        stage: "learning curve",
        done: i * steps.length + at + 1,
        total: parts.length * steps.length,
      });
    }
  }
  return {
    untouched: eachFigure((name) => mean(untouched.map((metrics) => metrics[name]))),
    points: steps.map((pairs, at) => ({
      pairs,
      metrics: eachFigure((name) => mean(perSize[at].map((metrics) => metrics[name]))),
      standardErrors: eachFigure((name) =>
        standardError(perSize[at].map((metrics) => metrics[name])),
      ),
    })),
  };
}

function defaultSizes(most: number): number[] {
  const sizes = new Set<number>();
  for (let step = 7; step >= 0; step--) {
    const size = Math.round(most / 1.6 ** step);
    if (size >= 2) sizes.add(size);
  }
  return [...sizes];
}

function rawScores(queries: Matrix, passages: Matrix): Matrix {
  const untouched = { center: null, weights: null };
  return scoreWithSides({ query: untouched, passage: untouched }, queries, passages);
}

function inRandomOrder({ query, passage }: IndexPairs, seed: string): IndexPairs {
  const order = createRandom(seed).shuffle(Array.from(query.keys()));
  return {
    query: Uint32Array.from(order, (i) => query[i]),
    passage: Uint32Array.from(order, (i) => passage[i]),
  };
}

function firstPairs({ query, passage }: IndexPairs, count: number): IndexPairs {
  return { query: query.subarray(0, count), passage: passage.subarray(0, count) };
}

function eachFigure(value: (name: keyof RankingMetrics) => number): RankingMetrics {
  return { rocAuc: value("rocAuc"), "recall@1": value("recall@1"), mrr: value("mrr") };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
