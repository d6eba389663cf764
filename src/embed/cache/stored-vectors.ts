import { createYielder } from "../../base/event-loop.js";
import { checkMatrix, rowOf } from "../../math/matrix.js";
import { checkVectorLength } from "../check-vectors.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "../embedder.js";
import type { KeyValueEntry, KeyValueStore } from "../stores/key-value-store.js";
import { cacheKeys } from "./cache-key.js";
import { decodeVector, encodeVector, type StoredPrecision } from "./vector-record.js";

/** What was asked of the store and is not there, by position. */
export interface NotFound {
  /** Absent or damaged. */
  readonly absent: readonly number[];
  /** Damaged. */
  readonly damaged: readonly number[];
}

/** The entries of one embedder in a store: keys of texts, and vectors instead of bytes. */
export interface StoredVectors {
  /** Length of the vectors, as soon as the embedder or an entry tells. */
  readonly dimensions: number | undefined;
  keys(texts: readonly string[], side: EmbedOptions["side"]): Promise<string[]>;
  /** Hands on what is whole; the vectors are only lent. */
  read(
    keys: readonly string[],
    found: (position: number, vector: Float32Array) => void,
  ): Promise<NotFound>;
  /**
   * Stores a batch whose texts have `keys`; resolves when it is stored. Its vectors are rounded to what is stored.
   *
   * @throws RangeError when its vectors have another length than the others, or a value that is not finite.
   */
  write(keys: readonly string[], batch: EmbeddedBatch): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

export function createStoredVectors(
  embedder: Pick<Embedder, "id" | "symmetric" | "dimensions">,
  store: KeyValueStore,
  precision: StoredPrecision,
): StoredVectors {
  let learnt: number | undefined;
  const dimensions = (): number | undefined => embedder.dimensions ?? learnt;
  return {
    get dimensions() {
      return dimensions();
    },
    keys: (texts, side = "passage") =>
      cacheKeys(embedder.id, embedder.symmetric === true ? undefined : side, texts, precision),
    async read(keys, found) {
      const damaged: number[] = [];
      const whole = new Uint8Array(keys.length);
      let wholes = 0;
      await store.readMany(keys, (position, value) => {
        const vector = decodeVector(value);
        if (vector === undefined || vector.length !== (dimensions() ?? vector.length)) {
          damaged.push(position);
          return;
        }
        learnt ??= vector.length;
        whole[position] = 1;
        wholes++;
        found(position, vector);
      });
      const absent: number[] = [];
      if (wholes < keys.length) {
        for (let k = 0; k < keys.length; k++) if (whole[k] === 0) absent.push(k);
      }
      return { absent, damaged };
    },
    async write(keys, { indices, vectors }) {
      const expected = dimensions() ?? vectors.cols;
      checkVectorLength(embedder.id, vectors.cols, expected, " like those in the cache");
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
    remove: (keys) => store.removeMany(keys),
  };
}

/** Keys of consecutive texts. */
export interface KeySlice {
  /** Position of the first one. */
  readonly start: number;
  readonly keys: readonly string[];
}

/** Keys asked from the store at once. */
const sliceSize = 512;

/** The keys of texts, a few hundred at a time; in between, other work is let in and the signal heeded. */
export async function* keySlices(
  stored: StoredVectors,
  texts: readonly string[],
  { side, signal }: Pick<EmbedOptions, "side" | "signal">,
): AsyncGenerator<KeySlice, void, undefined> {
  const yieldIfDue = createYielder();
  for (let start = 0; start < texts.length; start += sliceSize) {
    await yieldIfDue();
    signal?.throwIfAborted();
    yield { start, keys: await stored.keys(texts.slice(start, start + sliceSize), side) };
  }
}
