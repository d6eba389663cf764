import { decodeFloat16, encodeFloat16 } from "../../math/float16.js";

/**
 * How one vector lies in a store: a header of 16 bytes, then the values, all little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 0–3 | `"EVR1"` |
 * | 4–7 | 1 = float32, 2 = float16 |
 * | 8–11 | count of values |
 * | 12–15 | checksum of words 1 and 2 and the values |
 *
 * An odd count of float16 values is filled up by two zero bytes.
 */
const magic = 0x31525645; // "EVR1"
const headerBytes = 16;
const headerWords = headerBytes / 4;

/** How a cache keeps its values. */
export type StoredPrecision = "float32" | "float16";

const formats = { float32: 1, float16: 2 } as const satisfies Record<StoredPrecision, number>;

/** The vector as bytes for a vector store. */
export function encodeVector(
  vector: Float32Array,
  precision: StoredPrecision = "float32",
): Uint8Array<ArrayBuffer> {
  const count = vector.length;
  const words = new Uint32Array(headerWords + wordsOf(precision, count));
  words[0] = magic;
  words[1] = formats[precision];
  words[2] = count;
  if (precision === "float32") new Float32Array(words.buffer, headerBytes).set(vector);
  else encodeFloat16(vector, new Uint16Array(words.buffer, headerBytes));
  words[3] = checksum(words);
  return new Uint8Array(words.buffer);
}

/**
 * The vector in the bytes, or `undefined` when they are damaged: cut short, overwritten, another format. The result may
 * share memory with `record`.
 */
export function decodeVector(record: Uint8Array): Float32Array | undefined {
  if (record.byteLength < headerBytes || record.byteLength % 4 !== 0) return undefined;
  const { buffer, byteOffset, byteLength } = record.byteOffset % 4 === 0 ? record : record.slice();
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
  const count = words[2];
  const precision = words[1] === formats.float32 ? "float32" : "float16";
  if (
    words[0] !== magic ||
    words[1] !== formats[precision] ||
    words.length !== headerWords + wordsOf(precision, count) ||
    words[3] !== checksum(words)
  ) {
    return undefined;
  }
  if (precision === "float32") return new Float32Array(buffer, byteOffset + headerBytes, count);
  return decodeFloat16(new Uint16Array(buffer, byteOffset + headerBytes, count));
}

function wordsOf(precision: StoredPrecision, count: number): number {
  return precision === "float32" ? count : Math.ceil(count / 2);
}

/**
 * A checksum against accidents (no protection against forgery): four independent multiply-and-rotate lanes, so that it
 * runs at the speed of memory. Every step is a bijection of its lane, so a change of any single word is always seen.
 */
function checksum(words: Uint32Array): number {
  let a = words[1] ^ 0x24234428;
  let b = words[2] ^ 0x85ebca77;
  let c = words.length;
  let d = 0x61c8864f;
  const end = words.length & ~3;
  let i = headerWords;
  for (; i < end; i += 4) {
    a = Math.imul(((a << 5) | (a >>> 27)) ^ words[i], 0x9e3779b1);
    b = Math.imul(((b << 5) | (b >>> 27)) ^ words[i + 1], 0x9e3779b1);
    c = Math.imul(((c << 5) | (c >>> 27)) ^ words[i + 2], 0x9e3779b1);
    d = Math.imul(((d << 5) | (d >>> 27)) ^ words[i + 3], 0x9e3779b1);
  }
  for (; i < words.length; i++) a = Math.imul(((a << 5) | (a >>> 27)) ^ words[i], 0x9e3779b1);
  return finish(finish(finish(finish(a) ^ b) ^ c) ^ d) >>> 0;
}

/** A bijection that lets every bit reach every other (MurmurHash3's finaliser). */
function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
