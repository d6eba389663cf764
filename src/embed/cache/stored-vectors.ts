import { createYielder } from "../../base/event-loop.js";
import { checkMatrix, rowOf } from "../../math/matrix.js";
import { checkVectorLength } from "../check-vectors.js";
import type { EmbeddedBatch, EmbedOptions, Embedder } from "../embedder.js";
import type { KeyValueEntry, KeyValueStore } from "../stores/key-value-store.js";
import { cacheKeys, lengthKey } from "./cache-key.js";
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
  /** Length of the vectors, as soon as an entry or the embedder tells. */
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
   * @throws RangeError when its vectors have another length than those in the store, which then keeps none of it, or a
   *   value that is not finite.
   */
  write(keys: readonly string[], batch: EmbeddedBatch): Promise<void>;
  /** Forgets what a single answer has left, where a second one contradicts its length: neither is to be believed. */
  takeBack(): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
}

/** A cache that cannot keep what was paid for; it hands all of it back. */
export class StoreWriteError extends Error {
  override readonly name = "StoreWriteError";
  /** What the call had until then, by position among the caller's texts. */
  embedded: EmbeddedBatch | undefined;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

export function createStoredVectors(
  embedder: Pick<Embedder, "id" | "symmetric" | "dimensions">,
  store: KeyValueStore,
  precision: StoredPrecision,
): StoredVectors {
  /** What the embedder says by itself; what it learns from an answer is no more than that answer's word. */
  const declared = embedder.dimensions;
  /** What the entries have, or the record that is kept beside them, so that a job without a hit is told too. */
  let learnt: number | undefined;
  let recorded = false;
  /** Keys of what a first answer alone has taught, now or in a process that ended after it: the next one may take it back. */
  let unconfirmed: string[] = [];
  const check = (length: number): void =>
    checkVectorLength(
      embedder.id,
      length,
      learnt ?? declared ?? length,
      " like those in the cache",
      "; vectors of another length need another id",
    );
  const learn = (length: number): void => {
    learnt ??= length;
    check(length);
    if (declared !== undefined) check(declared);
  };
  return {
    get dimensions() {
      return learnt ?? embedder.dimensions;
    },
    keys: (texts, side = "passage") =>
      cacheKeys(embedder.id, embedder.symmetric === true ? undefined : side, texts, precision),
    async read(keys, found) {
      const asked = recorded ? keys : [...keys, await lengthKey(embedder.id)];
      const damaged: number[] = [];
      const whole = new Uint8Array(keys.length);
      let wholes = 0;
      await store.readMany(asked, (position, value) => {
        const vector = decodeVector(value);
        if (position === keys.length) {
          if (vector !== undefined) learn(vector[0]);
          recorded = vector !== undefined;
          return;
        }
        if (vector === undefined) {
          damaged.push(position);
          return;
        }
        learn(vector.length);
        whole[position] = 1;
        wholes++;
        found(position, vector);
      });
      if (!recorded && declared === undefined && unconfirmed.length <= mostOfOneAnswer) {
        for (const [k, there] of whole.entries()) if (there === 1) unconfirmed.push(keys[k]);
      }
      const absent: number[] = [];
      if (wholes < keys.length) {
        for (let k = 0; k < keys.length; k++) if (whole[k] === 0) absent.push(k);
      }
      return { absent, damaged };
    },
    async write(keys, { indices, vectors }) {
      if (indices.length === 0) return;
      checkMatrix(vectors, embedder.id, { zeroRows: false }); // what is stored is found again for years
      check(vectors.cols);
      const entries = indices.map((index, k): KeyValueEntry => {
        const record = encodeVector(rowOf(vectors, k), precision);
        if (precision === "float16") rowOf(vectors, k).set(decodeVector(record) ?? []);
        return [keys[index], record];
      });
      const sure = learnt !== undefined || declared !== undefined;
      unconfirmed = sure ? [] : entries.map(([key]) => key);
      learnt ??= vectors.cols;
      if (sure && !recorded) {
        recorded = true;
        entries.push([await lengthKey(embedder.id), encodeVector(Float32Array.of(learnt))]);
      }
      await store.writeMany(entries).catch((cause: unknown) => {
        throw new StoreWriteError(cause);
      });
    },
    async takeBack() {
      const doubtful = unconfirmed;
      // More than one answer can have brought is sure, though no record says so.
      if (doubtful.length === 0 || doubtful.length > mostOfOneAnswer) return;
      [learnt, unconfirmed] = [undefined, []];
      await store.removeMany(doubtful);
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

/** Texts that one answer may have. */
const mostOfOneAnswer = 2048;

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
