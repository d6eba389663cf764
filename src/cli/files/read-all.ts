import { decodeNpyIds } from "../../data/sources/npy-ids.js";
import { decodeNpy, readNpyHeader } from "../../data/sources/npy.js";
import { openSource, sourceName } from "../../data/sources/open-source.js";
import { DataError } from "../../data/data-error.js";
import type { Matrix } from "../../math/matrix.js";

/** Characters of the longest text that V8 holds; bytes of UTF-8 are at least as many. */
const mostTextBytes = 2 ** 29 - 24;
/** Bytes of the longest buffer that every Node holds. */
const mostBytes = 2 ** 32 - 1;
/** Enough of a file to know what it is; NumPy's headers, of version 1, are shorter. */
const headBytes = 2 ** 17;

/**
 * The whole of a file or of standard input, `"-"`, unpacked.
 *
 * @param limit The most bytes that it may have, by its first {@link headBytes} ones or more: a small file may unpack to any size.
 * @throws DataError as soon as there are more.
 */
async function readBytes(
  path: string,
  signal: AbortSignal,
  limit: (head: Uint8Array) => number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let most: number | undefined; // as soon as the head is there
  for await (const chunk of openSource(path, { signal })) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < headBytes) continue;
    most ??= Math.min(limit(Buffer.concat(chunks)), mostBytes);
    if (size <= most) continue;
    const message = `the file must have at most ${most} bytes, received more`;
    throw new DataError({ source: sourceName(path) }, message);
  }
  return Buffer.concat(chunks);
}

/** @throws DataError when it is no UTF-8 text, or empty. */
export async function readText(path: string, signal: AbortSignal): Promise<string> {
  return textOf(await readBytes(path, signal, () => mostTextBytes), path);
}

function textOf(bytes: Uint8Array, path: string): string {
  const place = { source: sourceName(path) };
  if (bytes.length === 0) throw new DataError(place, "the file is empty");
  if (bytes.includes(0))
    throw new DataError(place, "this must be a text file, received a binary one");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(place, "the text must be UTF-8, received other bytes", { cause });
  }
}

/** Vectors of a `.npy` file. */
export async function readVectors(path: string, signal: AbortSignal): Promise<Matrix> {
  const place = { source: sourceName(path) };
  const bytes = await readBytes(path, signal, (head) => {
    const { start, rows, cols, width } = readNpyHeader(head, place.source);
    return start + rows * cols * width;
  });
  if (bytes.length === 0) throw new DataError(place, "the file is empty");
  return decodeNpy(bytes, sourceName(path));
}

/** Ids, a line each, or NumPy's `.npy` of integers or texts; a line end at the end of the file begins no line. */
export async function readIdColumn(path: string, signal: AbortSignal): Promise<string[]> {
  const bytes = await readBytes(path, signal, (head) =>
    head[0] === 0x93 ? mostBytes : mostTextBytes,
  );
  if (bytes[0] === 0x93) return decodeNpyIds(bytes, sourceName(path));
  const lines = textOf(bytes, path)
    .split(/\r?\n/)
    .map((line) => line.replace(/^\ufeff+/, "")); // files joined one after the other bring their byte order marks along
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
