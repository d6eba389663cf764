import { checkInteger, refuse } from "../../../base/checks.js";
import type { ScoredPassage } from "./best-scored.js";
import { checkCosine } from "./check-cosine.js";
import {
  bestWithVotes,
  cosinesOf,
  type MergeByPassageOptions,
  type PassageHit,
  type QuestionHit,
} from "./merge-by-passage.js";
import { checkVoteSettings } from "./passage-votes.js";

/** A row of a store that holds passages and known questions together; the latter say which passage answers them. */
export interface MixedHit {
  readonly id: string;
  /** The cosine with the question. */
  readonly score: number;
  /** Of a known question, the id of a passage that answers it; nothing for a passage. */
  readonly passage?: string | null | undefined;
}

/**
 * Ranks passages from one search among passages and known questions together, unfiltered, for stores that can do no
 * better. It is approximate, in two ways: fewer than `settings.neighbours` known questions vote where passages crowd them
 * out of the list, and a passage that is voted for but stands outside the list has no cosine; it gets the least score of
 * the list, which its cosine cannot exceed. Two filtered searches and {@link mergeByPassage} are exact, and cost one
 * request more.
 *
 * @param hits The nearest rows, in any order; several times `limit` + `neighbours` of them.
 * @returns The best `limit`, best first; equal scores by id, in the order of UTF-16 units.
 * @throws RangeError when a score is no cosine, a setting is out of its bounds, or a row stands twice.
 */
export function mergeMixed(
  hits: readonly MixedHit[],
  { settings, limit = 10 }: MergeByPassageOptions,
): ScoredPassage[] {
  const place = "mergeMixed";
  checkVoteSettings(settings, place);
  checkInteger(limit, `${place}: limit`, { least: 1 });
  const passages: PassageHit[] = [];
  const questions: QuestionHit[] = [];
  const seen = new Set<string>();
  for (const [i, { id, score, passage = null }] of hits.entries()) {
    checkCosine(score, `${place}: hits[${i}].score`);
    const row = JSON.stringify([id, passage]);
    if (seen.has(row)) refuse(`${place}: hits[${i}]`, "a row that stands once", [id, passage]);
    seen.add(row);
    if (passage === null) passages.push({ id, score });
    else questions.push({ id, passage, score });
  }
  const cosines = cosinesOf(passages, place);
  const least = hits.reduce((lowest, { score }) => Math.min(lowest, score), 1);
  const nearest = questions.toSorted((a, b) => b.score - a.score).slice(0, settings.neighbours);
  for (const { passage } of nearest) if (!cosines.has(passage)) cosines.set(passage, least);
  return bestWithVotes(cosines, nearest, settings, limit);
}
