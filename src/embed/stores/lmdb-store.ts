import { mkdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { show } from "../../base/show.js";
import type { KeyValueStore } from "./key-value-store.js";
import { damageOf } from "./lmdb-file.js";
import { takeLease } from "./lmdb-leases.js";

export interface LmdbStoreOptions {
  /** Directory of the database; made when absent. Several processes may use it at once. */
  readonly path: string;
  /**
   * Whether every page of the file is looked at when it is opened, 1 to 5 ms a MB: LMDB follows a damaged page unchecked, which
   * ends the process or gives another text's vector.
   * @default where the file has at most 256 MiB
   */
  readonly checkPages?: boolean | undefined;
}

/**
 * A store in a memory-mapped LMDB database on disk: the default on Node. Readers and writers of several processes share
 * it, and it survives a killed process at any moment.
 *
 * The file is looked at when it is opened, and each record has a checksum; but from a page that is damaged while it is open, or in
 * a file whose pages were not looked at, a memory map cannot protect: LMDB may then end the process.
 *
 * @throws Error naming the directory when it cannot be made or opened, and the file when it was cut or overwritten; from
 *   `writeMany` naming the directory when it cannot be written, e.g. on a full disk.
 */
export function createLmdbStore({ path, checkPages }: LmdbStoreOptions): Required<KeyValueStore> {
  const database = openDatabase(path, checkPages);
  // In one piece and at once: 500 vectors take ten milliseconds, and a commit that fails on a full disk is one error. Of LMDB's
  // own queue of writes promises are left over then that nobody can listen to, which ends the process.
  const attempt = (what: string, work: () => void): void => {
    try {
      work();
    } catch (cause) {
      const message = messageOf(cause);
      const damaged = /^MDB_(CORRUPTED|PAGE_NOTFOUND|BAD_TXN|INVALID)/.test(message);
      const remedy = damaged ? `; ${join(path, "data.mdb")} is damaged: ${mend}` : "";
      throw new Error(
        `${path}: the database cannot be ${what} (${message}${roomNeeded(path, message)})${remedy}`,
        { cause },
      );
    }
  };
  const change = (apply: () => void): void =>
    attempt("written", () => database.transactionSync(apply));
  return {
    async readMany(keys, visit) {
      // LMDB reads what stood there when this turn of the event loop first read; others may have written since, and a lease that
      // has just become free says that they have.
      database.resetReadTxn();
      for (const [position, key] of keys.entries()) {
        // Not copied out of LMDB's read buffer: `visit` is done with it before the next read. The buffer is longer than
        // the value; only its `length` says how long that is.
        let value: ReturnType<typeof database.getBinaryFast>;
        attempt("read", () => (value = database.getBinaryFast(key)));
        if (value !== undefined) {
          visit(position, new Uint8Array(value.buffer, value.byteOffset, value.length));
        }
      }
    },
    async writeMany(entries) {
      change(() => {
        for (const [key, value] of entries) database.putSync(key, value);
      });
    },
    async removeMany(keys) {
      change(() => {
        for (const key of keys) database.removeSync(key);
      });
    },
    lease: async (keys, ttlMs) => takeLease(database, change, keys, ttlMs),
    async close() {
      await database.close();
    },
  };
}

const mend = "restore it from a copy, or remove the folder and embed its texts again";

/** LMDB says no more of a full disk than the system does, which may be "Input/output error". */
const mayBeFull = /no space left|input\/output error|file too large|quota exceeded|MDB_MAP_FULL/i;

/** What to do about a write that failed for want of room, as far as its message tells. */
function roomNeeded(path: string, message: string): string {
  if (!mayBeFull.test(message)) return "";
  let free = "";
  try {
    const { bavail, bsize } = statfsSync(path);
    free = ` (${Math.floor((bavail * bsize) / 1e6)} MB are free)`;
  } catch {
    // Nobody can tell.
  }
  return `; make room there${free} and call again: what is stored is not asked for again`;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

function openDatabase(path: string, checkPages?: boolean) {
  const file = join(path, "data.mdb");
  let damage: string | undefined;
  try {
    mkdirSync(path, { recursive: true });
    damage = damageOf(file, checkPages);
    // A folder whatever its name is: with a dot in it, LMDB would take it for a file.
    if (damage === undefined)
      return open<Uint8Array, string>({ path, encoding: "binary", noSubdir: false });
  } catch (cause) {
    throw new Error(
      `createLmdbStore: path must be a directory that can be opened, received ${show(path)} (${messageOf(cause)}${roomNeeded(path, messageOf(cause))})`,
      { cause },
    );
  }
  throw new Error(`createLmdbStore: ${file} is damaged: ${damage}; ${mend}`);
}
