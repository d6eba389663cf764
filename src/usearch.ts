/**
 * Approximate nearest neighbors for corpora of millions, through the optional peer usearch.
 *
 * @module
 */
export {
  createUsearchIndex,
  type BatchedVectors,
  type UsearchIndexOptions,
} from "./negatives/indexes/usearch-index.js";
export {
  createUsearchCandidates,
  type UsearchCandidatesOptions,
} from "./tune/streamed/usearch-candidates.js";
export type { UsearchGraphOptions } from "./negatives/indexes/usearch-rows.js";
