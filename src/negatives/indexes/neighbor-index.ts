import type { LongJobOptions } from "../../base/progress.js";

/** A passage an index found for a query. */
export interface Neighbor {
  readonly text: string;
  /** The greater, the nearer: a cosine, an inner product, a BM25 score. */
  readonly score: number;
}

/** Scores given passages for a query, in their order; the greater, the better the match. A cross-encoder is one. */
export type ScorePassages = (
  query: string,
  passages: readonly string[],
) => ArrayLike<number> | Promise<ArrayLike<number>>;

/**
 * Finds passages near to queries. Miners ask nothing else of an index, so a vector database, a search engine or a
 * service can be one: `createVectorIndex` and `createBm25Index` make such, and docs/negatives.md shows one over
 * PostgreSQL with pgvector.
 */
export interface NeighborIndex {
  /**
   * For every query at most `k` passages, best first; fewer where the index holds or finds no more.
   *
   * @param queries Texts; an index over vectors knows the vectors of these texts or how to get them
   */
  search(
    queries: readonly string[],
    k: number,
    options?: LongJobOptions,
  ): Promise<readonly (readonly Neighbor[])[]>;
  /**
   * Scores of given passages in the measure of `search`: what margins compare candidates with. An index without it
   * can be mined with margins only where `search` itself finds the positives, or with `rescore`.
   */
  readonly score?: ScorePassages | undefined;
}
