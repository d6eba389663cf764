import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { damageOfPages, type LmdbState, type LmdbTree } from "./lmdb-pages.js";

/** Pages of files up to so many bytes are looked at unasked: a fifth of a second where vectors are long, one or so where they have a dozen values. */
const mostBytes = 1 << 28;

/**
 * What is wrong with the data file of an LMDB database, as far as its two meta pages tell and, with `pages`, those that they
 * name; `undefined` where nothing is, or where there is no file yet. LMDB maps the file into memory and follows page numbers as
 * they stand: of a file that was cut or overwritten it would end the process.
 *
 * @param pages Whether all pages are looked at. @default where the file has at most 256 MiB
 *
 * A meta page: 24 bytes of header with the flag 8, then magic, version, address, size of the map, two trees of 48 bytes (of
 * which the first's first number is the size of a page, and the last of each its root), last page, transaction. In the middle of
 * page 0 lmdb-js keeps a copy of the last that reached the disk, zeros where each did at once; it is read with the others, and
 * believed where its transaction is a late one.
 */
export function damageOf(file: string, pages?: boolean): string | undefined {
  if (!existsSync(file)) return undefined;
  // Another process may be writing, also pages that are being looked at: what is seen three times with no transaction between is
  // there, and what changes with every transaction is no damage.
  let before: Look = {};
  for (let same = 1, look = 0; look < 6; look++) {
    const seen = lookAt(file, pages);
    if (seen.damage === undefined) return undefined;
    same = seen.damage === before.damage && seen.transaction === before.transaction ? same + 1 : 1;
    if (same === 3) return seen.damage;
    before = seen;
  }
  return before.transaction === undefined ? before.damage : undefined;
}

const magic = 0xbeefc0de;
const versions: ReadonlySet<number> = new Set([1, 2]);
const none = 0xffff_ffff_ffff_ffffn;
const metaBytes = 0xa0;

interface Look {
  readonly damage?: string | undefined;
  /** Number of the last transaction, where it could be read. */
  readonly transaction?: number;
}

function lookAt(file: string, pages?: boolean): Look {
  const descriptor = openSync(file, "r");
  try {
    const size = fstatSync(descriptor).size;
    if (size === 0) return {};
    const metas: LmdbState[] = [];
    let pageSize = 0;
    for (const page of [0, 1]) {
      const bytes = Buffer.alloc(metaBytes);
      if (readSync(descriptor, bytes, 0, metaBytes, page * pageSize) < metaBytes) {
        return { damage: `it ends within page ${page}` };
      }
      const [flags, found, version] = [
        bytes.readUInt16LE(18),
        bytes.readUInt32LE(24),
        bytes.readUInt32LE(28),
      ];
      if (found !== magic || (flags & 8) === 0) {
        return { damage: `page ${page} is no page of LMDB's` };
      }
      if (!versions.has(version)) return { damage: `page ${page} is of version ${version}` };
      const named = bytes.readUInt32LE(0x30);
      if (page === 0) pageSize = named;
      if (pageSize < 256 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
        return { damage: `page 0 names pages of ${pageSize} bytes` };
      }
      if (named !== pageSize) return { damage: `page 1 names pages of ${named} bytes` };
      const [free, main] = [treeAt(bytes, 0x30), treeAt(bytes, 0x60)];
      const lastPage = bytes.readBigUInt64LE(0x90);
      for (const { root } of [free, main]) {
        if (root !== none && root > lastPage) {
          return { damage: `page ${page} names a page behind the last one` };
        }
      }
      const transaction = Number(bytes.readBigUInt64LE(0x98));
      metas.push({ pageSize, lastPage: Number(lastPage), transaction, free, main, version });
    }
    const [a, b] = metas;
    const state = a.transaction >= b.transaction ? a : b;
    const copy = Buffer.alloc(metaBytes);
    readSync(descriptor, copy, 0, metaBytes, pageSize >> 1);
    const [written, named] = [Number(copy.readBigUInt64LE(0x98)), copy.readUInt32LE(0x30)];
    if (written > state.transaction || (written > 0 && named !== pageSize)) {
      return {
        damage: "the copy of a meta page within page 0 is of no time",
        transaction: state.transaction,
      };
    }
    const { transaction, lastPage } = state;
    const needed = (lastPage + 1) * pageSize;
    // Read anew: it grows before a meta page names the new pages.
    const now = fstatSync(descriptor).size;
    if (needed > now) return { damage: `it has ${now} bytes of ${needed}`, transaction };
    const all = state.version === 2 && (pages ?? now <= mostBytes);
    return { damage: all ? damageOfPages(descriptor, state) : undefined, transaction };
  } finally {
    closeSync(descriptor);
  }
}

const treeAt = (bytes: Buffer, at: number): LmdbTree => ({
  flags: bytes.readUInt16LE(at + 4),
  depth: bytes.readUInt16LE(at + 6),
  entries: bytes.readBigUInt64LE(at + 32),
  root: bytes.readBigUInt64LE(at + 40),
});
