import { readSync } from "node:fs";

/** A tree of pages, as a meta page names it. */
export interface LmdbTree {
  /** 8 where its keys are integers: the order of free pages' keys. */
  readonly flags: number;
  readonly depth: number;
  readonly entries: bigint;
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
/** A leaf's value stands in pages of its own; it is the description of a tree of its own. */
const large = 1;
const tree = 2;
const treeBytes = 48;
const notFlushed = 0x1000;

/** A page of a tree as the one above it names it. */
interface Reached {
  readonly number: number;
  /** The transaction of the page above: whoever writes a page writes all those above it. */
  readonly latest: number;
  /** Its keys are not before this, and before that. */
  readonly low: Buffer | undefined;
  high: Buffer | undefined;
}

/** What is wrong. */
class Damage extends Error {}

/**
 * What is wrong with the pages of a database, `undefined` where nothing is: every page that a state reaches is looked at, its
 * header, the places and sizes of its nodes, the order of its keys, that they lie between those that the page above names and are
 * as many as the state says, that no page is reached twice and none is free. LMDB follows all of these unchecked: a wrong one ends
 * the process, or gives the value of another key.
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
  const readHeader = (bytes: Buffer, number: number, latest: number): number => {
    const read = readSync(descriptor, bytes, 0, bytes.length, number * pageSize);
    if (read < bytes.length) throw new Damage(`it ends within page ${number}`);
    if (numberAt(bytes, 0) !== number) throw new Damage(`page ${number} has another's number`);
    if (numberAt(bytes, 8) > latest) throw new Damage(`page ${number} is of no time`);
    return bytes.readUInt16LE(18);
  };
  /** The pages of a value; of the free pages' tree, their bytes. */
  const readValue = (place: number, size: number, by: string, wanted: boolean): Buffer => {
    const [first, written, pages] = [0, 8, 16].map((at) => numberAt(page, place + at));
    // More than the value needs where a longer one stood there.
    if (pages < Math.ceil((headerBytes + size) / pageSize)) {
      throw new Damage(`${by} has a value in too few pages`);
    }
    claim(first, pages, by);
    if (
      readHeader(header, first, transaction) !== overflow ||
      header.readUInt32LE(20) !== pages ||
      // A compacted copy says 1 and leaves the page's own.
      (written !== numberAt(header, 8) && written !== 1)
    ) {
      throw new Damage(`page ${first} is no beginning of ${pages}`);
    }
    const value = Buffer.alloc(wanted ? size : 0);
    readSync(descriptor, value, 0, value.length, first * pageSize + headerBytes);
    return value;
  };

  let entries = 0n;
  /** Looks at one page of a tree and gives its children; of the free pages' tree, the lists. */
  const look = (at: Reached, isLeaf: boolean, free: bigint[][] | undefined): Reached[] => {
    const { number, low, high } = at;
    const wrong = (what: string): never => {
      throw new Damage(`page ${number} ${what}`);
    };
    if (readHeader(page, number, at.latest) !== (isLeaf ? leaf : branch)) {
      wrong("is of another kind");
    }
    const latest = numberAt(page, 8);
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const end = pageSize - headerBytes;
    if (lower < 2 || lower % 2 === 1 || upper < lower || upper > end) wrong("has no order");
    const most = ((end >> 1) & ~1) - 2;
    const children: Reached[] = [];
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
      if (nodeBytes + keyLength + stored > most) wrong("has a node that is too long");
      bytes += (nodeBytes + keyLength + stored + 1) & ~1;
      // The first key of a branch is never looked at: what is before all others is there.
      const isKey = isLeaf || i > 0;
      if (isKey) {
        if (keyLength === 0 || (free !== undefined && keyLength !== 8)) {
          wrong(`has a key of ${keyLength} bytes`);
        }
        // Numbers stand with their last byte first.
        if (free !== undefined) page.subarray(key, value).reverse();
        const order =
          keyEnd > 0
            ? page.compare(page, keyBefore, keyEnd, key, value)
            : low === undefined
              ? 1
              : page.compare(low, 0, low.length, key, value) + (isLeaf ? 1 : 0);
        if (order <= 0) wrong("has keys out of order");
        [keyBefore, keyEnd] = [key, value];
      }
      if (!isLeaf) {
        const from = isKey ? Buffer.from(page.subarray(key, value)) : low;
        if (i > 0) children[children.length - 1].high = from;
        children.push({ number: numberAt(page, node, 6), latest, low: from, high });
        continue;
      }
      entries++;
      if (flags > tree || (flags === tree && size !== treeBytes)) {
        wrong("has a node of no kind");
      }
      const list =
        (flags & large) === 0
          ? page.subarray(value, value + stored)
          : readValue(value, size, `page ${number}`, free !== undefined);
      if (free !== undefined) free.push(freeList(list, `page ${number}`));
    }
    if (
      high !== undefined &&
      keyEnd > 0 &&
      page.compare(high, 0, high.length, keyBefore, keyEnd) >= 0
    ) {
      wrong("has keys out of order");
    }
    if (bytes !== end - upper) wrong("has nodes of other sizes");
    return children;
  };

  const walk = (of: LmdbTree, free?: bigint[][]): void => {
    const { flags, depth, root } = of;
    // What has not reached the disk yet is marked, in the free pages' tree.
    const marked = free === undefined ? flags : flags & ~notFlushed;
    if (marked !== (free === undefined ? 0 : 8)) throw new Damage(`a tree has the flags ${flags}`);
    if ((root === none) !== (depth === 0)) throw new Damage("a tree has no root or no depth");
    if (depth > 32) throw new Damage(`a tree is ${depth} pages deep`);
    entries = 0n;
    let level: Reached[] = [];
    if (root !== none) {
      level = [{ number: Number(root), latest: transaction, low: undefined, high: undefined }];
    }
    for (let left = depth; left > 0; left--) {
      const below: Reached[] = [];
      for (const reached of level) {
        claim(reached.number, 1, "a tree");
        for (const child of look(reached, left === 1, free)) below.push(child);
      }
      level = below;
    }
    if (entries !== of.entries) throw new Damage(`a tree has ${entries} keys of ${of.entries}`);
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

/** All eight bytes, or the first six, of a number: none is so large that a double rounds it, unless it is damaged. */
const numberAt = (bytes: Buffer, at: number, length: 6 | 8 = 8): number =>
  bytes.readUIntLE(at, 6) + (length === 8 ? bytes.readUInt16LE(at + 6) * 2 ** 48 : 0);

/** A count, then so many numbers of pages. */
function freeList(bytes: Buffer, by: string): bigint[] {
  const most = (bytes.length >> 3) - 1;
  const count = most < 0 ? -1n : bytes.readBigInt64LE(0);
  if (count < 0n || count > BigInt(most)) throw new Damage(`${by} lists ${count} free pages`);
  return Array.from({ length: Number(count) }, (_, i) => bytes.readBigInt64LE(8 + 8 * i));
}
