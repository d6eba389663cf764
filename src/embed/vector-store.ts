/**
 * Where a cache keeps its vectors: bytes under string keys, nothing more. What the bytes mean (and whether they are
 * still whole) is the cache's business, so a store can be any key–value database.
 *
 * Keys are at most 300 characters of printable ASCII.
 */
export interface VectorStore {
  /**
   * The bytes under each key, `undefined` where there are none, in the order of `keys`. The caller must be done with
   * them before it asks the store again: a store may reuse its buffers.
   */
  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /** Stores all entries; when it resolves they outlive a killed process (where the store outlives a process at all). */
  setMany(entries: readonly VectorStoreEntry[]): Promise<void>;
  /** Forgets the keys; absent ones are no error. */
  deleteMany(keys: readonly string[]): Promise<void>;
  /** Frees what the store holds open; using it afterwards is an error. */
  close?(): Promise<void>;
}

export type VectorStoreEntry = readonly [key: string, value: Uint8Array];
