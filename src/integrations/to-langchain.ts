import type { Embedder } from "../embed/embedder.js";
import { rowOf } from "../math/matrix.js";
import type { LangChainEmbeddings } from "./langchain.js";

/**
 * An embedder, adapted or not (`withAdapter`), as LangChain's embeddings, for vector stores and retrievers: `embedQuery`
 * takes the query side and `embedDocuments` the passage side. A cache inside the embedder covers both, as LangChain's own
 * does not.
 */
export function toLangChain(embedder: Embedder): LangChainEmbeddings {
  return {
    async embedQuery(text) {
      return Array.from(rowOf(await embedder.embed([text], { side: "query" }), 0));
    },
    async embedDocuments(documents) {
      const vectors = await embedder.embed(documents, { side: "passage" });
      return Array.from({ length: vectors.rows }, (_, i) => Array.from(rowOf(vectors, i)));
    },
  };
}
