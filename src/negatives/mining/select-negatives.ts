import { createRandom } from "../../base/random.js";
import { comparableText } from "../../data/split/comparable-text.js";
import { goldKey } from "../../data/text-identity.js";
import { roundCosine } from "../../math/cosine-grid.js";
import { firstReason, type GuardReason } from "../guards/negative-guard.js";
import type { OwnTextGuard, OwnTextReason } from "../guards/own-texts.js";
import type { Neighbor } from "../indexes/neighbor-index.js";
import type { KnownPositives } from "../known-positives.js";
import type { ResolvedMiningOptions } from "./mining-options.js";

/** Why a passage the index found is not among the negatives. */
export type MiningDrop =
  /** It is a positive of the query. */
  | "positive"
  | "absolute-margin"
  | "relative-margin"
  | "positive-percentage"
  | "max-score"
  | "min-score"
  | OwnTextReason
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

/** What is chosen of a query's candidates. */
export interface Selection {
  /** Nearest first. */
  readonly chosen: readonly MinedPassage[];
  /** The reason of every other candidate. */
  readonly drops: readonly MiningDrop[];
  /** Whether further candidates could change the choice: some are missing, and `rangeMax` was not reached. */
  readonly open: boolean;
}

/**
 * Chooses a query's negatives among its candidates: filters first, then ranks.
 *
 * @param lowestPositive Score of the query's lowest positive; needed only for margins.
 * @param deepened Whether the index was asked for more than at first.
 */
export function selectNegatives(
  candidates: readonly Neighbor[],
  known: KnownPositives,
  lowestPositive: number,
  options: ResolvedMiningOptions,
  ownTexts: OwnTextGuard,
  deepened: boolean,
): Selection {
  const { rangeMin, rangeMax, numNegatives, includePositives, guards, rescored } = options;
  const { within, reached } = withinRange(candidates, known, options, ownTexts, deepened);
  const seen = new Set<string>();
  const kept: MinedPassage[] = [];
  const drops: MiningDrop[] = [];
  const repeats = ownTexts.of(known);
  // An index orders its equals: on the grid of cosines, below which single precision tells nothing, that order stays.
  const order = rescored ? (score: number) => score : roundCosine;
  for (const { text, score } of within.toSorted((a, b) => order(b.score) - order(a.score))) {
    const gold = goldKey(text);
    const positive = known.texts.has(gold);
    const key = positive ? `positive ${gold}` : ownTexts.keyOf(text);
    const reason =
      (positive && !includePositives ? "positive" : null) ??
      scoreReason(score, lowestPositive, options) ??
      (positive ? null : repeats(text)) ??
      (seen.has(key) ? "duplicate" : null) ??
      (positive ? null : firstReason(guards, known.query, text));
    if (reason === null) {
      seen.add(key);
      kept.push({ text, score, positive });
    } else drops.push(reason);
  }
  const ranked = kept.slice(rangeMin, rangeMax);
  const chosen = sample(ranked, known.query, options);
  const add = (reason: MiningDrop, count: number): void => {
    for (let i = 0; i < count; i++) drops.push(reason);
  };
  add("range-min", Math.min(rangeMin, kept.length));
  add("range-max", candidates.length - within.length + Math.max(0, kept.length - rangeMax));
  add("not-needed", ranked.length - chosen.length);
  return { chosen, drops, open: ranked.length < numNegatives && !reached };
}

/**
 * The candidates that a `rangeMax` of the caller's looks at: so many of them, in the order of the index. What is refused
 * by its text or by a guard does not count, as nobody would call it a candidate; what a score keeps out does, as in
 * sentence-transformers.
 */
function withinRange(
  candidates: readonly Neighbor[],
  known: KnownPositives,
  { lookAt, guards }: ResolvedMiningOptions,
  ownTexts: OwnTextGuard,
  deepened: boolean,
): { within: readonly Neighbor[]; reached: boolean } {
  if (lookAt === Infinity) return { within: candidates, reached: false };
  const repeats = ownTexts.of(known);
  const seen = new Set<string>();
  let count = 0;
  for (const [i, { text }] of candidates.entries()) {
    const key = ownTexts.keyOf(text);
    const refused =
      !known.texts.has(goldKey(text)) &&
      (repeats(text) ?? firstReason(guards, known.query, text)) !== null;
    if (refused || seen.has(key)) continue;
    seen.add(key);
    if (++count < lookAt) continue;
    // What an index gives unasked in the first search is there to choose from.
    return { within: deepened ? candidates.slice(0, i + 1) : candidates, reached: true };
  }
  return { within: candidates, reached: false };
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
