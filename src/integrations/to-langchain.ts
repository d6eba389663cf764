import type { AdaptedEmbedder } from "../adapter/adapted-embedder.js";
import type { EmbedderJudgement } from "../adapter/judgement.js";
import { checkIsEmbedder } from "../embed/check-embedder.js";
import type { Embedder } from "../embed/embedder.js";
import type { LangChainEmbeddings } from "./langchain.js";
import { numberRows } from "./number-rows.js";

/** LangChain's embeddings, and what was judged of their vectors. */
export interface JudgedLangChainEmbeddings extends LangChainEmbeddings {
  /** `undefined` of an embedder without an adapter. */
  readonly judgement?: EmbedderJudgement;
}

/**
 * An embedder, adapted or not (`withAdapter`), as LangChain's embeddings, for vector stores and retrievers: `embedQuery`
 * takes the query side and `embedDocuments` the passage side. A cache inside the embedder covers both, as LangChain's own
 * does not.
 */
export function toLangChain(embedder: Embedder): JudgedLangChainEmbeddings {
  checkIsEmbedder(embedder, "toLangChain");
  const { judgement } = embedder as Partial<AdaptedEmbedder>;
  return {
    ...(judgement === undefined ? {} : { judgement }),
    embedQuery: async (text) => numberRows(await embedder.embed([text], { side: "query" }))[0],
    embedDocuments: async (documents) =>
      numberRows(await embedder.embed(documents, { side: "passage" })),
  };
}
