/**
 * embedtune: customise text embeddings to your own data. Everything here runs anywhere (browser, edge, Node); what
 * needs a file system is in `embedtune/node`, what needs a heavy package has an entry of its own.
 *
 * @module
 */

// math: the numeric form everything passes around
export {
  createMatrix,
  fromRows,
  gatherRows,
  rowOf,
  transpose,
  type Matrix,
} from "./math/matrix.js";
export { multiply, type MultiplyOptions } from "./math/multiply.js";
export { cosineSimilarity, normalizeRows } from "./math/vectors.js";
export { createRandom, type Random } from "./math/random.js";
export type { LongJobOptions, Progress } from "./math/progress.js";

// data: read, clean, split
export type {
  Annotation,
  Candidate,
  LongAnswer,
  Pair,
  PairColumns,
  Question,
  ShortAnswer,
  TokenSpan,
} from "./data/types.js";
export { decodeNpy, encodeNpy } from "./data/npy.js";

// negatives: sample

// embed: texts to vectors
export type { EmbedOptions, Embedder } from "./embed/embedder.js";

// evaluate: measure honestly

// adapter: apply
export type { Adapter, AdapterMetadata, AdapterSide, LowRankUpdate } from "./adapter/adapter.js";
export { applyAdapter, type ApplyOptions } from "./adapter/apply.js";
export { decodeAdapter, encodeAdapter } from "./adapter/encode.js";
export { identityAdapter } from "./adapter/identity.js";

// train: fit

// project: look

// integrations: what other frameworks expect
