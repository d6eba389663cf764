/**
 * Parts of sampling: guards against false negatives, formats of what was mined, pools of passages, vectors by text.
 *
 * @module
 */

export { goldSpans, pageOf, type GoldSpan } from "./negatives/natural-questions/gold.js";
export {
  answerGuard,
  goldGuard,
  shortAnswersOf,
  type GuardReason,
  type NegativeGuard,
} from "./negatives/guards/negative-guard.js";
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
  passagePool,
  type PassagePool,
  type PassagePoolOptions,
  type PoolDrop,
  type PoolPassage,
} from "./negatives/passage-pool.js";
export { samePageCandidates } from "./negatives/samplers/same-page-candidates.js";
export { tokenizeWords, type Bm25Tokenizer } from "./negatives/indexes/tokenize.js";
export {
  lookupVectors,
  matrixOfTexts,
  type SideVectors,
  type VectorLookup,
} from "./negatives/indexes/text-vectors.js";
