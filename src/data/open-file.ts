import { open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DataError, type Place } from "./data-error.js";

/** Bytes handed over at a time: so many that handing them over costs nothing beside parsing them. */
const chunkSize = 1 << 18;

export interface OpenFileOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many more bytes of the file itself (not of its decompressed content) were read. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** Where the consumer is, for errors in the middle of the file. @default the file */
  readonly place?: (() => Place) | undefined;
}

/**
 * The bytes of a file, decompressed when they are gzip (known by the first bytes, whatever the name). They are read
 * as they are asked for, never more than a few chunks ahead, so a slow consumer costs no memory.
 *
 * @throws DataError when the file is missing, unreadable, cut short, or named .gz without being gzip.
 */
export async function* openFile(
  path: string,
  { signal, onBytes, place = () => ({ source: path }) }: OpenFileOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const magic = Buffer.alloc(2);
    const { bytesRead } = await handle.read(magic, 0, 2, 0);
    const gzip = bytesRead === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
    if (!gzip && path.endsWith(".gz")) {
      throw new DataError({ source: path }, "the name ends in .gz, but the content is not gzip");
    }
    const raw = readChunks(handle, onBytes);
    for await (const chunk of gzip ? gunzip(raw, signal) : raw) {
      signal?.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    throw describeFileError(path, place, error);
  } finally {
    await handle?.close();
  }
}

async function* readChunks(
  handle: FileHandle,
  onBytes?: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; ;) {
    const buffer = Buffer.allocUnsafeSlow(chunkSize);
    const { bytesRead } = await handle.read(buffer, 0, chunkSize, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    onBytes?.(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

/** Decompression runs on another thread while the consumer works. */
function gunzip(raw: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const stream = createGunzip({ chunkSize });
  // What goes wrong reaches the consumer through the stream it iterates.
  pipeline(
    Readable.from(raw, { highWaterMark: 1 }),
    stream,
    signal === undefined ? {} : { signal },
  ).catch(() => undefined);
  return stream;
}

function describeFileError(path: string, place: () => Place, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DataError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return new DataError({ source: path }, "there is no such file", { cause: error });
    case "EACCES":
      return new DataError({ source: path }, "no permission to read the file", { cause: error });
    case "EISDIR":
      return new DataError({ source: path }, "this is a folder, expected a file", { cause: error });
    case "Z_BUF_ERROR":
      return new DataError(place(), "the gzip data ends early (an unfinished download?)", {
        cause: error,
      });
    case "Z_DATA_ERROR":
      return new DataError(place(), `the gzip data is damaged (${error.message})`, {
        cause: error,
      });
    default:
      return error;
  }
}
