import type { VectorStore } from "./vector-store.js";

export interface MemoryStoreOptions {
  /** Bytes of vectors to keep; the least recently used go first. @default 536870912 (512 MiB) */
  readonly maxBytes?: number | undefined;
}

/** A store in memory, for a browser tab, a test, or a process that embeds the same queries again and again. */
export function createMemoryStore({
  maxBytes = 512 * 1024 * 1024,
}: MemoryStoreOptions = {}): VectorStore & { readonly bytes: number } {
  if (!(maxBytes > 0))
    throw new RangeError(`maxBytes: expected a number > 0, received ${maxBytes}`);
  // A Map iterates in order of insertion: what is read is inserted anew, so the first key is the least recently used.
  const values = new Map<string, Uint8Array>();
  let bytes = 0;

  const remove = (key: string): void => {
    bytes -= values.get(key)?.byteLength ?? 0;
    values.delete(key);
  };
  return {
    get bytes() {
      return bytes;
    },
    async readMany(keys, visit) {
      for (const [position, key] of keys.entries()) {
        const value = values.get(key);
        if (value === undefined) continue;
        values.delete(key);
        values.set(key, value);
        visit(position, value);
      }
    },
    async writeMany(entries) {
      for (const [key, value] of entries) {
        remove(key);
        // A copy: the caller may go on writing into its buffer, and a view would keep a whole batch alive.
        values.set(key, value.slice());
        bytes += value.byteLength;
      }
      for (const key of values.keys()) {
        if (bytes <= maxBytes) break;
        remove(key);
      }
    },
    async removeMany(keys) {
      for (const key of keys) remove(key);
    },
  };
}
