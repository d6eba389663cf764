import { open, stat } from "node:fs/promises";
import { parquetMetadata, parquetReadObjects, type FileMetaData } from "hyparquet";
import { DataError } from "../data-error.js";
import { defaultSizeLimits, tooLong, type CheckedSizeLimits } from "../sources/size-limits.js";
import { decodeUtf8 } from "../sources/utf8.js";
import {
  checkMetadata,
  chunksOf,
  groupBytes,
  leavesOf,
  type ColumnChunk,
} from "./check-metadata.js";
import { checkPages } from "./check-pages.js";
import { codecs } from "./codecs.js";
import { openUrl, withoutSecrets } from "./http-file.js";
import type { ParquetFile, ParquetSource } from "./parquet-file.js";
import { ThriftReader } from "./thrift.js";

/** A parquet file of which the metadata have been read and hold together. */
export interface OpenParquet {
  readonly name: string;
  readonly file: ParquetFile;
  readonly metadata: FileMetaData;
  readonly signal: AbortSignal | undefined;
}

const tailBytes = 8; // the length of the metadata, then "PAR1"
const isUrl = /^https?:\/\//i;

/**
 * Opens a file, a URL or bytes.
 *
 * @throws DataError naming the file that is missing, cannot be read or is damaged.
 */
export async function openParquet(
  source: ParquetSource,
  signal?: AbortSignal | undefined,
): Promise<OpenParquet> {
  const given = typeof source === "string" ? source : source.name;
  const name = isUrl.test(given) ? withoutSecrets(given) : given;
  return attempt(name, signal, async () => {
    const file = typeof source !== "string" ? source.file : await openPath(source, signal);
    const { byteLength } = file;
    const tail = await readBytes(file, Math.max(0, byteLength - tailBytes), byteLength);
    const view = new DataView(tail);
    if (byteLength < 12 || view.getUint32(4, true) !== 0x31524150) {
      throw new RangeError("the file must end in PAR1, received other bytes");
    }
    const length = view.getUint32(0, true);
    if (length > byteLength - 12) {
      throw new RangeError(`the metadata must fit into ${byteLength} bytes, received ${length}`);
    }
    const footer = await readBytes(file, byteLength - tailBytes - length, byteLength);
    const reader = new ThriftReader(new Uint8Array(footer, 0, length));
    reader.struct(); // whole, and without a count that is not there
    const metadata = parquetMetadata(footer, { geoparquet: false });
    checkMetadata(metadata, byteLength, Object.keys(codecs));
    return { name, file, metadata, signal };
  });
}

/**
 * Rows of a row group as objects. Its pages are looked through before they are decoded: what reads them believes what they
 * say, and would run on, or fail where nobody listens.
 *
 * @param group Of the file's metadata, or of a part of them that has fewer columns.
 * @throws DataError naming the file, and its rows where a text is too long.
 */
export async function readParquetGroup(
  { name, file, metadata, signal }: OpenParquet,
  group: number,
  rowStart: number,
  rowEnd: number,
  limits: CheckedSizeLimits = defaultSizeLimits,
): Promise<Record<string, unknown>[]> {
  const { maxTextLength, maxGroupBytes } = limits;
  return attempt(name, signal, async () => {
    const chunks = chunksOf(
      metadata.row_groups[group],
      leavesOf(metadata.schema),
      `row group ${group}`,
    );
    if (groupBytes(chunks) > maxGroupBytes) {
      throw new DataError(
        { source: `${name} row group ${group}` },
        `${tooLong("what is decoded together", maxGroupBytes, "bytes", "maxGroupBytes")}; write smaller row groups`,
      );
    }
    const rows = await parquetReadObjects({
      file: checkedFile(file, chunks, limits, name),
      metadata,
      rowStart,
      rowEnd,
      compressors: codecs,
      parsers: {
        stringFromBytes(bytes: Uint8Array | undefined) {
          if (bytes === undefined) return undefined;
          // A character takes up to three bytes: what cannot be short enough is not decoded first.
          const text = bytes.length > 3 * maxTextLength ? bytes : decodeText(bytes);
          if (text.length <= maxTextLength) return text;
          throw new DataError(
            { source: `${name} rows ${rowStart} to ${rowEnd - 1}` },
            tooLong("a text", maxTextLength, "characters", "maxTextLength"),
          );
        },
      },
    });
    if (rows.length !== rowEnd - rowStart) {
      throw new RangeError(`there must be ${rowEnd - rowStart} rows, received ${rows.length}`);
    }
    return rows;
  });
}

/** Bytes that are no UTF-8 stay bytes: whoever wants a text of them refuses them by column and row. */
function decodeText(bytes: Uint8Array): string | Uint8Array {
  try {
    return decodeUtf8(bytes);
  } catch {
    return bytes;
  }
}

/** Hands out bytes of which the pages have been looked through; a promise that nobody waits for fails in silence. */
function checkedFile(
  file: ParquetFile,
  chunks: readonly ColumnChunk[],
  limits: CheckedSizeLimits,
  name: string,
): ParquetFile {
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    const buffer = await readBytes(file, start, end);
    for (const chunk of chunks) {
      if (chunk.start < start || chunk.end > end) continue;
      try {
        const size = chunk.end - chunk.start;
        const bytes = new Uint8Array(buffer, chunk.start - start, size);
        checkPages(bytes, chunk, limits, `${name} ${chunk.place}`);
      } catch (error) {
        if (error instanceof DataError) throw error;
        const { message } = error as Error;
        throw new RangeError(`${chunk.place}: ${message}`, { cause: error });
      }
    }
    return buffer;
  };
  return {
    byteLength: file.byteLength,
    slice(start, end = file.byteLength) {
      const bytes = read(start, end);
      bytes.catch(() => undefined);
      return bytes;
    },
  };
}

async function readBytes(file: ParquetFile, start: number, end: number): Promise<ArrayBuffer> {
  if (!(start >= 0 && end >= start && end <= file.byteLength)) {
    throw new RangeError(`there must be bytes ${start} to ${end}, received ${file.byteLength}`);
  }
  const buffer = await file.slice(start, end);
  if (buffer.byteLength === end - start) return buffer;
  throw new RangeError(
    `bytes ${start} to ${end} must be ${end - start}, received ${buffer.byteLength}`,
  );
}

async function openPath(path: string, signal: AbortSignal | undefined): Promise<ParquetFile> {
  if (isUrl.test(path)) return openUrl(path, signal);
  const { size } = await stat(path);
  return {
    byteLength: size,
    async slice(start, end = size) {
      const handle = await open(path);
      try {
        const bytes = new Uint8Array(end - start);
        let done = 0;
        while (done < bytes.length) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return bytes.buffer.slice(0, done);
      } finally {
        await handle.close();
      }
    },
  };
}

/** Runs what reads a file, so that its errors name the file. */
async function attempt<T>(
  source: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    if (!(error instanceof Error) || error instanceof DataError) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new DataError({ source }, "there is no such file", { cause: error });
    }
    // What a decoder says of a property that is not there tells nobody anything.
    const what = error instanceof TypeError ? "its parts do not fit together" : error.message;
    const message = `cannot read parquet: ${what}; write or fetch the file again`;
    throw new DataError({ source }, message, { cause: error });
  }
}
