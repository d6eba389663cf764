import { open, type FileHandle } from "node:fs/promises";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { DataError, type Place } from "../data-error.js";

/** Something to read: a file, `"-"` for standard input, or any stream of bytes with a name for errors. */
export type Source = string | { readonly name: string; readonly stream: AsyncIterable<Uint8Array> };

/** Bytes handed over at a time: so many that handing them over costs nothing beside parsing them. */
const chunkSize = 1 << 19;

export interface OpenSourceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many more bytes of the source itself (not of its decompressed content) were read. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** Where the consumer is, for errors in the middle of the source. @default the source */
  readonly place?: (() => Place) | undefined;
}

/** A source's name as errors show it. */
export function sourceName(source: Source): string {
  if (typeof source !== "string") return source.name;
  return source === "-" ? "standard input" : source;
}

/**
 * The bytes of a source, decompressed when they are gzip or zstd (known by the first bytes, whatever the name). They
 * are read as they are asked for, never more than a few chunks ahead, so a slow consumer costs no memory.
 *
 * @throws DataError when it is missing, unreadable, cut short, damaged, or named .gz or .zst without being that.
 */
export async function* openSource(
  source: Source,
  options: OpenSourceOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const name = sourceName(source);
  const { signal, onBytes, place = () => ({ source: name }) } = options;
  signal?.throwIfAborted();
  let handle: FileHandle | undefined;
  try {
    if (typeof source === "string" && source !== "-") handle = await open(source);
    const stream = typeof source === "string" ? process.stdin : source.stream;
    const raw = peek(counted(handle === undefined ? stream : readChunks(handle), onBytes));
    const first = await raw.next();
    const decompress = decompressor(first.value ?? new Uint8Array(), name);
    const chunks = decompress === null ? raw : through(raw, decompress, signal);
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    throw describeReadError(name, place, error);
  } finally {
    await handle?.close();
  }
}

async function* readChunks(handle: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; ;) {
    const buffer = Buffer.allocUnsafeSlow(chunkSize);
    const { bytesRead } = await handle.read(buffer, 0, chunkSize, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: ((count: number) => void) | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}

const magicLength = 4;

/** Gives the first bytes twice: once to look at, once as the beginning of the rest. */
async function* peek(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (head !== undefined && head.length >= magicLength) {
      yield chunk;
      continue;
    }
    // A pipe may hand over its first bytes one by one.
    head = head === undefined ? chunk : Buffer.concat([head, chunk]);
    if (head.length < magicLength) continue;
    yield head;
    yield head;
  }
  if (head !== undefined && head.length < magicLength) {
    yield head;
    yield head;
  }
}

function decompressor(head: Uint8Array, name: string): Transform | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return zlib.createGunzip({ chunkSize });
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) {
    // Newer than the oldest Node this runs on, and so than the types it is compiled with.
    const { createZstdDecompress } = zlib as {
      createZstdDecompress?: (options: { chunkSize: number }) => Transform;
    };
    if (createZstdDecompress !== undefined) return createZstdDecompress({ chunkSize });
    throw new DataError(
      { source: name },
      `zstd needs Node 22.15 or newer, this is ${process.version}; unpack the file first or use gzip`,
    );
  }
  const format = /\.(gz|zst)$/.exec(name)?.[1];
  if (format === undefined) return null;
  const expected = format === "gz" ? "gzip" : "zstd";
  throw new DataError(
    { source: name },
    `the name ends in .${format}, but the content is not ${expected}; rename the file`,
  );
}

/** Decompression runs on another thread while the consumer works. */
function through(
  raw: AsyncIterable<Uint8Array>,
  decompress: Transform,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const input = Readable.from(raw, { highWaterMark: 1 });
  // What goes wrong reaches the consumer through the stream it iterates.
  pipeline(input, decompress, signal === undefined ? {} : { signal }).catch(() => undefined);
  return decompress;
}

function describeReadError(name: string, place: () => Place, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DataError) return error;
  const because = (at: Place, message: string): DataError =>
    new DataError(at, message, { cause: error });
  const { code = "" } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return because({ source: name }, "there is no such file");
  if (code === "EACCES") return because({ source: name }, "no permission to read the file");
  if (code === "EISDIR") return because({ source: name }, "this must be a file, received a folder");
  if (code === "Z_BUF_ERROR") {
    return because(
      place(),
      "the gzip data ends early (an unfinished download?); fetch the file again",
    );
  }
  if (code.startsWith("Z_") || code.startsWith("ZSTD_")) {
    return because(place(), `the compressed data is damaged (${error.message})`);
  }
  return error;
}
