/**
 * How one vector lies in a store: a header of 16 bytes, then the values, all little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 0–3 | `"EVR1"` |
 * | 4–7 | 1 = float32 |
 * | 8–11 | count of values |
 * | 12–15 | checksum (xxHash32) of everything else: header words 1 and 2, then the values |
 */
const magic = 0x31525645; // "EVR1"
const headerBytes = 16;

const formats = { float32: 1 } as const;

/** The vector as bytes for a {@link VectorStore}. */
export function encodeVector(vector: Float32Array): Uint8Array {
  const record = new Uint8Array(headerBytes + 4 * vector.length);
  const words = new Uint32Array(record.buffer);
  words[0] = magic;
  words[1] = formats.float32;
  words[2] = vector.length;
  new Float32Array(record.buffer, headerBytes).set(vector);
  words[3] = checksum(words);
  return record;
}

/**
 * The vector in the bytes, or `undefined` when they are damaged: cut short, overwritten, another format. The result
 * may share memory with `record`.
 */
export function decodeVector(record: Uint8Array): Float32Array | undefined {
  if (record.byteLength < headerBytes || record.byteLength % 4 !== 0) return undefined;
  const aligned = record.byteOffset % 4 === 0 ? record : record.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
  if (words[0] !== magic || words[1] !== formats.float32) return undefined;
  if (words.length !== headerBytes / 4 + words[2] || words[3] !== checksum(words)) return undefined;
  return new Float32Array(aligned.buffer, aligned.byteOffset + headerBytes, words[2]);
}

/** xxHash32's rounds over words 1, 2 and 4…: four independent lanes, so it runs at the speed of memory. */
function checksum(words: Uint32Array): number {
  let a = words[1] ^ 0x24234428;
  let b = words[2] ^ 0x85ebca77;
  let c = 0;
  let d = 0x61c8864f;
  const end = words.length & ~3;
  let i = 4;
  for (; i < end; i += 4) {
    a = round(a, words[i]);
    b = round(b, words[i + 1]);
    c = round(c, words[i + 2]);
    d = round(d, words[i + 3]);
  }
  for (; i < words.length; i++) a = round(a, words[i]);
  let hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18) + words.length;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(state: number, word: number): number {
  return Math.imul(rotate((state + Math.imul(word, 0x85ebca77)) | 0, 13), 0x9e3779b1);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
