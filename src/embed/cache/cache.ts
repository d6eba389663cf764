import { checkChoice, checkInteger, refuse } from "../../base/checks.js";
import { intern } from "../../base/intern.js";
import { untilAborted } from "../../base/until-aborted.js";
import { createMatrix, gatherRows, rowOf, type Matrix } from "../../math/matrix.js";
import { checkTexts } from "../check-texts.js";
import { checkVectorLength } from "../check-vectors.js";
import type { EmbedOptions, Embedder } from "../embedder.js";
import { estimateEmbedding } from "../estimate.js";
import { reindexRefusals } from "../requests/refused-texts.js";
import type { KeyValueStore } from "../stores/key-value-store.js";
import { provideVectors } from "./provide-vectors.js";
import type { SharedCache } from "./shared-cache.js";
import { createSingleFlight, type SingleFlight } from "./single-flight.js";
import { createStoredVectors, keySlices, StoreWriteError } from "./stored-vectors.js";
import type { StoredPrecision } from "./vector-record.js";

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
  /**
   * Of several processes that miss the same texts at the same moment, let one embed each and the others wait for it. For
   * stores that can lease: LMDB, and Keyv over Redis. Without it such texts may be paid for by each of them.
   *
   * @default false
   */
  readonly shareWork?: boolean | undefined;
}

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
 * A store that cannot be written (a full disk) ends the call with an error named `StoreWriteError`, whose `embedded` has all
 * that the call had until then: `indices` of the texts and their `vectors`.
 *
 * @throws RangeError when an option is out of range, or work is to be shared through a store that cannot lease; from `embed`
 *   when the embedder's vectors have another length than
 *   the cached ones, or a value that is not finite.
 */
export function withCache(
  embedder: Embedder,
  store: KeyValueStore,
  { batchSize = 256, precision = "float32", shareWork = false }: CacheOptions = {},
): CachedEmbedder {
  checkInteger(batchSize, "withCache: batchSize", { least: 1 });
  checkChoice(precision, "withCache: precision", ["float32", "float16"]);
  const flight = flights.get(store) ?? createSingleFlight<Float32Array>();
  flights.set(store, flight);
  const stored = createStoredVectors(embedder, store, precision);
  const counts = { hits: 0, misses: 0, damaged: 0 };
  const lease = shareWork ? store.lease?.bind(store) : undefined;
  if (shareWork && lease === undefined) {
    refuse(
      "withCache: store",
      "one that can lease where shareWork is set (LMDB, or Keyv over Redis)",
      store,
    );
  }
  const cache: SharedCache = { embedder, stored, flight, lease, batchSize, counts };

  const missing: CachedEmbedder["missing"] = async (texts, options = {}) => {
    checkTexts(texts, "missing");
    const { distinct } = intern(texts);
    const absentTexts: string[] = [];
    for await (const { start, keys } of keySlices(stored, distinct, options)) {
      const { absent } = await untilAborted(
        stored.read(keys, () => undefined),
        options.signal,
      );
      for (const k of absent) absentTexts.push(distinct[start + k]);
    }
    return absentTexts;
  };

  return {
    id: embedder.id,
    symmetric: embedder.symmetric,
    get dimensions() {
      return stored.dimensions;
    },
    statistics: () => ({ ...counts }),
    missing,
    async estimate(texts, options = {}) {
      const rest = await estimateEmbedding(embedder, await missing(texts, options), options);
      return { ...rest, texts: texts.length };
    },

    async embed(texts, options = {}) {
      const { signal, onProgress } = options;
      signal?.throwIfAborted();
      checkTexts(texts, "embed");
      const { distinct, indices, first } = intern(texts);
      let result: Matrix | undefined;
      const have = new Uint8Array(distinct.length);
      let done = 0;
      await provideVectors(cache, distinct, options, {
        put(text, vector) {
          result ??= createMatrix(texts.length, vector.length);
          checkVectorLength(embedder.id, vector.length, result.cols, " like the first");
          result.data.set(vector, first[text] * result.cols);
          have[text] = 1;
          done++;
        },
        report: (waiting) =>
          onProgress?.({
            ...{ stage: "embed", done, total: distinct.length },
            ...(waiting && { waiting }),
          }),
      }).catch((error: unknown) => {
        if (error instanceof StoreWriteError && result !== undefined) {
          const kept = [...texts.keys()].filter((i) => have[indices[i]]);
          const rows = kept.map((i) => first[indices[i]]);
          error.embedded = { indices: kept, vectors: gatherRows(result, rows) };
        }
        throw reindexRefusals(error, (text) => first[text]);
      });
      const matrix = result ?? createMatrix(0, stored.dimensions ?? 0);
      for (let i = 0; i < texts.length; i++) {
        const source = first[indices[i]];
        if (source !== i) rowOf(matrix, i).set(rowOf(matrix, source));
      }
      return matrix;
    },
  };
}
