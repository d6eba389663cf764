import { checkChoice, checkInteger, checkNumber } from "../../base/checks.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { EngineOptions } from "../../math/engines/on-engine.js";
import type { NegativeGuard } from "../guards/negative-guard.js";
import type { FoldOption } from "../guards/own-texts.js";
import type { ScorePassages } from "../indexes/neighbor-index.js";

/**
 * How negatives are chosen among a query's nearest passages. Options that sentence-transformers' `mine_hard_negatives`
 * has under the same name mean the same.
 */
export interface MiningOptions extends LongJobOptions, EngineOptions, FoldOption {
  /** Negatives for each query. @default 3 */
  readonly numNegatives?: number | undefined;
  /** The nearest candidates left out, counted after all filters: the likeliest unmarked positives. @default 0 */
  readonly rangeMin?: number | undefined;
  /**
   * The last rank, counted after all filters; at least rangeMin + numNegatives. Where given, no more passages than this and
   * as many as the query with the most positives has are looked at, so that a margin may leave a query short; passages
   * refused by their text or by a guard are not counted. Left out, a query's search goes deeper until it has its
   * negatives, or `maxDepth` or the corpus ends.
   *
   * @default none; of samplingStrategy "random" rangeMin + numNegatives + the most positives any query has, with a filter
   * that may drop candidates (a margin, maxScore, positivePercentage or guards) rangeMin + 10 · numNegatives + the same
   */
  readonly rangeMax?: number | undefined;
  /**
   * The most passages of the index that are looked at for one query. A bound for the search of queries whose filters
   * refuse nearly all; with `rescore`, for what each of them may cost.
   *
   * @default Infinity: to the end of the corpus
   */
  readonly maxDepth?: number | undefined;
  /** Candidates with a greater score are dropped. @default none */
  readonly maxScore?: number | undefined;
  /** Candidates with a lower score are dropped. @default none */
  readonly minScore?: number | undefined;
  /**
   * A candidate is dropped unless its score lies at least this much below the query's lowest positive; 0 asks that it
   * is not above.
   *
   * @default none
   */
  readonly absoluteMargin?: number | undefined;
  /**
   * A candidate is dropped unless its score is at most (1 - relativeMargin) of the query's lowest positive. Where that
   * is negative, the margin is this share of its size, so that it still asks for a lower score.
   *
   * @default none; 0.05 is the setting NV-Retriever recommends (TopK-PercPos)
   */
  readonly relativeMargin?: number | undefined;
  /**
   * The same in other words: the percentage of the lowest positive's score that a candidate may reach. 95 equals
   * a relativeMargin of 0.05; where both are given, both hold.
   *
   * @default none
   */
  readonly positivePercentage?: number | undefined;
  /** Which of the considered candidates: the nearest, or some at random. @default "top" */
  readonly samplingStrategy?: "top" | "random" | undefined;
  /** For `"random"`; every query draws from a stream of its own. @default 1 */
  readonly seed?: string | number | undefined;
  /** Leaves a query's positives among its candidates: a full ranking, to evaluate a reranker on. @default false */
  readonly includePositives?: boolean | undefined;
  /**
   * A second scorer, such as a cross-encoder: its scores replace those of the index for positives and candidates
   * before anything is filtered or ranked. Called once for each query.
   *
   * @default none
   */
  readonly rescore?: ScorePassages | undefined;
  /** Queries that are rescored at the same time. @default 1 */
  readonly rescoreConcurrency?: number | undefined;
  /** What more may not be a negative; each drop is counted under the reason its guard gives. @default none */
  readonly guards?: readonly NegativeGuard[] | undefined;
}

/** Options with their defaults, and `rangeMax` and `depth` worked out. */
export interface ResolvedMiningOptions {
  readonly numNegatives: number;
  readonly rangeMin: number;
  readonly rangeMax: number;
  /** Passages asked of the index at first. */
  readonly depth: number;
  /** The most that are asked of it. */
  readonly maxDepth: number;
  /** The most candidates that are looked at; Infinity where the caller gave no `rangeMax`. */
  readonly lookAt: number;
  readonly maxScore: number;
  readonly minScore: number;
  readonly absoluteMargin: number | undefined;
  readonly relativeMargin: number | undefined;
  readonly positivePercentage: number | undefined;
  readonly samplingStrategy: "top" | "random";
  readonly seed: string | number;
  readonly includePositives: boolean;
  readonly guards: readonly NegativeGuard[];
  readonly rescored: boolean;
}

/** @throws RangeError naming the option that is out of range. */
export function resolveMiningOptions(
  {
    numNegatives = 3,
    rangeMin = 0,
    rangeMax,
    maxDepth = Infinity,
    maxScore,
    minScore,
    absoluteMargin,
    relativeMargin,
    positivePercentage,
    samplingStrategy = "top",
    seed = 1,
    includePositives = false,
    guards = [],
    rescore,
  }: MiningOptions,
  mostPositives: number,
): ResolvedMiningOptions {
  checkInteger(numNegatives, "mineHardNegatives: numNegatives", { least: 1 });
  checkInteger(rangeMin, "mineHardNegatives: rangeMin", { least: 0 });
  if (rangeMax !== undefined) {
    checkInteger(rangeMax, "mineHardNegatives: rangeMax", { least: rangeMin + numNegatives });
  }
  if (maxDepth !== Infinity) {
    checkInteger(maxDepth, "mineHardNegatives: maxDepth", { least: 1 });
  }
  const numbers = { maxScore, minScore, absoluteMargin, relativeMargin, positivePercentage };
  for (const [name, value] of Object.entries(numbers)) {
    if (value !== undefined) checkNumber(value, `mineHardNegatives: ${name}`);
  }
  checkChoice(samplingStrategy, "mineHardNegatives: samplingStrategy", ["top", "random"]);
  const filters = [maxScore, absoluteMargin, relativeMargin, positivePercentage];
  const mayDrop = filters.some((value) => value !== undefined) || guards.length > 0;
  const last = rangeMax ?? rangeMin + (mayDrop ? 10 : 1) * numNegatives + mostPositives;
  return {
    numNegatives,
    rangeMin,
    rangeMax: last,
    depth: Math.min(last + mostPositives, maxDepth),
    maxDepth,
    lookAt: rangeMax === undefined ? Infinity : rangeMax + mostPositives,
    maxScore: maxScore ?? Infinity,
    minScore: minScore ?? -Infinity,
    absoluteMargin,
    relativeMargin,
    positivePercentage,
    samplingStrategy,
    seed,
    includePositives,
    guards,
    rescored: rescore !== undefined,
  };
}
