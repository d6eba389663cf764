import { DataError } from "../data-error.js";
import { defaultSizeLimits, tooLong, type CheckedSizeLimits } from "./size-limits.js";

/** A record cut out of a stream but not parsed, with the line it begins on. */
export interface Framed<T> {
  readonly value: T;
  /** Counted from 1. */
  readonly line: number;
}

/** How far a stream has been cut up; for errors in its middle. */
export interface Position {
  readonly source: string;
  /** The last whole line handed on. */
  line: number;
}

/**
 * Cuts chunks of bytes into lines at "\n" and at nothing else: not at U+2028, which JSON strings may hold, and not at
 * a lone carriage return. The "\n" is taken off; a "\r" before it stays (white space to JSON). A last line without
 * "\n" counts, a blank line is passed over, and a byte order mark is dropped where a line begins: files joined one after the
 * other keep each its own.
 *
 * @param chunks Bytes in order; a line may span any number of them.
 * @returns The lines of each chunk together, so that short lines cost no waiting each. They may share the chunk's memory.
 * @throws DataError for UTF-16, which would otherwise read as garbage, and for a line of more bytes than may be held.
 */
export async function* frameLines(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  { maxLineBytes }: CheckedSizeLimits = defaultSizeLimits,
): AsyncGenerator<Framed<Uint8Array>[], void, undefined> {
  let pending: Uint8Array[] = [];
  let size = 0; // of what is pending
  const add = (part: Uint8Array): void => {
    size += part.length;
    if (size > maxLineBytes) {
      const place = { source: position.source, line: position.line + 1 };
      throw new DataError(place, tooLong("the line", maxLineBytes, "bytes", "maxLineBytes"));
    }
    pending.push(part);
  };
  for await (const chunk of dropByteOrderMark(chunks, position.source)) {
    const lines: Framed<Uint8Array>[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      if (end === start && size === 0) {
        start++;
        position.line++;
        continue;
      }
      add(chunk.subarray(start, end));
      start = end + 1;
      const value = withoutMarks(concatBytes(pending));
      pending = [];
      size = 0;
      position.line++;
      if (!isBlank(value)) lines.push({ value, line: position.line });
    }
    if (start < chunk.length) add(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  const value = withoutMarks(concatBytes(pending));
  if (!isBlank(value)) yield [{ value, line: position.line + 1 }];
}

/** Takes a UTF-8 byte order mark off the front, however the bytes are cut. */
export async function* dropByteOrderMark(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Uint8Array | undefined = new Uint8Array(); // while it may still be a part of a mark
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : concatBytes([head, chunk]);
    if (head.length < 3) continue;
    yield withoutMark(head, source);
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield withoutMark(head, source);
}

function withoutMark(head: Uint8Array, source: string): Uint8Array {
  const [a, b, c] = head;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new DataError({ source, line: 1 }, "the text must be UTF-8, received UTF-16");
  }
  return a === 0xef && b === 0xbb && c === 0xbf ? head.subarray(3) : head;
}

function withoutMarks(line: Uint8Array): Uint8Array {
  let at = 0;
  while (line[at] === 0xef && line[at + 1] === 0xbb && line[at + 2] === 0xbf) at += 3;
  return at === 0 ? line : line.subarray(at);
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((c) => c === 0x20 || c === 0x09 || c === 0x0d);
}

/** One array of the parts; the part itself where there is only one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
