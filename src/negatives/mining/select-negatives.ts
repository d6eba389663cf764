import { createRandom } from "../../base/random.js";
import { roundCosine } from "../../math/cosine-grid.js";
import type { DropCounter } from "../drop-counts.js";
import { firstReason, type GuardReason } from "../guards/negative-guard.js";
import { repeatsPositive } from "../guards/repeats-positive.js";
import type { KnownPositives } from "../known-positives.js";
import type { ResolvedMiningOptions } from "./mining-options.js";
import type { Neighbor } from "../indexes/neighbor-index.js";
import { comparableText } from "../../data/split/comparable-text.js";

/** Why a passage the index found is not among the negatives. */
export type MiningDrop =
  /** It is a positive of the query. */
  | "positive"
  | "absolute-margin"
  | "relative-margin"
  | "positive-percentage"
  | "max-score"
  | "min-score"
  /** It repeats or holds the text of a positive. */
  | "repeats-positive"
  /** The same text came nearer. */
  | "duplicate"
  /** Its rank is below `rangeMin`. */
  | "range-min"
  /** Its rank is `rangeMax` or more. */
  | "range-max"
  /** It could have served, but enough others did. */
  | "not-needed"
  | GuardReason;

/** A passage chosen for a query. */
export interface MinedPassage extends Neighbor {
  /** True only under `includePositives`: the passage is a positive left in the ranking. */
  readonly positive: boolean;
}

/**
 * Chooses a query's negatives among its candidates: filters first, then ranks.
 *
 * @param lowestPositive Score of the query's lowest positive; needed only for margins.
 * @param comparable The comparable form of a text, perhaps memoized.
 */
export function selectNegatives(
  candidates: readonly Neighbor[],
  known: KnownPositives,
  lowestPositive: number,
  options: ResolvedMiningOptions,
  drops: DropCounter<MiningDrop>,
  comparable: (text: string) => string = comparableText,
): MinedPassage[] {
  const seen = new Set<string>();
  const kept: MinedPassage[] = [];
  // On the grid of cosines, to which single precision blurs them; an index orders its equals.
  const order = (score: number): number => (options.rescored ? score : roundCosine(score));
  for (const { text, score } of candidates.toSorted((a, b) => order(b.score) - order(a.score))) {
    const form = comparable(text);
    const positive = known.texts.has(form);
    const reason =
      (positive && !options.includePositives ? "positive" : null) ??
      scoreReason(score, lowestPositive, options) ??
      (!positive && repeatsPositive(form, known.texts) ? "repeats-positive" : null) ??
      (seen.has(form) ? "duplicate" : null) ??
      (positive ? null : firstReason(options.guards, known.query, text));
    if (reason === null) {
      seen.add(form);
      kept.push({ text, score, positive });
    } else drops.add(reason);
  }
  const { rangeMin, rangeMax } = options;
  const ranked = kept.slice(rangeMin, rangeMax);
  drops.add("range-min", Math.min(rangeMin, kept.length));
  drops.add("range-max", Math.max(0, kept.length - rangeMax));
  const chosen = sample(ranked, known.query, options);
  drops.add("not-needed", ranked.length - chosen.length);
  return chosen;
}

/**
 * The reason of the first score bound that a candidate breaks, or `null`. Compared in single precision, in which scores
 * of vectors are computed, so that a candidate exactly at a margin is kept whatever the decimals of the margin.
 */
function scoreReason(
  score: number,
  lowestPositive: number,
  options: ResolvedMiningOptions,
): MiningDrop | null {
  const { absoluteMargin, relativeMargin, positivePercentage, maxScore, minScore } = options;
  const single = Math.fround;
  const value = single(score);
  const lowest = single(lowestPositive);
  // Of a negative score, 95 % would be more than the score itself.
  const exceeds = (share: number): boolean =>
    value > single(lowest * single(lowest < 0 ? 2 - share : share));
  if (absoluteMargin !== undefined && single(value + single(absoluteMargin)) > lowest) {
    return "absolute-margin";
  }
  if (relativeMargin !== undefined && exceeds(1 - relativeMargin)) return "relative-margin";
  if (positivePercentage !== undefined && exceeds(positivePercentage / 100)) {
    return "positive-percentage";
  }
  if (value > single(maxScore)) return "max-score";
  return value < single(minScore) ? "min-score" : null;
}

function sample(
  ranked: readonly MinedPassage[],
  query: string,
  { numNegatives, samplingStrategy, seed }: ResolvedMiningOptions,
): MinedPassage[] {
  if (samplingStrategy === "top") return ranked.slice(0, numNegatives);
  const random = createRandom(`${seed}/mined/${comparableText(query)}`);
  const places = random.sample(ranked.length, Math.min(numNegatives, ranked.length));
  return places.sort((a, b) => a - b).map((i) => ranked[i]);
}
