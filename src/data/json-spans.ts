import type { JsonField } from "./json-fields.js";

/** Candidates as columns. */
export interface SpanColumns {
  readonly startToken: Int32Array;
  readonly endToken: Int32Array;
  readonly topLevel: Uint8Array;
}

const startToken = 1;
const endToken = 2;
const topLevel = 4;

/**
 * Reads `[{"start_token": 1, "top_level": true, "end_token": 9}, …]` straight into columns: a page has hundreds of
 * these, and objects for them would cost more than all else in the line.
 *
 * @param field The array, its end found already.
 * @returns `null` when anything is not as expected; `JSON.parse` then says what.
 */
export function parseSpans(bytes: Uint8Array, field: JsonField): SpanColumns | null {
  const count = field.objects;
  const columns = {
    startToken: new Int32Array(count),
    endToken: new Int32Array(count),
    topLevel: new Uint8Array(count),
  };
  const end = field.end - 1;
  let i = field.start;
  for (let index = 0; index < count; index++) {
    i = skip(bytes, i + 1); // past "[" or ","
    if (bytes[i] !== 0x7b) return null;
    let seen = 0;
    do {
      i = skip(bytes, i + 1); // past "{" or ","
      if (bytes[i] !== 0x22) return null;
      const key = i + 1;
      for (i = key; i < end && bytes[i] !== 0x22; i++);
      const name = nameOf(bytes, key, i);
      i = skip(bytes, i + 1);
      if (bytes[i] !== 0x3a) return null;
      i = skip(bytes, i + 1);
      if (name === topLevel) {
        const isTrue = bytes[i] === 0x74;
        if (!isWord(bytes, i, isTrue ? "true" : "false")) return null;
        columns.topLevel[index] = isTrue ? 1 : 0;
        i += isTrue ? 4 : 5;
      } else {
        const negative = bytes[i] === 0x2d;
        if (negative) i++;
        const first = i;
        let value = 0;
        while (i < end && bytes[i] >= 0x30 && bytes[i] <= 0x39)
          value = value * 10 + bytes[i++] - 48;
        if (i === first || i - first > 9 || (bytes[first] === 0x30 && i > first + 1)) return null;
        if (name === startToken) columns.startToken[index] = negative ? -value : value;
        else if (name === endToken) columns.endToken[index] = negative ? -value : value;
      }
      seen |= name;
      i = skip(bytes, i);
    } while (bytes[i] === 0x2c);
    if (bytes[i] !== 0x7d || seen !== (startToken | endToken | topLevel)) return null;
    i = skip(bytes, i + 1);
    if (bytes[i] !== (index === count - 1 ? 0x5d : 0x2c)) return null;
  }
  return count > 0 || skip(bytes, i + 1) === end ? columns : null;
}

/** Told apart by length and first letter; another name (start_byte, end_byte) counts as 0 and must hold an integer. */
function nameOf(bytes: Uint8Array, from: number, to: number): number {
  if (to - from === 11 && isWord(bytes, from, "start_token")) return startToken;
  if (to - from !== 9) return 0;
  if (isWord(bytes, from, "end_token")) return endToken;
  return isWord(bytes, from, "top_level") ? topLevel : 0;
}

function isWord(bytes: Uint8Array, from: number, word: string): boolean {
  for (let k = 0; k < word.length; k++) if (bytes[from + k] !== word.charCodeAt(k)) return false;
  return true;
}

function skip(bytes: Uint8Array, i: number): number {
  while (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09) i++;
  return i;
}
