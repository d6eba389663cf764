/**
 * Embedders of the Vercel AI SDK's embedding models.
 *
 * @module
 */
export {
  fromAISDK,
  type AISDKEmbedderOptions,
  type AISDKEmbeddingModel,
} from "./integrations/ai-sdk.js";
