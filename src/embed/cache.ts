import { checkMatrix, createMatrix, rowOf, type Matrix } from "../math/matrix.js";
import { cacheKeys } from "./cache-key.js";
import { checkTexts } from "./check-texts.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "./embedder.js";
import { decodeVector, encodeVector } from "./vector-record.js";
import type { VectorStore } from "./vector-store.js";

/** What a cache has done since it was made; each text counts once per call, however often it stands in it. */
export interface CacheStatistics {
  /** Texts found. */
  readonly hits: number;
  /** Texts that had to be embedded, damaged ones included. */
  readonly misses: number;
  /** Entries that were there but damaged; they were dropped and embedded again. */
  readonly damaged: number;
}

export interface CachedEmbedder extends Embedder {
  /** What the cache has done since it was made, e.g. to say "all 412 texts found in the cache". */
  statistics(): CacheStatistics;
}

export interface CacheOptions {
  /**
   * Texts per call, for an embedder that does not deliver its batches itself: each call's vectors are stored before the
   * next call.
   *
   * @default 256
   */
  readonly batchSize?: number | undefined;
}

/** Keys asked from the store at once: few enough that their bytes stay a small part of memory. */
const readSize = 512;

/**
 * An embedder that keeps every vector in `store` and asks `embedder` only for what is not there.
 *
 * Queries are kept like passages. Equal texts are embedded once. Each finished batch is stored before the next one is
 * awaited: when the job fails or is killed, what was embedded is kept, and the next run asks for the rest. Keys bind
 * `embedder.id` and the text's SHA-256, so embedders may share a store. Damaged entries (a checksum tells) are dropped
 * and embedded again.
 *
 * @throws RangeError from `embed` when the embedder's vectors have another length than the cached ones.
 */
export function withCache(
  embedder: Embedder,
  store: VectorStore,
  { batchSize = 256 }: CacheOptions = {},
): CachedEmbedder {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batchSize: expected an integer >= 1, received ${batchSize}`);
  }
  let hits = 0;
  let misses = 0;
  let damaged = 0;
  let learntDimensions: number | undefined;

  return {
    id: embedder.id,
    symmetric: embedder.symmetric,
    get dimensions() {
      return embedder.dimensions ?? learntDimensions;
    },
    statistics: () => ({ hits, misses, damaged }),

    async embed(texts, options = {}) {
      const { signal, onProgress, side = "passage" } = options;
      signal?.throwIfAborted();
      checkTexts(texts);
      const { distinct, firstRow, sameAs } = distinctTexts(texts);
      const keySide = embedder.symmetric === true ? undefined : side;

      let result: Matrix | undefined;
      let done = 0;
      const put = (text: number, vector: Float32Array): void => {
        result ??= createMatrix(texts.length, vector.length);
        rowOf(result, firstRow[text]).set(vector);
        done++;
      };
      const report = (): void => {
        onProgress?.({ stage: "embed", done, total: distinct.length });
      };

      // 1. What the store has.
      const missing: number[] = [];
      const missingKeys: string[] = [];
      for (let start = 0; start < distinct.length; start += readSize) {
        signal?.throwIfAborted();
        const keys = await cacheKeys(embedder.id, keySide, distinct.slice(start, start + readSize));
        const records = await store.getMany(keys);
        const broken: string[] = [];
        for (const [k, record] of records.entries()) {
          const vector = record === undefined ? undefined : decodeVector(record);
          const expected = result?.cols ?? embedder.dimensions ?? learntDimensions;
          if (vector !== undefined && vector.length === (expected ?? vector.length)) {
            put(start + k, vector);
            continue;
          }
          if (record !== undefined) broken.push(keys[k]);
          missing.push(start + k);
          missingKeys.push(keys[k]);
        }
        if (broken.length > 0) await store.deleteMany(broken);
        damaged += broken.length;
        report();
      }
      hits += done;
      misses += missing.length;

      // 2. What it has not: stored batch by batch.
      if (missing.length > 0) {
        const wanted = missing.map((text) => distinct[text]);
        for await (const { indices, vectors } of batchesOf(embedder, wanted, options, batchSize)) {
          const cols = result?.cols ?? vectors.cols;
          if (vectors.cols !== cols) {
            throw new RangeError(
              `${embedder.id}: the cache holds vectors of ${cols} values, the embedder now gives ${vectors.cols}`,
            );
          }
          checkMatrix(vectors, embedder.id, { zeroRows: false }); // what is stored is found again for years
          await store.setMany(
            indices.map((index, k) => [missingKeys[index], encodeVector(rowOf(vectors, k))]),
          );
          for (const [k, index] of indices.entries()) put(missing[index], rowOf(vectors, k));
          report();
        }
      }
      if (done !== distinct.length) {
        throw new Error(
          `${embedder.id}: gave ${done} of ${distinct.length} vectors; expected one for every text`,
        );
      }

      // 3. Equal texts.
      const matrix = result ?? createMatrix(0, embedder.dimensions ?? learntDimensions ?? 0);
      learntDimensions = matrix.cols > 0 ? matrix.cols : learntDimensions;
      for (let i = 0; i < texts.length; i++) {
        const first = firstRow[sameAs[i]];
        if (first !== i) rowOf(matrix, i).set(rowOf(matrix, first));
      }
      return matrix;
    },
  };
}

/** `texts[i]` is `distinct[sameAs[i]]`, which first stands at `texts[firstRow[sameAs[i]]]`. */
function distinctTexts(texts: readonly string[]): {
  distinct: string[];
  firstRow: number[];
  sameAs: Int32Array;
} {
  const positions = new Map<string, number>();
  const firstRow: number[] = [];
  const sameAs = new Int32Array(texts.length);
  for (let i = 0; i < texts.length; i++) {
    let position = positions.get(texts[i]);
    if (position === undefined) {
      position = firstRow.length;
      positions.set(texts[i], position);
      firstRow.push(i);
    }
    sameAs[i] = position;
  }
  return { distinct: [...positions.keys()], firstRow, sameAs };
}

/** The embedder's own batches, or slices of `batchSize` texts where it has none. */
async function* batchesOf(
  embedder: Embedder,
  texts: readonly string[],
  { signal, side }: EmbedOptions,
  batchSize: number,
): AsyncIterable<EmbeddedBatch> {
  if (embedder.embedBatches !== undefined) {
    yield* embedder.embedBatches(texts, { signal, side });
    return;
  }
  for (let start = 0; start < texts.length; start += batchSize) {
    signal?.throwIfAborted();
    const slice = texts.slice(start, start + batchSize);
    const vectors = await embedder.embed(slice, { signal, side });
    if (vectors.rows !== slice.length) {
      throw new Error(
        `${embedder.id}: expected ${slice.length} vectors for ${slice.length} texts, received ${vectors.rows}`,
      );
    }
    yield { indices: Array.from(slice, (_, k) => start + k), vectors };
  }
}
