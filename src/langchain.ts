/**
 * Embedders of LangChain.js embeddings.
 *
 * @module
 */
export {
  fromLangChain,
  type LangChainEmbedderOptions,
  type LangChainEmbeddings,
} from "./integrations/langchain.js";
