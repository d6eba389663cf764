/**
 * Embedders of the Vercel AI SDK's embedding models, and the other way round.
 *
 * @module
 */
export {
  fromAISDK,
  type AISDKEmbedderOptions,
  type AISDKEmbeddingModel,
} from "./integrations/ai-sdk.js";
export {
  adapterMiddleware,
  type AdapterMiddlewareOptions,
  toAISDK,
  type AISDKMiddleware,
  type AISDKModel,
  type ToAISDKOptions,
} from "./integrations/to-ai-sdk.js";
