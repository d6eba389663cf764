import { createYielder } from "../../base/event-loop.js";
import { createMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import { batchesOf } from "../requests/batches-of.js";
import { createCacheShelf } from "./cache-shelf.js";
import { checkTexts } from "../check-texts.js";
import { distinctTexts } from "../distinct-texts.js";
import type { EmbedOptions, Embedder } from "../embedder.js";
import { RefusedTextsError } from "../requests/refused-texts.js";
import { createSingleFlight, type SingleFlight } from "./single-flight.js";
import { untilAborted } from "../../base/until-aborted.js";
import type { StoredPrecision } from "./vector-record.js";
import type { KeyValueStore } from "../stores/key-value-store.js";

/** What a cache has done since it was made; each text counts once per call, however often it stands in it. */
export interface CacheStatistics {
  /** Texts found, or embedded by another call at the same moment. */
  readonly hits: number;
  /** Texts that had to be embedded, damaged ones included. */
  readonly misses: number;
  /** Entries that were there but damaged; they were dropped and embedded again. */
  readonly damaged: number;
}

export interface CachedEmbedder extends Embedder {
  /** What the cache has done since it was made, e.g. to say "all 412 texts found in the cache". */
  statistics(): CacheStatistics;
  /** The different texts that the store does not have: what `embed` would have to ask for. */
  missing(
    texts: readonly string[],
    options?: Pick<EmbedOptions, "side" | "signal">,
  ): Promise<string[]>;
}

export interface CacheOptions {
  /**
   * Texts per call, for an embedder that does not deliver its batches itself: each call's vectors are stored before the
   * next call.
   *
   * @default 256
   */
  readonly batchSize?: number | undefined;
  /**
   * How values are stored. `"float16"` takes half the room at an error of at most 2^-11 of a value (2^-25 for tiny ones); vectors fresh from the
   * embedder are rounded too, so that the first run and the second give the same. The two never share entries.
   *
   * @default "float32"
   */
  readonly precision?: StoredPrecision | undefined;
}

/** Keys asked from the store at once. */
const readSize = 512;

/** One per store, so that two caches around one store know of each other. */
const flights = new WeakMap<KeyValueStore, SingleFlight<Float32Array>>();

/**
 * An embedder that keeps every vector in `store` and asks `embedder` only for what is not there.
 *
 * Queries are kept like passages. Equal texts are embedded once, even when several calls want them at the same time.
 * Each finished batch is stored before the next one is awaited: when the job fails or is killed, what was embedded is
 * kept, and the next run asks for the rest. Keys bind `embedder.id` and the text's SHA-256, so embedders may share a
 * store. Damaged entries (a checksum tells) are dropped and embedded again.
 *
 * @throws RangeError from `embed` when the embedder's vectors have another length than the cached ones, or a value that
 *   is not finite.
 */
export function withCache(
  embedder: Embedder,
  store: KeyValueStore,
  { batchSize = 256, precision = "float32" }: CacheOptions = {},
): CachedEmbedder {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batchSize: expected an integer >= 1, received ${batchSize}`);
  }
  const flight = flights.get(store) ?? createSingleFlight<Float32Array>();
  flights.set(store, flight);
  const shelf = createCacheShelf(embedder, store, precision);
  let hits = 0;
  let misses = 0;
  let damaged = 0;
  /** Gives every text's vector to `put`, from the store, the embedder, or another call that is about to have it. */
  const provide = async (
    texts: readonly string[],
    options: EmbedOptions,
    put: (text: number, vector: Float32Array) => void,
    report: () => void,
  ): Promise<void> => {
    const { signal } = options;
    const claimed = new Set<string>();
    const others: { readonly text: number; readonly vector: Promise<Float32Array | undefined> }[] =
      [];
    const missing: number[] = [];
    const missingKeys: string[] = [];
    const settle = (key: string, vector: (() => Float32Array) | undefined): void => {
      claimed.delete(key);
      flight.settle(key, vector);
    };
    /** Reads what is claimed once more, drops what is damaged, and returns what must be embedded. */
    const readAgain = async (
      keys: readonly string[],
      mine: readonly number[],
      start: number,
    ): Promise<number[]> => {
      const mineKeys = mine.map((k) => keys[k]);
      const { rest, broken } = await shelf.read(mineKeys, (position, vector) => {
        put(start + mine[position], vector);
        // Whoever waits keeps it; the store only lent it.
        settle(mineKeys[position], () => vector.slice());
      });
      if (broken.length > 0) await shelf.drop(broken.map((position) => mineKeys[position]));
      damaged += broken.length;
      hits += mine.length - rest.length;
      return rest.map((position) => mine[position]);
    };
    try {
      const yieldIfDue = createYielder();
      for (let start = 0; start < texts.length; start += readSize) {
        await yieldIfDue();
        signal?.throwIfAborted();
        const keys = await shelf.keys(texts.slice(start, start + readSize), options.side);
        const before = flight.settled();
        const { rest, broken } = await shelf.read(keys, (k, vector) => put(start + k, vector));
        hits += keys.length - rest.length;
        const mine: number[] = [];
        for (const k of rest) {
          if (flight.claim(keys[k])) {
            claimed.add(keys[k]);
            mine.push(k);
          } else others.push({ text: start + k, vector: flight.wait(keys[k]) });
        }
        // Another call may have stored it between the read and the claim. And only the owner of a claim drops what is
        // damaged: by now another may have replaced it.
        const stale = broken.length > 0 || flight.settled() !== before;
        for (const k of stale ? await readAgain(keys, mine, start) : mine) {
          missing.push(start + k);
          missingKeys.push(keys[k]);
          misses++;
        }
        report();
      }
      if (missing.length > 0) {
        const wanted = missing.map((text) => texts[text]);
        let answered = 0;
        for await (const batch of batchesOf(embedder, wanted, options, batchSize)) {
          await shelf.keep(missingKeys, batch);
          const { indices, vectors } = batch;
          for (const [k, index] of indices.entries()) {
            put(missing[index], rowOf(vectors, k));
            settle(missingKeys[index], () => rowOf(vectors, k));
          }
          answered += indices.length;
          report();
        }
        if (answered !== missing.length) {
          throw new Error(
            `${embedder.id}: expected ${missing.length} vectors, received ${answered}`,
          );
        }
      }
    } catch (error) {
      throw reindexed(error, (index) => missing[index]);
    } finally {
      for (const key of [...claimed]) settle(key, undefined);
    }
    const abandoned: number[] = [];
    for (const { text, vector } of others) {
      const value = await untilAborted(vector, signal);
      if (value === undefined) abandoned.push(text);
      else {
        hits++;
        put(text, value);
        report();
      }
    }
    // Whoever had claimed these failed or was stopped; that is no reason for this call to.
    if (abandoned.length > 0) {
      await provide(
        abandoned.map((text) => texts[text]),
        options,
        (k, vector) => put(abandoned[k], vector),
        report,
      ).catch((error: unknown) => {
        throw reindexed(error, (index) => abandoned[index]);
      });
    }
  };

  return {
    id: embedder.id,
    symmetric: embedder.symmetric,
    get dimensions() {
      return shelf.dimensions;
    },
    statistics: () => ({ hits, misses, damaged }),

    async missing(texts, { side, signal } = {}) {
      checkTexts(texts);
      const { distinct } = distinctTexts(texts);
      const absent: string[] = [];
      const yieldIfDue = createYielder();
      for (let start = 0; start < distinct.length; start += readSize) {
        await yieldIfDue();
        signal?.throwIfAborted();
        const slice = distinct.slice(start, start + readSize);
        const { rest } = await shelf.read(await shelf.keys(slice, side), () => undefined);
        for (const position of rest) absent.push(slice[position]);
      }
      return absent;
    },

    async embed(texts, options = {}) {
      const { signal, onProgress } = options;
      signal?.throwIfAborted();
      checkTexts(texts);
      const { distinct, firstRow, sameAs } = distinctTexts(texts);
      let result: Matrix | undefined;
      let done = 0;
      await provide(
        distinct,
        options,
        (text, vector) => {
          result ??= createMatrix(texts.length, vector.length);
          result.data.set(vector, firstRow[text] * result.cols);
          done++;
        },
        () => onProgress?.({ stage: "embed", done, total: distinct.length }),
      ).catch((error: unknown) => {
        throw reindexed(error, (index) => firstRow[index]);
      });
      const matrix = result ?? createMatrix(0, shelf.dimensions ?? 0);
      for (let i = 0; i < texts.length; i++) {
        const first = firstRow[sameAs[i]];
        if (first !== i) rowOf(matrix, i).set(rowOf(matrix, first));
      }
      return matrix;
    },
  };
}

/** An error that names texts by position names them by the caller's. */
function reindexed(error: unknown, indexOf: (index: number) => number): unknown {
  return error instanceof RefusedTextsError ? error.reindexed(indexOf) : error;
}
