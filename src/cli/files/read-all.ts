import { decodeNpyIds } from "../../data/sources/npy-ids.js";
import { decodeNpy } from "../../data/sources/npy.js";
import { openSource, sourceName } from "../../data/sources/open-source.js";
import { DataError } from "../../data/data-error.js";
import type { Matrix } from "../../math/matrix.js";

/** The whole of a file or of standard input, `"-"`, unpacked. */
async function readBytes(path: string, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openSource(path, { signal })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @throws DataError when it is no UTF-8 text, or empty. */
export async function readText(path: string, signal: AbortSignal): Promise<string> {
  return textOf(await readBytes(path, signal), path);
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
  const bytes = await readBytes(path, signal);
  const place = { source: sourceName(path) };
  if (bytes.length === 0) throw new DataError(place, "the file is empty");
  return decodeNpy(bytes, sourceName(path));
}

/** Ids, a line each, or NumPy's `.npy` of integers or texts; a line end at the end of the file begins no line. */
export async function readIdColumn(path: string, signal: AbortSignal): Promise<string[]> {
  const bytes = await readBytes(path, signal);
  if (bytes[0] === 0x93) return decodeNpyIds(bytes, sourceName(path));
  const lines = textOf(bytes, path).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
