import { readSync } from "node:fs";

/** A tree of pages, as a meta page names it. */
export interface LmdbTree {
  /** 8 where its keys are integers: the order of free pages' keys. */
  readonly flags: number;
  readonly depth: number;
  readonly root: bigint;
}

/** The state of a database that a meta page names. */
export interface LmdbState {
  readonly version: number;
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: number;
  readonly free: LmdbTree;
  readonly main: LmdbTree;
}

/**
 * A page: 8 bytes of its number, 8 of its transaction, 2 unused, 2 of flags, 2 of where the list of its nodes ends and 2 of
 * where the nodes begin, both counted from the end of this header.
 */
const headerBytes = 24;
const nodeBytes = 8;
const none = 0xffff_ffff_ffff_ffffn;
const branch = 1;
const leaf = 2;
const overflow = 4;
/** Flags that say how a page is held in memory. */
const passing = 0xc010;
/** A leaf's value stands in pages of its own; it is a tree of its own; it is a page of values. */
const large = 1;
const [tree, many] = [2, 4];

/** What is wrong. */
class Damage extends Error {}

/**
 * What is wrong with the pages of a database, `undefined` where nothing is: every page that a state reaches is looked at, its
 * header, the places and sizes of its nodes, the order of its keys, that no page is reached twice and none is free. LMDB follows
 * all of these unchecked: a wrong one ends the process, or gives the value of another key.
 */
export function damageOfPages(descriptor: number, state: LmdbState): string | undefined {
  const { pageSize, lastPage, transaction } = state;
  const page = Buffer.alloc(pageSize);
  const header = Buffer.alloc(headerBytes);
  const used = new Uint8Array(lastPage + 1);
  used[0] = used[1] = 1;

  const claim = (number: number, count: number, by: string): void => {
    if (!(number >= 2 && count >= 1 && number + count - 1 <= lastPage)) {
      throw new Damage(`${by} names page ${number} of ${lastPage}`);
    }
    for (let i = number; i < number + count; i++) {
      if (used[i] === 1) throw new Damage(`${by} names page ${i}, which is another's`);
      used[i] = 1;
    }
  };
  const readHeader = (bytes: Buffer, number: number): number => {
    const read = readSync(descriptor, bytes, 0, bytes.length, number * pageSize);
    if (read < bytes.length) throw new Damage(`it ends within page ${number}`);
    if (bytes.readUIntLE(0, 6) !== number || bytes.readUInt16LE(6) !== 0) {
      throw new Damage(`page ${number} has another's number`);
    }
    if (bytes.readUIntLE(8, 6) > transaction || bytes.readUInt16LE(14) !== 0) {
      throw new Damage(`page ${number} is of no time`);
    }
    return bytes.readUInt16LE(18) & ~passing;
  };

  /** Looks at one page of a tree and gives its children; of the free pages' tree, the lists. */
  const look = (number: number, isLeaf: boolean, free: bigint[][] | undefined): number[] => {
    const wrong = (what: string): never => {
      throw new Damage(`page ${number} ${what}`);
    };
    if (readHeader(page, number) !== (isLeaf ? leaf : branch)) wrong("is of another kind");
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const end = pageSize - headerBytes;
    if (lower < 2 || lower % 2 === 1 || upper < lower || upper > end) wrong("has no order");
    const children: number[] = [];
    let bytes = 0;
    let keyBefore = 0;
    let keyEnd = 0;
    for (let i = 0; i < lower; i += 2) {
      const place = page.readUInt16LE(headerBytes + i);
      if (place < upper || place > end - nodeBytes) wrong(`has a node at ${place}`);
      const node = headerBytes + place;
      const flags = page.readUInt16LE(node + 4);
      const keyLength = page.readUInt16LE(node + 6);
      const key = node + nodeBytes;
      const size = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 65_536;
      const stored = isLeaf ? ((flags & large) === 0 ? size : 24) : 0;
      const value = key + keyLength;
      if (value + stored > pageSize) wrong("has a node behind its end");
      bytes += (nodeBytes + keyLength + stored + 1) & ~1;
      if (free === undefined && i > (isLeaf ? 0 : 2)) {
        const order = page.compare(page, keyBefore, keyEnd, key, value);
        if (order <= 0) wrong("has keys out of order");
      }
      keyBefore = key;
      keyEnd = value;
      if (!isLeaf) {
        children.push(page.readUIntLE(node, 6));
        continue;
      }
      if ((flags & ~(large | tree | many)) !== 0) wrong("has a node of no kind");
      let list: Buffer = page.subarray(value, value + stored);
      if ((flags & large) !== 0) {
        const first = page.readUIntLE(value, 6);
        // More than the value needs where a longer one stood there.
        const pages = page.readUIntLE(value + 16, 6);
        if (pages < Math.ceil((headerBytes + size) / pageSize))
          wrong("has a value in too few pages");
        claim(first, pages, `page ${number}`);
        if (readHeader(header, first) !== overflow || header.readUInt32LE(20) !== pages) {
          throw new Damage(`page ${first} is no beginning of ${pages}`);
        }
        if (free !== undefined) {
          list = Buffer.alloc(size);
          readSync(descriptor, list, 0, size, first * pageSize + headerBytes);
        }
      }
      if (free !== undefined) free.push(freeList(list, `page ${number}`));
    }
    if (bytes !== end - upper) wrong("has nodes of other sizes");
    return children;
  };

  const walk = ({ flags, depth, root }: LmdbTree, free?: bigint[][]): void => {
    if (flags !== (free === undefined ? 0 : 8)) throw new Damage(`a tree has the flags ${flags}`);
    if ((root === none) !== (depth === 0)) throw new Damage("a tree has no root or no depth");
    if (root === none) return;
    if (depth > 32) throw new Damage(`a tree is ${depth} pages deep`);
    let level = [Number(root)];
    for (let left = depth; left > 0; left--) {
      const below: number[] = [];
      for (const number of level) {
        claim(number, 1, "a tree");
        for (const child of look(number, left === 1, free)) below.push(child);
      }
      level = below;
    }
  };

  try {
    walk(state.main);
    const lists: bigint[][] = [];
    walk(state.free, lists);
    for (const list of lists) {
      // A negative number tells how many pages follow one another, from the number behind it.
      for (let i = 0; i < list.length; i++) {
        const count = list[i] < 0n ? Number(-list[i++]) : 1;
        const first = Number(list[i] ?? 0n);
        if (first === 0) continue; // a place that was taken out
        claim(first, count, "the list of free pages");
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof Damage) return error.message;
    throw error;
  }
}

/** A count, then so many numbers of pages. */
function freeList(bytes: Buffer, by: string): bigint[] {
  const most = (bytes.length >> 3) - 1;
  const count = most < 0 ? -1n : bytes.readBigInt64LE(0);
  if (count < 0n || count > BigInt(most)) throw new Damage(`${by} lists ${count} free pages`);
  return Array.from({ length: Number(count) }, (_, i) => bytes.readBigInt64LE(8 + 8 * i));
}
