import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "lmdb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLmdbStore } from "embedtune/node";
import { damageOf } from "../../src/embed/stores/lmdb-file.js";

const pageSize = 4096;
const headerBytes = 24;
const [branch, leaf] = [1, 2];

let path = "";
let whole: Buffer;
beforeAll(async () => {
  path = mkdtempSync(join(tmpdir(), "embedtune-"));
  const store = createLmdbStore({ path });
  const key = (i: number): string => `a key of some forty characters, as hashes are ${1000 + i}`;
  const entries = Array.from({ length: 400 }, (_, i): [string, Uint8Array] => [
    key(i),
    new Uint8Array(i % 2 === 0 ? 300 : 3000).fill(i),
  ]);
  for (let i = 0; i < entries.length; i += 50) await store.writeMany(entries.slice(i, i + 50));
  await store.close();
  whole = readFileSync(join(path, "data.mdb"));
});
afterAll(() => rmSync(path, { recursive: true, force: true }));

/** Where the newer of the two meta pages begins. */
function meta(): number {
  const transaction = (page: number): bigint => whole.readBigUInt64LE(page * pageSize + 0x98);
  return transaction(0) >= transaction(1) ? 0 : pageSize;
}

/** Where the nodes of a page begin. */
const nodesOf = (page: number): number[] =>
  Array.from(
    { length: whole.readUInt16LE(page + 20) / 2 },
    (_, i) => page + headerBytes + whole.readUInt16LE(page + headerBytes + 2 * i),
  );

/** Where pages of the tree begin, from the root on. */
function pagesOfTree(): number[] {
  const pages = [Number(whole.readBigUInt64LE(meta() + 0x88)) * pageSize];
  for (const page of pages) {
    if (whole.readUInt16LE(page + 18) !== branch) continue;
    for (const node of nodesOf(page)) pages.push(whole.readUIntLE(node, 6) * pageSize);
  }
  return pages;
}
const pagesOf = (flags: number): number[] =>
  pagesOfTree().filter((page) => whole.readUInt16LE(page + 18) === flags);
const nodeOf = (flags: number): number =>
  pagesOf(leaf)
    .flatMap(nodesOf)
    .findLast((node) => whole.readUInt16LE(node + 4) === flags)!;
/** Where the value of a node begins. */
const valueOf = (node: number): number => node + 8 + whole.readUInt16LE(node + 6);

const damages: readonly [what: string, words: RegExp, change: (bytes: Buffer) => void][] = [
  [
    "the highest byte of the page of a value is not zero (fuzz, input 92)",
    /^page \d+ names page \d{17} of \d+$/,
    (bytes) => (bytes[valueOf(nodeOf(1)) + 7] = 1),
  ],
  [
    "the seventh byte of the page of a value is not zero (fuzz, input 104)",
    /^page \d+ names page \d{15,} of \d+$/,
    (bytes) => (bytes[valueOf(nodeOf(1)) + 6] = 3),
  ],
  [
    "the highest byte of the pages of a value is not zero",
    /^page \d+ names page \d+ of \d+$/,
    (bytes) => (bytes[valueOf(nodeOf(1)) + 23] = 1),
  ],
  [
    "the pages of a value are of another time than it says, as where they were never written",
    /^page \d+ is no beginning of 1$/,
    (bytes) => (bytes[bytes.readUIntLE(valueOf(nodeOf(1)), 6) * pageSize + 8] -= 1),
  ],
  [
    "the copy of a meta page, which has no size of pages, is the latest (fuzz, input 856)",
    /^the copy of a meta page within page 0 is of no time$/,
    (bytes) => (bytes[pageSize / 2 + 0x9c] = 4),
  ],
  [
    "the copy of a meta page is of a time that was, and names no size of pages",
    /^the copy of a meta page within page 0 is of no time$/,
    (bytes) => (bytes[pageSize / 2 + 0x98] = 1),
  ],
  [
    "a page says that it may be forgotten",
    /^page \d+ is of another kind$/,
    (bytes) => (bytes[pagesOf(leaf)[0] + 19] |= 0x40),
  ],
  [
    "a page is younger than the one above it",
    /^page \d+ is of no time$/,
    (bytes) => {
      const root = pagesOfTree()[0];
      const other = pagesOf(leaf).find((page) => page !== root)!;
      bytes.writeUIntLE(bytes.readUIntLE(root + 8, 6) - 1, root + 8, 6);
      bytes.writeUIntLE(bytes.readUIntLE(root + 8, 6) + 1, other + 8, 6);
    },
  ],
  [
    "a node says that it holds several values",
    /^page \d+ has a node of no kind$/,
    (bytes) => (bytes[nodeOf(0) + 4] |= 4),
  ],
  [
    "a node says that it describes a tree",
    /^page \d+ has a node of no kind$/,
    (bytes) => (bytes[nodeOf(0) + 4] |= 2),
  ],
  [
    "a branch names a later key than its page begins with",
    /^page \d+ has keys out of order$/,
    (bytes) => (bytes[valueOf(nodesOf(pagesOf(branch)[0])[1]) - 1] += 1),
  ],
  [
    "a branch names a key before the last one of the page before",
    /^page \d+ has keys out of order$/,
    (bytes) => (bytes[valueOf(nodesOf(pagesOf(branch)[0])[1]) - 1] -= 1),
  ],
  [
    "there are fewer keys than it says, as where an older page stands in the place of the last",
    /^a tree has 400 keys of 401$/,
    (bytes) => bytes.writeUInt32LE(401, meta() + 0x80),
  ],
  [
    "a list of free pages stands under another key",
    /^page \d+ has (a key of \d+ bytes|keys out of order|nodes of other sizes)$/,
    (bytes) => {
      const free = Number(bytes.readBigUInt64LE(meta() + 0x58)) * pageSize;
      for (const node of nodesOf(free).slice(1)) bytes.writeUIntLE(0, node + 8, 6);
    },
  ],
];

describe("pages of an LMDB database", () => {
  it("are found in order where nothing was done to them", () => {
    expect(pagesOf(branch).length).toBeGreaterThan(0);
    expect(damageOf(join(path, "data.mdb"))).toBeUndefined();
  });

  it.each(damages)("are refused at opening where %s", (_, words, change) => {
    const folder = join(path, "damaged");
    mkdirSync(folder, { recursive: true });
    const bytes = Buffer.from(whole);
    change(bytes);
    expect(bytes.equals(whole)).toBe(false);
    writeFileSync(join(folder, "data.mdb"), bytes);
    expect(damageOf(join(folder, "data.mdb"))).toMatch(words);
    expect(() => createLmdbStore({ path: folder })).toThrow(/data\.mdb is damaged: .*; restore it/);
  });

  it("are in order where lmdb wrote them in its own way, marked as not yet on the disk, with a third meta page", async () => {
    const folder = join(path, "by-puts");
    const database = open({ path: folder, encoding: "binary", noSubdir: false });
    const marks = new Set<number>();
    for (let i = 0; i < 4; i++) {
      database.transactionSync(() => {
        for (let j = 0; j < 50; j++) void database.put(`${i}/${j}`, new Uint8Array(2000));
      });
      await database.put(`${i}`, new Uint8Array(10));
      await database.flushed;
      const bytes = readFileSync(join(folder, "data.mdb"));
      for (const page of [0, pageSize]) marks.add(bytes.readUInt16LE(page + 0x34));
      expect(bytes.readBigUInt64LE(pageSize / 2 + 0x98)).toBeGreaterThan(0n);
      expect(damageOf(join(folder, "data.mdb"))).toBeUndefined();
    }
    await database.close();
    expect([...marks].sort()).toEqual([0x1008, 8].sort());
  });

  it("are in order in a copy that was compacted, whose values keep the time of their pages", async () => {
    const database = open({ path, encoding: "binary", noSubdir: false });
    const copy = join(path, "copy");
    mkdirSync(copy);
    await database.backup(copy, true);
    await database.close();
    expect(damageOf(join(copy, "data.mdb"))).toBeUndefined();
  });
});
