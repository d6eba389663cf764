import type { Embedder } from "../embed/embedder.js";
import { checkBatching, createFunctionEmbedder } from "../embed/function-embedder.js";

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
  { symmetric = false, batchSize = 512, ...options }: LangChainEmbedderOptions,
): Embedder {
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
