/**
 * Answered questions beside an adapter: passages moved toward the questions that they answer, and known questions that
 * vote for the passages that answer them; both in memory, from files and with a vector store.
 *
 * @module
 */

export { adapterFingerprint } from "./adapter/fingerprint.js";
export type { AnsweredMetadata, ServedWith } from "./adapter/answered/made-for.js";

// known questions that vote
export type { VoteSettings } from "./adapter/answered/votes.js";
export {
  createKnownQuestions,
  type KnownQuestionRows,
  type KnownQuestions,
  type KnownQuestionsParts,
} from "./adapter/answered/known-questions.js";
export {
  rankPassages,
  type RankPassagesOptions,
} from "./adapter/answered/ranking/rank-passages.js";
export {
  createPassageRanker,
  type PassageRanker,
} from "./adapter/answered/ranking/passage-ranker.js";
export {
  mergeByPassage,
  type MergeByPassageOptions,
  type PassageHit,
  type QuestionHit,
} from "./adapter/answered/ranking/merge-by-passage.js";
export { mergeMixed, type MixedHit } from "./adapter/answered/ranking/merge-mixed.js";
export type { ScoredPassage } from "./adapter/answered/ranking/best-scored.js";

// moved passages
export { moveRows, type MovedRows } from "./fit/answered/move-rows.js";
export type { Move } from "./adapter/answered/move.js";
export {
  applyMovedPassages,
  createMovedPassages,
  type MovedOrigins,
  type MovedPassages,
  type MovedPassagesOptions,
} from "./adapter/answered/moved-passages.js";
export {
  withMovedPassages,
  type WithMovedPassagesOptions,
} from "./adapter/answered/moved-embedder.js";
export {
  addToMovedPassages,
  removeFromMovedPassages,
  type AnsweredRows,
  type MovedUpdate,
} from "./adapter/answered/update-moved.js";

// bytes
export {
  decodeKnownQuestions,
  encodeKnownQuestions,
} from "./adapter/answered/files/encode-known.js";
export { decodeMovedPassages, encodeMovedPassages } from "./adapter/answered/files/encode-moved.js";
