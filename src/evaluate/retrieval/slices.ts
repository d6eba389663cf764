import { checkInteger, checkSameLength } from "../../base/checks.js";
import { membersByKey } from "../members-by-key.js";
import {
  evaluationOf,
  type EvaluateScoresOptions,
  type ScoreEvaluation,
} from "../pairs/evaluate-scores.js";
import { checkScored } from "../checks.js";
import type { RetrievalEvaluation } from "./retrieval.js";

export type SliceKey = string | number;

export interface SliceOptions {
  /** Slices with fewer items are marked small: their figures say little. @default 30 */
  readonly minSize?: number | undefined;
}

/** The figures of the items that share a key. */
export interface Slice<Figures> {
  readonly key: SliceKey;
  readonly n: number;
  /** Of all items. */
  readonly share: number;
  readonly small: boolean;
  readonly figures: Figures;
}

/**
 * The same figures for every value of a key: the kind of negative, of answer, the page, a bucket of the question's
 * length ({@link bucketOf}).
 *
 * @param keys One per item.
 * @param figuresOf Computes the figures of the items at the given positions, ascending.
 * @returns Largest slice first.
 * @throws RangeError when `minSize` is no integer >= 1.
 */
export function sliceBy<Figures>(
  keys: readonly SliceKey[],
  figuresOf: (items: readonly number[]) => Figures,
  options: SliceOptions = {},
): Slice<Figures>[] {
  return slicesOf(keys, figuresOf, options, "sliceBy");
}

function slicesOf<Figures>(
  keys: readonly SliceKey[],
  figuresOf: (items: readonly number[]) => Figures,
  { minSize = 30 }: SliceOptions,
  caller: string,
): Slice<Figures>[] {
  checkInteger(minSize, `${caller}: minSize`, { least: 1 });
  return [...membersByKey(keys)]
    .sort(([a, m], [b, n]) => n.length - m.length || String(a).localeCompare(String(b), "en"))
    .map(([key, items]) => ({
      key,
      n: items.length,
      share: items.length / keys.length,
      small: items.length < minSize,
      figures: figuresOf(items),
    }));
}

/**
 * {@link evaluateScores} per slice. Give `threshold`: fitted per slice, it would flatter every one of them.
 *
 * @param keys One per score.
 * @throws RangeError as {@link evaluateScores}, and on another number of keys than scores.
 */
export function sliceScores(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  keys: readonly SliceKey[],
  { minSize = 30, ...options }: SliceOptions & EvaluateScoresOptions & { threshold: number },
): Slice<ScoreEvaluation>[] {
  checkSameLength(keys, "sliceScores: keys", scores, "scores");
  checkScored(scores, labels, "sliceScores");
  return slicesOf(
    keys,
    (items) =>
      evaluationOf(
        Float64Array.from(items, (i) => scores[i]),
        Uint8Array.from(items, (i) => labels[i]),
        options,
        "sliceScores",
      ),
    { minSize },
    "sliceScores",
  );
}

/**
 * The retrieval figures per slice of the queries.
 *
 * @param keys One per query row, also for those that were not evaluated.
 * @throws RangeError on fewer keys than queries.
 */
export function sliceRetrieval(
  { queries, perQuery }: Pick<RetrievalEvaluation, "queries" | "perQuery">,
  keys: readonly SliceKey[],
  options: SliceOptions = {},
): Slice<Record<string, number>>[] {
  const keysOfEvaluated = queries.map((query) => {
    if (query >= keys.length) {
      throw new RangeError(
        `sliceRetrieval: keys must be one per query, received ${keys.length} where query ${query} was evaluated`,
      );
    }
    return keys[query];
  });
  return slicesOf(
    keysOfEvaluated,
    (items) =>
      Object.fromEntries(
        Object.entries(perQuery).map(([name, values]) => [
          name,
          items.reduce((sum, i) => sum + values[i], 0) / items.length,
        ]),
      ),
    options,
    "sliceRetrieval",
  );
}

/**
 * Names the bucket of a number, for slicing by a length or a count: with edges [6, 10], 4 is in `"< 6"`, 6 in `"6-9"`,
 * 10 in `">= 10"`.
 *
 * @param edges Whole numbers, ascending.
 * @throws RangeError when there are no edges.
 */
export function bucketOf(value: number, edges: readonly number[]): string {
  if (edges.length === 0) {
    throw new RangeError("bucketOf: edges must hold at least one, received none");
  }
  const above = edges.findIndex((edge) => value < edge);
  if (above === 0) return `< ${edges[0]}`;
  if (above < 0) return `>= ${edges.at(-1)}`;
  const last = edges[above] - 1;
  return last === edges[above - 1] ? String(last) : `${edges[above - 1]}-${last}`;
}
