import type { Wait } from "../../base/progress.js";
import type { Embedder } from "../embedder.js";
import type { KeyValueStore } from "../stores/key-value-store.js";
import type { SingleFlight } from "./single-flight.js";
import type { StoredVectors } from "./stored-vectors.js";

/** What the calls of one cache share. */
export interface SharedCache {
  readonly embedder: Embedder;
  readonly stored: StoredVectors;
  /** What calls are fetching at the moment, through this cache or another one around the same store. */
  readonly flight: SingleFlight<Float32Array>;
  /** Of the store, where work is shared with other processes. */
  readonly lease: KeyValueStore["lease"];
  /** Texts per call of an embedder that has no batches of its own. */
  readonly batchSize: number;
  /** Counted up as calls go on. */
  readonly counts: { hits: number; misses: number; damaged: number };
}

/** Who takes the vectors of one call. */
export interface Receiver {
  /** Takes the vector of the text at a position; it is only lent. */
  put(text: number, vector: Float32Array): void;
  /** Called after each step, and with what is waited for. */
  report(waiting?: Wait): void;
}

/** A text that the store does not have. */
export interface MissingText {
  /** Position among the texts. */
  readonly text: number;
  readonly key: string;
}
