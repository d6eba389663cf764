import { show } from "../../base/show.js";
import { DataError } from "../data-error.js";
import { concatBytes, dropByteOrderMark, type Framed, type Position } from "../sources/lines.js";
import { defaultSizeLimits, tooLong, type CheckedSizeLimits } from "../sources/size-limits.js";

const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Cuts a JSON array of objects into its elements without holding the array: memory is that of one element. A file that
 * is JSON lines instead (objects one after the other) is cut the same way.
 *
 * @param chunks UTF-8 bytes.
 * @throws DataError naming the line of what is neither, of an element of more bytes than may be held, or the end of a file
 *   that stops inside an element.
 */
export async function* frameJsonArray(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  { maxLineBytes }: CheckedSizeLimits = defaultSizeLimits,
): AsyncGenerator<Framed<Uint8Array>[], void, undefined> {
  let pending: Uint8Array[] = [];
  let size = 0; // of what is pending
  let depth = 0; // of braces and brackets inside an element
  let inString = false;
  let escaped = false;
  let line = 0;
  let opened = false;
  let closed = false;
  let marked = 0; // bytes of a byte order mark between elements, where files were joined
  const fail = (message: string): never => {
    throw new DataError({ source: position.source, line: position.line + 1 }, message);
  };
  const add = (part: Uint8Array): void => {
    size += part.length;
    if (size > maxLineBytes) {
      const message = tooLong("an object of JSON", maxLineBytes, "bytes", "maxLineBytes");
      throw new DataError({ source: position.source, line }, message);
    }
    pending.push(part);
  };
  for await (const chunk of dropByteOrderMark(chunks, position.source)) {
    const elements: Framed<Uint8Array>[] = [];
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const c = chunk[i];
      if (c === 0x0a) position.line++;
      if (inString) {
        if (escaped) escaped = false;
        else if (c === 0x5c) escaped = true;
        else if (c === 0x22) inString = false;
      } else if (depth > 0) {
        if (c === 0x22) inString = true;
        else if (c === 0x7b || c === 0x5b) depth++;
        else if ((c === 0x7d || c === 0x5d) && --depth === 0) {
          add(chunk.subarray(start, i + 1));
          elements.push({ value: concatBytes(pending), line });
          pending = [];
          size = 0;
        }
      } else if (c === byteOrderMark[marked]) {
        marked = (marked + 1) % byteOrderMark.length;
      } else if (c === 0x7b && !closed && marked === 0) {
        depth = 1;
        start = i;
        line = position.line + 1;
      } else if (c === 0x5b && !opened && !closed && marked === 0) {
        opened = true;
      } else if (c === 0x5d && opened && !closed && marked === 0) {
        closed = true;
      } else if ((c > 0x20 && c !== 0x2c) || marked > 0) {
        fail(`the file must be an array of JSON objects, received ${show(String.fromCharCode(c))}`);
      }
    }
    if (depth > 0) {
      add(chunk.subarray(start));
    }
    if (elements.length > 0) yield elements;
  }
  if (depth > 0) fail("the file ends inside an object (an unfinished download?); fetch it again");
  if (opened && !closed)
    fail('the file ends before the "]" of its array (an unfinished download?); fetch it again');
}
