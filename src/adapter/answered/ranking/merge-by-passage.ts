import { checkInteger, refuse } from "../../../base/checks.js";
import { createBestScored, type ScoredPassage } from "./best-scored.js";
import { checkCosine } from "./check-cosine.js";
import { checkVoteSettings, passageVotes } from "./passage-votes.js";
import type { VoteSettings } from "../votes.js";

/** A passage that a vector store found. */
export interface PassageHit {
  readonly id: string;
  /** Its cosine with the question; of moved passages, the moved vector's. */
  readonly score: number;
}

/** A row of a known question that a vector store found. */
export interface QuestionHit {
  /** Id of the known question. */
  readonly id: string;
  /** Id of the passage that answers it. */
  readonly passage: string;
  /** The cosine of the known question with the question. */
  readonly score: number;
  /**
   * The cosine of that passage with the question, by a join. It may be left out where `passages` has the passage.
   */
  readonly passageScore?: number | null | undefined;
}

export interface MergeByPassageOptions {
  readonly settings: VoteSettings;
  /** How many to return. @default 10 */
  readonly limit?: number | undefined;
}

/**
 * Joins two searches of a vector store, one among the passages and one among the known questions, into the ranking that
 * `rankPassages` gives over the whole table with the votes of `KnownQuestions.votes`.
 *
 * The nearest `limit` passages and the nearest `settings.neighbours` rows of known questions suffice. Votes come from
 * these rows alone. A passage with a vote is one that such a row points at, and has its cosine from there. A passage
 * without a vote scores its cosine; votes never lower a score (the weight is >= 0), so whatever has `limit` passages of
 * higher cosine before it has `limit` of higher score before it, and does not return. Both searches must be exact for
 * the ranking to be.
 *
 * @param hits.passages At least the nearest `limit`, each once, in any order; more do no harm.
 * @param hits.questions At least the nearest `neighbours` rows, each question and passage once; further ones are left
 *   out. Rows of equal cosine are taken in the given order.
 * @returns The best `limit`, best first; equal scores by id, in the order of UTF-16 units.
 * @throws RangeError when a score is no cosine, a setting is out of its bounds, something stands twice, or a voted-for
 *   passage has no cosine: it names hit and passage. A store whose passages were deleted before their known questions
 *   gives such hits; let the questions go with them.
 */
export function mergeByPassage(
  {
    passages,
    questions,
  }: { readonly passages: readonly PassageHit[]; readonly questions: readonly QuestionHit[] },
  { settings, limit = 10 }: MergeByPassageOptions,
): ScoredPassage[] {
  const place = "mergeByPassage";
  checkVoteSettings(settings, place);
  checkInteger(limit, `${place}: limit`, { least: 1 });
  const cosines = cosinesOf(passages, place);
  const seen = new Map<string, Set<string>>();
  for (const [i, { id, passage, score, passageScore }] of questions.entries()) {
    const hit = `${place}: questions[${i}]`;
    checkCosine(score, `${hit}.score`);
    const known = seen.get(id) ?? new Set();
    if (known.has(passage)) refuse(hit, "a question and passage that stand once", [id, passage]);
    seen.set(id, known.add(passage));
    if (cosines.has(passage)) continue;
    checkCosine(passageScore, `${hit}.passageScore, of the passage "${passage}",`);
    cosines.set(passage, passageScore);
  }
  const nearest = questions.toSorted((a, b) => b.score - a.score).slice(0, settings.neighbours);
  return bestWithVotes(cosines, nearest, settings, limit);
}

/** @throws RangeError when a score is no cosine or an id stands twice. */
export function cosinesOf(passages: readonly PassageHit[], place: string): Map<string, number> {
  const cosines = new Map<string, number>();
  for (const [i, { id, score }] of passages.entries()) {
    checkCosine(score, `${place}: passages[${i}].score`);
    if (cosines.has(id)) refuse(`${place}: passages[${i}].id`, "an id that stands once", id);
    cosines.set(id, score);
  }
  return cosines;
}

/**
 * Ranks by cosine plus vote.
 *
 * @param cosines Per passage; those that the nearest known questions point at are among them.
 * @param nearest Best first.
 */
export function bestWithVotes(
  cosines: ReadonlyMap<string, number>,
  nearest: readonly QuestionHit[],
  settings: VoteSettings,
  limit: number,
): ScoredPassage[] {
  const votes = passageVotes(
    nearest.map(({ passage }) => passage),
    nearest.map(({ score }) => score),
    settings,
  );
  const { best, add } = createBestScored(limit);
  for (const [id, cosine] of cosines) add(id, cosine + (votes.get(id) ?? 0));
  return [...best];
}
