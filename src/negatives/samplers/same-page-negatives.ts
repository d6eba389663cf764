import { checkInteger } from "../../base/checks.js";
import { createRandom } from "../../base/random.js";
import { comparableText } from "../../data/split/comparable-text.js";
import type { Pair } from "../../data/types.js";
import { compareTexts } from "../compare-texts.js";
import { directedCosine, vectorWithDirection, type SideVectors } from "../indexes/text-vectors.js";
import { drawWithoutReplacement } from "./draw-without-replacement.js";
import type { SamePageCandidates, SamePageDrop } from "./same-page-candidates.js";
import type { SampledNegatives } from "./sampled-negatives.js";

const caller = "sampleSamePageNegatives";

export interface SamePageNegativesOptions {
  /** Ranks candidates by cosine to the query, nearest first. @default none: candidates are drawn at random */
  readonly vectors?: SideVectors | undefined;
  /** Negatives for each positive of a query. @default 2 */
  readonly perPositive?: number | undefined;
  /** For drawing at random; the same seed gives the same negatives. @default 1 */
  readonly seed?: string | number | undefined;
}

/**
 * Hard negatives: of each query's {@link samePageCandidates}, the nearest under the given vectors, or some at random
 * (label 0, kind `"same-page"`). Equally near candidates are taken in the order of their texts, so that nothing depends
 * on the order of the input but the order of the pairs.
 *
 * @throws RangeError naming the text whose vector is missing, of another length, not finite or zero, or an option out of
 *   range.
 */
export function sampleSamePageNegatives(
  candidates: SamePageCandidates,
  { vectors, perPositive = 2, seed = 1 }: SamePageNegativesOptions = {},
): SampledNegatives<SamePageDrop> {
  checkInteger(perPositive, `${caller}: perPositive`, { least: 1 });
  const pairs: Pair[] = [];
  let wanted = 0;
  for (const entry of candidates.entries) {
    const query = candidates.queries[entry.query];
    const count = perPositive * entry.positives;
    wanted += count;
    const texts = Array.from(entry.passages, (row) => candidates.passages[row]).sort(compareTexts);
    const chosen =
      vectors === undefined
        ? randomTexts(texts, count, `${seed}/same-page/${comparableText(query)}`)
        : nearestTexts(query, texts, count, vectors);
    for (const passage of chosen) {
      pairs.push({ query, passage, label: 0, group: entry.group, kind: "same-page" });
    }
  }
  return { pairs, counts: { wanted, sampled: pairs.length, drops: candidates.drops } };
}

function nearestTexts(
  query: string,
  texts: readonly string[],
  count: number,
  vectors: SideVectors,
): string[] {
  const q = vectorWithDirection(vectors.query, query, "query", caller);
  return texts
    .map((text) => {
      const p = vectorWithDirection(vectors.passage, text, "passage", caller, q.vector.length);
      return { text, cosine: directedCosine(q, p) };
    })
    .sort((a, b) => b.cosine - a.cosine || compareTexts(a.text, b.text))
    .slice(0, count)
    .map(({ text }) => text);
}

function randomTexts(texts: readonly string[], count: number, seed: string): string[] {
  const chosen: string[] = [];
  for (const i of drawWithoutReplacement(texts.length, createRandom(seed))) {
    if (chosen.length === count) break;
    chosen.push(texts[i]);
  }
  return chosen;
}
