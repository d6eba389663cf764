/**
 * Parts of sampling: guards against false negatives, formats of what was mined, pools of passages, vectors by text.
 *
 * @module
 */

export { pageOf } from "./negatives/natural-questions/gold.js";
export { createAnswerGuard, shortAnswersOf } from "./negatives/guards/answer-guard.js";
export { createGoldGuard } from "./negatives/guards/gold-guard.js";
export type { GuardReason, NegativeGuard } from "./negatives/guards/negative-guard.js";
export {
  toLabelledLists,
  toLabelledPairs,
  toTriplets,
  toTuples,
  type LabelledList,
  type NTuple,
  type ScoredPair,
  type Triplet,
} from "./negatives/mining/mined-formats.js";
export {
  toDatasetRecords,
  type DatasetRecord,
  type DatasetRecordsOptions,
} from "./negatives/mining/dataset-records.js";
export {
  miningStatistics,
  type MiningStatistics,
  type ScoreSpread,
} from "./negatives/mining/mining-statistics.js";
export {
  passagePool,
  type PassagePool,
  type PassagePoolOptions,
  type PoolDrop,
  type PoolPassage,
} from "./negatives/passage-pool.js";
export { samePageCandidates } from "./negatives/samplers/same-page-candidates.js";
export { tokenizeWords, type Bm25Tokenizer } from "./negatives/indexes/tokenize.js";
export {
  createVectorLookup,
  matrixOfTexts,
  type SideVectors,
  type VectorLookup,
} from "./negatives/indexes/text-vectors.js";
