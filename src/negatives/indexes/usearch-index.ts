import { yieldToEventLoop } from "../../base/event-loop.js";
import {
  checkMatrix,
  checkSameDimensions,
  gatherRows,
  rowOf,
  rowRange,
  type Matrix,
} from "../../math/matrix.js";
import type { LongJobOptions } from "../../base/progress.js";
import { cosineSimilarity, normalizeRows } from "../../math/vectors.js";
import type { MiningTexts } from "../mining/mining-texts.js";
import type { NeighborIndex } from "./neighbor-index.js";
import { checkRowsOfTexts, createRowFinder } from "./text-rows.js";
import { createUsearchRows, type UsearchGraphOptions } from "./usearch-rows.js";
import { createVectorLookup, vectorWithDirection, type VectorLookup } from "./text-vectors.js";
import type { MiningVectors } from "./vector-index.js";

export interface UsearchIndexOptions extends LongJobOptions, UsearchGraphOptions {
  /**
   * Vectors of the positives, which margins need, where the passages come in batches.
   *
   * @default the rows of `vectors.passages`, where it is one matrix
   */
  readonly positives?: VectorLookup | undefined;
}

/** Vectors of the two sides; the passages' may come in batches, so that they need not fit into memory twice. */
export interface BatchedVectors {
  readonly queries: Matrix;
  /** Row by row the vectors of the passages, however they are cut into batches. */
  readonly passages: Matrix | Iterable<Matrix> | AsyncIterable<Matrix>;
}

const caller = "createUsearchIndex";
/** Rows added between two turns of the event loop. */
const BLOCK = 1024;

/**
 * An index that finds near passages without comparing all: a graph (HNSW, Malkov and Yashunin 2018) that usearch builds
 * and walks. Scores are cosines. It may miss a neighbor; for exactly all of them take `createVectorIndex`.
 *
 * @throws RangeError when an option is out of range, rows and texts do not correspond, dimensions differ, or a row is not
 *   finite or all zeros.
 */
export async function createUsearchIndex(
  texts: MiningTexts,
  vectors: MiningVectors | BatchedVectors,
  { positives, signal, onProgress, ...graph }: UsearchIndexOptions = {},
): Promise<NeighborIndex> {
  const total = texts.passages.length;
  checkRowsOfTexts("queries", texts.queries, vectors.queries.rows, caller);
  checkMatrix(vectors.queries, `${caller}: vectors.queries`, { zeroRows: false });
  const queries = normalizeRows(vectors.queries);
  const dimensions = queries.cols;
  const index = await createUsearchRows(dimensions, graph, caller);
  const whole = "data" in vectors.passages ? vectors.passages : null;
  for await (const batch of whole === null ? (vectors.passages as Iterable<Matrix>) : [whole]) {
    checkSameDimensions(vectors.queries, `${caller}: vectors.queries`, batch, "vectors.passages");
    checkMatrix(batch, `${caller}: vectors.passages`, { zeroRows: false });
    for (let start = 0; start < batch.rows; start += BLOCK) {
      signal?.throwIfAborted();
      index.add(rowRange(batch, start, start + BLOCK));
      onProgress?.({ stage: "index", done: index.count, total });
      await yieldToEventLoop();
    }
  }
  checkRowsOfTexts("passages", texts.passages, index.count, caller);

  const rowOfQuery = createRowFinder(texts.queries, `${caller}: query`);
  const vectorOf =
    positives ?? (whole === null ? undefined : createVectorLookup(texts.passages, whole));
  return {
    async search(asked, k, { signal: searchSignal } = {}) {
      searchSignal?.throwIfAborted();
      return index
        .search(gatherRows(queries, asked.map(rowOfQuery)), k)
        .map(({ rows, cosines }) =>
          rows.map((row, j) => ({ text: texts.passages[row], score: cosines[j] })),
        );
    },
    ...(vectorOf === undefined
      ? {}
      : {
          score(query: string, passages: readonly string[]) {
            const vector = rowOf(queries, rowOfQuery(query));
            return passages.map((text) => {
              const passage = vectorWithDirection(vectorOf, text, "passage", caller, dimensions);
              return cosineSimilarity(vector, passage.vector);
            });
          },
        }),
  };
}
