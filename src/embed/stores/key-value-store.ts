/**
 * Bytes under string keys, nothing more: where a cache keeps its vectors, and `generateQueries` its answers. What the
 * bytes mean (and whether they are still whole) is the business of whoever wrote them, so a store can be any key–value
 * database.
 *
 * Keys are at most 300 characters of printable ASCII. Several calls may be under way at once.
 */
export interface KeyValueStore {
  /**
   * Calls `visit` with the position in `keys` and the bytes of each key that is there, in the order of `keys`. The bytes
   * are only lent: they may change when `visit` returns.
   */
  readMany(
    keys: readonly string[],
    visit: (position: number, value: Uint8Array) => void,
  ): Promise<void>;
  /**
   * Keeps all entries; once it resolves they outlive a killed process (where the store outlives a process at all). The
   * store copies what it keeps.
   */
  writeMany(entries: readonly KeyValueEntry[]): Promise<void>;
  /** Forgets the keys; absent ones are no error. */
  removeMany(keys: readonly string[]): Promise<void>;
  /** Frees what the store holds open; using it afterwards is an error. */
  close?(): Promise<void>;
}

export type KeyValueEntry = readonly [key: string, value: Uint8Array];
