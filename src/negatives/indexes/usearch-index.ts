import { checkChoice, checkInteger } from "../../base/checks.js";
import { yieldToEventLoop } from "../../base/event-loop.js";
import { missingPeer } from "../../base/missing-peer.js";
import {
  checkMatrix,
  checkSameDimensions,
  gatherRows,
  rowOf,
  type Matrix,
} from "../../math/matrix.js";
import type { LongJobOptions } from "../../base/progress.js";
import { cosineSimilarity, normalizeRows } from "../../math/vectors.js";
import type { MiningTexts } from "../mining/mining-texts.js";
import type { NeighborIndex } from "./neighbor-index.js";
import { checkRowsOfTexts, createRowFinder } from "./text-rows.js";
import { createVectorLookup, vectorWithDirection, type VectorLookup } from "./text-vectors.js";
import type { MiningVectors } from "./vector-index.js";

export interface UsearchIndexOptions extends LongJobOptions {
  /** Links of each vector in the graph: more find more, for more memory. @default 16 */
  readonly connectivity?: number | undefined;
  /** Vectors looked at when one is added. @default 128 */
  readonly expansionAdd?: number | undefined;
  /** Vectors looked at in a search; no search looks at fewer than it is asked for. @default 128 */
  readonly expansionSearch?: number | undefined;
  /** How the index keeps values. Halves and bytes save memory and blur scores. @default "f32" */
  readonly quantization?: "f32" | "f16" | "bf16" | "i8" | undefined;
  /**
   * Vectors of the positives, which margins need, where the passages come in batches.
   *
   * @default the rows of `vectors.passages`, where it is one matrix
   */
  readonly positives?: VectorLookup | undefined;
  /** 0 for as many as there are cores. With more than one, two runs may link vectors differently. @default 1 */
  readonly threads?: number | undefined;
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
  {
    connectivity = 16,
    expansionAdd = 128,
    expansionSearch = 128,
    quantization = "f32",
    positives,
    threads = 1,
    signal,
    onProgress,
  }: UsearchIndexOptions = {},
): Promise<NeighborIndex> {
  checkInteger(connectivity, `${caller}: connectivity`, { least: 1 });
  checkInteger(expansionAdd, `${caller}: expansionAdd`, { least: 1 });
  checkInteger(expansionSearch, `${caller}: expansionSearch`, { least: 1 });
  checkInteger(threads, `${caller}: threads`, { least: 0 });
  checkChoice(quantization, `${caller}: quantization`, ["f32", "f16", "bf16", "i8"]);
  const total = texts.passages.length;
  checkRowsOfTexts("queries", texts.queries, vectors.queries.rows, caller);
  checkMatrix(vectors.queries, `${caller}: vectors.queries`, { zeroRows: false });
  const queries = normalizeRows(vectors.queries);
  const dimensions = queries.cols;
  const { BatchMatches, Index, MetricKind, ScalarKind } = await import("usearch").catch(
    missingPeer(caller, "usearch@2.25"),
  );
  const index = new Index({
    dimensions,
    metric: MetricKind.Cos,
    quantization: ScalarKind[scalarKinds[quantization]],
    connectivity,
    expansion_add: expansionAdd,
    expansion_search: expansionSearch,
    multi: false,
  });
  const whole = "data" in vectors.passages ? vectors.passages : null;
  let added = 0;
  for await (const batch of whole === null ? (vectors.passages as Iterable<Matrix>) : [whole]) {
    checkSameDimensions(vectors.queries, `${caller}: vectors.queries`, batch, "vectors.passages");
    checkMatrix(batch, `${caller}: vectors.passages`, { zeroRows: false });
    for (let start = 0; start < batch.rows; start += BLOCK) {
      signal?.throwIfAborted();
      const end = Math.min(batch.rows, start + BLOCK);
      const keys = BigUint64Array.from({ length: end - start }, (_, i) => BigInt(added + i));
      index.add(keys, batch.data.subarray(start * dimensions, end * dimensions), threads);
      added += end - start;
      onProgress?.({ stage: "index", done: added, total });
      await yieldToEventLoop();
    }
  }
  checkRowsOfTexts("passages", texts.passages, added, caller);

  const rowOfQuery = createRowFinder(texts.queries, `${caller}: query`);
  const vectorOf =
    positives ?? (whole === null ? undefined : createVectorLookup(texts.passages, whole));
  return {
    async search(asked, k, { signal: searchSignal } = {}) {
      searchSignal?.throwIfAborted();
      const wanted = Math.min(k, total);
      if (asked.length === 0 || wanted === 0) return asked.map(() => []);
      const block = gatherRows(queries, asked.map(rowOfQuery));
      const found = index.search(block.data, wanted, threads);
      // usearch answers one query in another form than several.
      const counts: ArrayLike<number | bigint> =
        found instanceof BatchMatches ? found.counts : [found.keys.length];
      return asked.map((_, i) =>
        Array.from({ length: Number(counts[i]) }, (__, j) => ({
          text: texts.passages[Number(found.keys[i * wanted + j])],
          score: 1 - found.distances[i * wanted + j],
        })),
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

const scalarKinds = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  i8: "I8",
} as const;
