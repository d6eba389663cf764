import { DataError } from "./data-error.js";

/**
 * Cuts chunks of bytes into lines at "\n" and at nothing else: not at U+2028, which JSON strings may hold, and not at
 * a lone carriage return. The "\n" is taken off; a "\r" before it stays (white space to JSON). A last line without
 * "\n" counts. A byte order mark is dropped.
 *
 * @param chunks Bytes in order; a line may span any number of them. Lines may share memory with a chunk.
 * @param source Names the bytes in errors.
 * @throws DataError for UTF-16, which would otherwise read as garbage.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  source: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let pending: Uint8Array[] = [];
  let first = true;
  for await (let chunk of chunks) {
    if (first && chunk.length > 0) {
      chunk = dropByteOrderMark(chunk, source);
      first = false;
    }
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = chunk.subarray(start, end);
      start = end + 1;
      if (pending.length === 0) {
        yield line;
      } else {
        pending.push(line);
        const whole = concat(pending);
        pending = [];
        yield whole;
      }
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield concat(pending);
}

function dropByteOrderMark(chunk: Uint8Array, source: string): Uint8Array {
  const [a, b, c] = chunk;
  if (a === 0xef && b === 0xbb && c === 0xbf) return chunk.subarray(3);
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new DataError({ source, line: 1 }, "the text is UTF-16, expected UTF-8");
  }
  return chunk;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
