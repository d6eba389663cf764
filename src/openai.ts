/**
 * Embeddings from OpenAI and every server that speaks its protocol.
 *
 * @module
 */
export {
  createOpenAIEmbedder,
  type OpenAIEmbedder,
  type OpenAIEmbedderOptions,
  type OpenAIUsage,
} from "./embed/openai/openai-embedder.js";
export { EmbeddingRequestError } from "./embed/openai/failures.js";
