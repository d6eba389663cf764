import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/**
 * What is wrong with the data file of an LMDB database, as far as its two meta pages tell; `undefined` where nothing is, or
 * where there is no file yet. LMDB maps the file into memory and follows page numbers as they stand: of a file that was
 * cut or overwritten it would end the process.
 *
 * A meta page: 24 bytes of header with the flag 8, then magic, version, address, size of the map, two trees of 48 bytes (of
 * which the first's first number is the size of a page, and the last of each its root), last page, transaction.
 */
export function damageOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  // Another process may be writing: what is seen three times is there.
  let damage: string | undefined;
  for (let look = 0; look < 3; look++) {
    damage = lookAt(file);
    if (damage === undefined) return undefined;
  }
  return damage;
}

const magic = 0xbeefc0de;
const versions: ReadonlySet<number> = new Set([1, 2]);
const none = 0xffff_ffff_ffff_ffffn;
const metaBytes = 0xa0;

function lookAt(file: string): string | undefined {
  const descriptor = openSync(file, "r");
  try {
    const size = fstatSync(descriptor).size;
    if (size === 0) return undefined;
    const metas: { readonly transaction: bigint; readonly lastPage: bigint }[] = [];
    let pageSize = 0;
    for (const page of [0, 1]) {
      const bytes = Buffer.alloc(metaBytes);
      if (readSync(descriptor, bytes, 0, metaBytes, page * pageSize) < metaBytes) {
        return `it ends within page ${page}`;
      }
      const [flags, found, version] = [
        bytes.readUInt16LE(18),
        bytes.readUInt32LE(24),
        bytes.readUInt32LE(28),
      ];
      if (found !== magic || (flags & 8) === 0) return `page ${page} is no page of LMDB's`;
      if (!versions.has(version)) return `page ${page} is of version ${version}`;
      if (page === 0) pageSize = bytes.readUInt32LE(0x30);
      if (pageSize < 256 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
        return `page 0 names pages of ${pageSize} bytes`;
      }
      const lastPage = bytes.readBigUInt64LE(0x90);
      for (const root of [bytes.readBigUInt64LE(0x58), bytes.readBigUInt64LE(0x88)]) {
        if (root !== none && root > lastPage)
          return `page ${page} names a page behind the last one`;
      }
      metas.push({ transaction: bytes.readBigUInt64LE(0x98), lastPage });
    }
    const [a, b] = metas;
    const { lastPage } = a.transaction >= b.transaction ? a : b;
    const needed = (lastPage + 1n) * BigInt(pageSize);
    // Read anew: it grows before a meta page names the new pages.
    const now = fstatSync(descriptor).size;
    return needed > BigInt(now) ? `it has ${now} bytes of ${needed}` : undefined;
  } finally {
    closeSync(descriptor);
  }
}
