/**
 * Embedders of LangChain.js embeddings, and the other way round.
 *
 * @module
 */
export {
  fromLangChain,
  type LangChainEmbedderOptions,
  type LangChainEmbeddings,
} from "./integrations/langchain.js";
export { toLangChain, type JudgedLangChainEmbeddings } from "./integrations/to-langchain.js";
