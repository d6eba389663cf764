import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { compressors } from "hyparquet-compressors";
import { unpackLz4, unpackLz4Block } from "./lz4.js";
import { unpackZstd } from "./zstd.js";

/** Undoes a compression; gives exactly `length` bytes, and takes no more memory than goes with them, or fails. */
export type Decompress = (packed: Uint8Array, length: number) => Uint8Array;

/**
 * Parquet's compressions by their names in the metadata. What a page says that it unpacks to is held to while it is unpacked:
 * a thousandth of it can say anything of itself.
 */
export const codecs: Readonly<Record<string, Decompress>> = {
  SNAPPY: (packed, length) => exactly(unpackSnappy, packed, length),
  GZIP: (packed, length) => exactly(unpackGzip, packed, length),
  BROTLI: (packed, length) => exactly(unpackBrotli, packed, length),
  ZSTD: (packed, length) => exactly(unpackZstd, packed, length),
  LZ4: (packed, length) => exactly(unpackLz4, packed, length),
  LZ4_RAW: (packed, length) => exactly(unpackLz4Block, packed, length),
};

function exactly(unpack: Decompress, packed: Uint8Array, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(); // nothing may be packed into nothing
  let bytes: Uint8Array;
  try {
    bytes = unpack(packed, length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new RangeError(`a page must unpack to ${length} bytes, received more`, { cause: error });
  }
  if (bytes.length === length) return bytes;
  throw new RangeError(`a page must unpack to ${length} bytes, received ${bytes.length}`);
}

const unpackGzip: Decompress = (packed, length) =>
  plain(gunzipSync(packed, { maxOutputLength: length }));

const unpackBrotli: Decompress = (packed, length) =>
  plain(brotliDecompressSync(packed, { maxOutputLength: length }));

/** The decoder believes the length that the bytes begin with, and what it does not write is left from the page before. */
function unpackSnappy(packed: Uint8Array, length: number): Uint8Array {
  let said = 0;
  for (let i = 0, scale = 1; i < 5; i++, scale *= 128) {
    said += (packed[i] & 127) * scale;
    if (packed[i] < 128) break;
  }
  if (said === length && compressors.SNAPPY !== undefined)
    return compressors.SNAPPY(packed, length);
  throw new RangeError(`a page must unpack to ${length} bytes, received ${said}`);
}

/** The bytes without what Node adds to them. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
