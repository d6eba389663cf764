import { refuse } from "../base/checks.js";
import type { Embedder } from "../embed/embedder.js";
import { checkBatching, checkId, createFunctionEmbedder } from "../embed/function-embedder.js";

/** What is used of LangChain.js's `Embeddings`, by shape, so that LangChain is no dependency. */
export interface LangChainEmbeddings {
  embedDocuments(documents: string[]): Promise<number[][]>;
  embedQuery(document: string): Promise<number[]>;
}

export interface LangChainEmbedderOptions {
  /** Names everything the vectors depend on; LangChain's embeddings do not tell it: `"cohere/embed-v4/1024"`. */
  readonly id: string;
  /** Length of the vectors. @default what the first answer has */
  readonly dimensions?: number | undefined;
  /** True when `embedQuery` and `embedDocuments` give a text the same vector: queries then go in batches, too. @default false */
  readonly symmetric?: boolean | undefined;
  /** Texts per call. @default 512 */
  readonly batchSize?: number | undefined;
  /** Calls under way at once. @default 1 */
  readonly concurrency?: number | undefined;
}

/**
 * An embedder of any LangChain `Embeddings`. They cannot be stopped: an abort ends the wait for them, and makes no further
 * call.
 *
 * @throws RangeError when an option is out of range; from `embed`, for answers that do not fit their texts.
 */
export function fromLangChain(
  embeddings: LangChainEmbeddings,
  given: LangChainEmbedderOptions,
): Embedder {
  // Whoever comes without types forgets the id, and with it the options.
  const {
    symmetric = false,
    batchSize = 512,
    ...options
  } = (given ?? {}) as LangChainEmbedderOptions;
  const { embedDocuments, embedQuery } = (embeddings ?? {}) as Partial<LangChainEmbeddings>;
  if (typeof embedDocuments !== "function" && typeof embedQuery !== "function") {
    refuse("fromLangChain: embeddings", "LangChain's, with embedDocuments", embeddings);
  }
  checkId(options.id, "fromLangChain");
  checkBatching("fromLangChain", { batchSize, concurrency: options.concurrency });
  return createFunctionEmbedder(
    async (texts, { side, signal }) => {
      if (side === "passage" || symmetric) return embeddings.embedDocuments([...texts]);
      const vectors: number[][] = [];
      for (const text of texts) {
        signal.throwIfAborted();
        vectors.push(await embeddings.embedQuery(text));
      }
      return vectors;
    },
    { ...options, symmetric, batchSize },
  );
}
