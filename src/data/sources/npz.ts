import { crc32, inflateRawSync } from "node:zlib";
import type { Matrix } from "../../math/matrix.js";
import { decodeNpy } from "./npy.js";

/** Most bytes that the arrays of a file may take, unpacked. */
const defaultMaxBytes = 2 ** 31;

/**
 * Reads NumPy's .npz bytes, a zip archive of .npy files as `numpy.savez` and `savez_compressed` write it.
 *
 * @param name Named in errors, e.g. the path. @default "decodeNpz"
 * @param options `maxBytes`: the most that the arrays may take, unpacked, by what the file declares. @default 2147483648
 * @returns The arrays by their names, as {@link decodeNpy} reads them.
 * @throws RangeError naming the array and what is wrong.
 */
export function decodeNpz(
  bytes: Uint8Array,
  name = "decodeNpz",
  { maxBytes = defaultMaxBytes }: { readonly maxBytes?: number | undefined } = {},
): Map<string, Matrix> {
  const matrices = new Map<string, Matrix>();
  let left = maxBytes;
  for (const entry of listEntries(bytes, name)) {
    left -= entry.size;
    if (left < 0) {
      throw new RangeError(
        `${name}: the arrays must have at most ${maxBytes} bytes (maxBytes), received more`,
      );
    }
    const key = entry.name.replace(/\.npy$/, "");
    const place = `${name}: ${entry.name}`;
    if (matrices.has(key)) throw new RangeError(`${place} must be there once, received it twice`);
    matrices.set(key, decodeNpy(unpack(bytes, entry, place), place));
  }
  return matrices;
}

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive, and unpacked. */
  readonly packed: number;
  readonly size: number;
  /** Where its own header stands. */
  readonly at: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const zip64EndSignature = 0x06064b50;
const beyond32 = 0xffffffff;

/** The directory at the end of a zip archive, ZIP64's too. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
function listEntries(bytes: Uint8Array, name: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (what: string): never => {
    throw new RangeError(`${name}: the .npz archive must be whole, received ${what}`);
  };
  const within = (at: number, size: number): number =>
    at >= 0 && at + size <= bytes.length ? at : damaged("a part of it");
  const long = (at: number): number => Number(view.getBigUint64(within(at, 8), true));
  let end = bytes.length - 22;
  // A comment of at most 64 KiB may follow.
  const first = Math.max(0, end - 0xffff);
  while (end >= first && view.getUint32(end, true) !== endSignature) end--;
  if (end < first) damaged("bytes that end in no directory");
  let count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === beyond32) {
    const end64 = long(within(end - 20, 20) + 8);
    if (view.getUint32(within(end64, 56), true) !== zip64EndSignature) damaged("no directory");
    count = long(end64 + 32);
    at = long(end64 + 48);
  }
  if (count > bytes.length / 46) damaged(`a directory of ${count} entries`);
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (view.getUint32(within(at, 46), true) !== entrySignature) damaged("another directory");
    if ((view.getUint16(at + 8, true) & 1) === 1) damaged("an encrypted one");
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const begin = within(at + 46, nameLength + extraLength);
    let size = view.getUint32(at + 24, true);
    let packed = view.getUint32(at + 20, true);
    let offset = view.getUint32(at + 42, true);
    for (let field = begin + nameLength; field + 4 <= begin + nameLength + extraLength;) {
      const length = view.getUint16(field + 2, true);
      if (view.getUint16(field, true) === 1) {
        let value = field + 4;
        const next = (): number => long((value += 8) - 8);
        if (size === beyond32) size = next();
        if (packed === beyond32) packed = next();
        if (offset === beyond32) offset = next();
      }
      field += 4 + length;
    }
    entries.push({
      ...{ packed, size },
      name: new TextDecoder().decode(bytes.subarray(begin, begin + nameLength)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      at: offset,
    });
    at = begin + nameLength + extraLength + view.getUint16(at + 32, true);
  }
  return entries;
}

function unpack(
  bytes: Uint8Array,
  { at, method, packed, size, crc }: ZipEntry,
  place: string,
): Uint8Array {
  const fail = (what: string): never => {
    throw new RangeError(`${place} must be whole, received ${what}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 30 > bytes.length || view.getUint32(at, true) !== localSignature) fail("no array");
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + packed > bytes.length) fail("a part of it");
  const content = bytes.subarray(start, start + packed);
  if (method !== 0 && method !== 8) {
    throw new RangeError(`${place} must be stored or deflated, received method ${method}`);
  }
  let whole: Uint8Array = content;
  try {
    if (method === 8) whole = inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw new RangeError(`${place} must be whole, received damaged data`, { cause });
  }
  if (whole.length !== size) fail(`${whole.length} bytes for ${size}`);
  if (crc32(whole) !== crc) fail("other bytes than its checksum says");
  return whole;
}
