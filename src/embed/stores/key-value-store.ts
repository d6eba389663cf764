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
  /**
   * Takes those of the keys that nobody else holds, for so many milliseconds: of several processes at one store, one at a time
   * has a key. It is a promise between those who ask for leases, and keeps nobody from reading or writing. Left out by stores
   * that cannot do it in one step for all processes.
   */
  lease?(keys: readonly string[], ttlMs: number): Promise<Lease>;
  /** Frees what the store holds open; using it afterwards is an error. */
  close?(): Promise<void>;
}

/** Keys that are one caller's for a time. It ends by itself where its holder is gone. */
export interface Lease {
  /** Positions among the keys that were asked for, ascending; the others somebody else holds. */
  readonly held: readonly number[];
  /** From now on it lasts as long as it was asked for once more. */
  renew(): Promise<void>;
  /** Ends it. */
  release(): Promise<void>;
}

export type KeyValueEntry = readonly [key: string, value: Uint8Array];
