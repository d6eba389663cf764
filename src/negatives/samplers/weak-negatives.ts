import type { Pair } from "../../data/types.js";
import { createRandom } from "../../base/random.js";
import { checkInteger } from "../../base/checks.js";
import { createDropCounter } from "../drop-counts.js";
import { drawWithoutReplacement } from "./draw-without-replacement.js";
import { firstReason, type GuardReason, type NegativeGuard } from "../guards/negative-guard.js";
import { createOwnTextGuard, type FoldOption, type OwnTextReason } from "../guards/own-texts.js";
import { knownPositives } from "../known-positives.js";
import { checkLengths, lengthReason, type LengthOptions } from "../passage-length.js";
import { poolOfPairs, type PoolPassage } from "../passage-pool.js";
import type { SampledNegatives } from "./sampled-negatives.js";
import { comparableText } from "../../data/split/comparable-text.js";
import { compareTexts } from "../compare-texts.js";

export interface WeakNegativesOptions extends LengthOptions, FoldOption {
  /** Where negatives come from. @default the passages of the positive pairs, which are embedded anyway */
  readonly pool?: readonly PoolPassage[] | undefined;
  /** What more may not be a negative; each drop is counted under the reason its guard gives. @default none */
  readonly guards?: readonly NegativeGuard[] | undefined;
  /** Negatives for each positive of a query. @default 2 */
  readonly perPositive?: number | undefined;
  /** The same seed gives the same negatives, in whatever order the input comes. @default 1 */
  readonly seed?: string | number | undefined;
}

/** Why a drawn passage (or, for lengths, a passage of the pool) was not taken. */
export type WeakDrop =
  /** It stands on a page on which the query has a positive. */
  | "same-page"
  | OwnTextReason
  /** The query already has this text as a negative. */
  | "duplicate"
  | "too-short"
  | "too-long";

/**
 * Weak negatives: passages of other pages, drawn uniformly and without replacement for each query (label 0, kind
 * `"weak"`). None repeats its query or a positive of the query, nor of a query that is equal up to case, punctuation and
 * spacing (see `fold`). Every query draws from a stream of its own over the pool in a fixed order: the result does not
 * depend on the order of the input, only the order of the pairs does.
 *
 * @throws RangeError when an option is out of range.
 */
export function sampleWeakNegatives(
  positives: readonly Pair[],
  {
    pool,
    guards = [],
    fold = true,
    perPositive = 2,
    seed = 1,
    minLength = 1,
    maxLength = Infinity,
  }: WeakNegativesOptions = {},
): SampledNegatives<WeakDrop | GuardReason> {
  checkInteger(perPositive, "sampleWeakNegatives: perPositive", { least: 1 });
  checkLengths(minLength, maxLength, "sampleWeakNegatives");
  const drops = createDropCounter<WeakDrop | GuardReason>();
  const passages = (pool ?? poolOfPairs(positives.filter(({ label }) => label === 1)))
    .filter(({ text }) => {
      const reason = lengthReason(text, minLength, maxLength);
      if (reason !== null) drops.add(reason);
      return reason === null;
    })
    .sort((a, b) => compareTexts(a.text, b.text) || compareTexts(a.group, b.group));
  const byQuery = [...knownPositives(positives).values()];
  const guard = createOwnTextGuard(byQuery, fold);
  // Pages are shared as positives are: by queries that fold into one.
  const pages = new Map<string, Set<string>>();
  for (const { query, groups } of byQuery) {
    const key = guard.keyOf(query);
    pages.set(key, new Set([...(pages.get(key) ?? []), ...groups]));
  }
  const keys = passages.map(({ text }) => guard.keyOf(text));
  const pairs: Pair[] = [];
  let wanted = 0;
  for (const known of byQuery) {
    const count = perPositive * known.texts.size;
    const key = comparableText(known.query);
    const repeats = guard.of(known);
    const ownPages = pages.get(guard.keyOf(known.query))!;
    const taken = new Set<string>();
    wanted += count;
    for (const i of drawWithoutReplacement(passages.length, createRandom(`${seed}/weak/${key}`))) {
      if (taken.size === count) break;
      const { query, group } = known;
      const passage = passages[i].text;
      const reason =
        (ownPages.has(passages[i].group) ? "same-page" : null) ??
        repeats(passage) ??
        (taken.has(keys[i]) ? "duplicate" : null) ??
        firstReason(guards, query, passage);
      if (reason !== null) drops.add(reason);
      else {
        taken.add(keys[i]);
        pairs.push({ query, passage, label: 0, group, kind: "weak" });
      }
    }
  }
  return { pairs, counts: { wanted, sampled: pairs.length, drops: drops.counts() } };
}
