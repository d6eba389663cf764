import { checkMatrix, rowOf } from "../../math/matrix.js";
import { cacheKeys } from "./cache-key.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "../embedder.js";
import { decodeVector, encodeVector, type StoredPrecision } from "./vector-record.js";
import type { KeyValueStore, KeyValueEntry } from "../stores/key-value-store.js";

/** What was asked of the store and is not there, by position. */
export interface NotFound {
  /** Absent or damaged. */
  readonly rest: readonly number[];
  /** Damaged. */
  readonly broken: readonly number[];
}

/** An embedder's place in a store: its keys, and vectors instead of bytes. */
export interface CacheShelf {
  /** Length of the vectors, as soon as the embedder or an entry tells. */
  readonly dimensions: number | undefined;
  keys(texts: readonly string[], side: EmbedOptions["side"]): Promise<string[]>;
  /** Hands on what is whole; the vectors are only lent. */
  read(
    keys: readonly string[],
    found: (position: number, vector: Float32Array) => void,
  ): Promise<NotFound>;
  /**
   * Keeps a batch whose texts have `keys`; resolves when it is stored. Its vectors are rounded to what is stored.
   *
   * @throws RangeError when its vectors have another length than the others, or a value that is not finite.
   */
  keep(keys: readonly string[], batch: EmbeddedBatch): Promise<void>;
  drop(keys: readonly string[]): Promise<void>;
}

export function createCacheShelf(
  embedder: Pick<Embedder, "id" | "symmetric" | "dimensions">,
  store: KeyValueStore,
  precision: StoredPrecision,
): CacheShelf {
  let learnt: number | undefined;
  const dimensions = (): number | undefined => embedder.dimensions ?? learnt;
  return {
    get dimensions() {
      return dimensions();
    },
    keys: (texts, side = "passage") =>
      cacheKeys(embedder.id, embedder.symmetric === true ? undefined : side, texts, precision),
    async read(keys, found) {
      const broken: number[] = [];
      const whole = new Uint8Array(keys.length);
      let wholes = 0;
      await store.readMany(keys, (position, value) => {
        const vector = decodeVector(value);
        if (vector === undefined || vector.length !== (dimensions() ?? vector.length)) {
          broken.push(position);
          return;
        }
        learnt ??= vector.length;
        whole[position] = 1;
        wholes++;
        found(position, vector);
      });
      const rest: number[] = [];
      if (wholes < keys.length) {
        for (let k = 0; k < keys.length; k++) if (whole[k] === 0) rest.push(k);
      }
      return { rest, broken };
    },
    async keep(keys, { indices, vectors }) {
      const expected = dimensions() ?? vectors.cols;
      if (vectors.cols !== expected) {
        throw new RangeError(
          `${embedder.id}: the cache holds vectors of ${expected} values, the embedder now gives ${vectors.cols}`,
        );
      }
      checkMatrix(vectors, embedder.id, { zeroRows: false }); // what is stored is found again for years
      learnt = expected;
      await store.writeMany(
        indices.map((index, k): KeyValueEntry => {
          const record = encodeVector(rowOf(vectors, k), precision);
          if (precision === "float16") rowOf(vectors, k).set(decodeVector(record) ?? []);
          return [keys[index], record];
        }),
      );
    },
    drop: (keys) => store.removeMany(keys),
  };
}
