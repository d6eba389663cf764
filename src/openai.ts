/**
 * Embeddings from OpenAI and every server that speaks its protocol.
 *
 * @module
 */
export {
  createOpenAIEmbedder,
  type OpenAIEmbedder,
  type OpenAIUsage,
} from "./embed/openai/openai-embedder.js";
export type { OpenAIBatch, OpenAICallOptions, OpenAIClient } from "./embed/openai/client.js";
export type { EmbeddingPlan } from "./embed/openai/plan.js";
export type { LongInputs, OpenAIEmbedderOptions } from "./embed/openai/settings.js";
export type { Tokenizer } from "./embed/openai/tokens/tokenizer.js";
export { embeddingPrices } from "./embed/openai/prices.js";
export { EmbeddingRequestError } from "./embed/openai/failures.js";
export {
  generateQueries,
  type GeneratedDrop,
  type GeneratedQueries,
  type GenerateQueriesOptions,
} from "./negatives/generation/generate-queries.js";
export type { QueryStore } from "./negatives/generation/query-store.js";
export type { ChatClient, QueryReply, QueryRequest } from "./negatives/generation/query-request.js";
export {
  embedWithOpenAIBatches,
  type OpenAIBatchOptions,
  type OpenAIBatchReport,
} from "./embed/openai/batches/batch-job.js";
export {
  adaptOpenAI,
  type AdaptableOpenAI,
  type AdaptOpenAIOptions,
} from "./integrations/adapt-openai.js";
