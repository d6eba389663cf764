import { mkdirSync } from "node:fs";
import { open } from "lmdb";
import { show } from "../../base/show.js";
import type { KeyValueStore } from "./key-value-store.js";

export interface LmdbStoreOptions {
  /** Directory of the database; made when absent. Several processes may use it at once. */
  readonly path: string;
}

/**
 * A store in a memory-mapped LMDB database on disk: the default on Node. Readers and writers of several processes share
 * it, and it survives a killed process at any moment.
 *
 * @throws Error naming the directory when it cannot be made or opened.
 */
export function createLmdbStore({ path }: LmdbStoreOptions): Required<KeyValueStore> {
  const database = openDatabase(path);
  return {
    async readMany(keys, visit) {
      for (const [position, key] of keys.entries()) {
        // Not copied out of LMDB's read buffer: `visit` is done with it before the next read. The buffer is longer than
        // the value; only its `length` says how long that is.
        const value = database.getBinaryFast(key);
        if (value !== undefined) {
          visit(position, new Uint8Array(value.buffer, value.byteOffset, value.length));
        }
      }
    },
    async writeMany(entries) {
      // Puts of one turn are committed together; each promise resolves when its transaction is.
      await Promise.all(entries.map(([key, value]) => database.put(key, value)));
    },
    async removeMany(keys) {
      await Promise.all(keys.map((key) => database.remove(key)));
    },
    async close() {
      await database.close();
    },
  };
}

function openDatabase(path: string) {
  try {
    mkdirSync(path, { recursive: true });
    return open<Uint8Array, string>({ path, encoding: "binary" });
  } catch (cause) {
    throw new Error(
      `createLmdbStore: path must be a directory that can be opened, received ${show(path)} (${(cause as Error).message})`,
      { cause },
    );
  }
}
