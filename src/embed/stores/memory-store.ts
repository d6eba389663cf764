import { refuse } from "../../base/checks.js";
import type { KeyValueStore } from "./key-value-store.js";

export interface MemoryStoreOptions {
  /** Bytes of vectors to keep; the least recently used go first. @default 536870912 (512 MiB) */
  readonly maxBytes?: number | undefined;
}

/** Entries stand in a ring in order of use, so that a read moves four links and leaves the map alone. */
interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  older: Entry;
  newer: Entry;
}

/**
 * A store in memory, for a browser tab, a test, or a process that embeds the same queries again and again.
 *
 * @throws RangeError when `maxBytes` is not above 0.
 */
export function createMemoryStore({
  maxBytes = 512 * 1024 * 1024,
}: MemoryStoreOptions = {}): KeyValueStore & { readonly bytes: number } {
  if (!(maxBytes > 0)) refuse("createMemoryStore: maxBytes", "a number > 0", maxBytes);
  const entries = new Map<string, Entry>();
  /** Closes the ring: the newest entry is its `older`, the oldest its `newer`. */
  const ends = { key: "", value: new Uint8Array() } as Entry;
  ends.older = ends.newer = ends;
  let bytes = 0;

  const unlink = ({ older, newer }: Entry): void => {
    older.newer = newer;
    newer.older = older;
  };
  const makeNewest = (entry: Entry): void => {
    entry.older = ends.older;
    entry.newer = ends;
    ends.older.newer = entry;
    ends.older = entry;
  };
  const remove = (key: string): void => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    unlink(entry);
    bytes -= entry.value.byteLength;
  };
  return {
    get bytes() {
      return bytes;
    },
    async readMany(keys, visit) {
      for (let position = 0; position < keys.length; position++) {
        const entry = entries.get(keys[position]);
        if (entry === undefined) continue;
        unlink(entry);
        makeNewest(entry);
        visit(position, entry.value);
      }
    },
    async writeMany(written) {
      for (const [key, value] of written) {
        remove(key);
        // A copy: the caller may go on writing into its buffer, and a view would keep a whole batch alive.
        const entry = { key, value: value.slice(), older: ends, newer: ends };
        entries.set(key, entry);
        makeNewest(entry);
        bytes += value.byteLength;
      }
      while (bytes > maxBytes) remove(ends.newer.key);
    },
    async removeMany(keys) {
      for (const key of keys) remove(key);
    },
  };
}
