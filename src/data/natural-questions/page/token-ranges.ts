import type { JsonField } from "../json-fields.js";
import { isWord, skip } from "../json-bytes.js";

/** Where the strings of an original page's tokens lie, without their quotes, and which are tags. */
export interface TokenRanges {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 1 for a tag. */
  readonly html: Uint8Array;
}

const QUOTE = 0x22;

/**
 * Finds the tokens of `[{"token": "a", "start_byte": 0, "end_byte": 1, "html_token": false}, …]` without parsing them.
 *
 * @returns `null` when anything is not as expected; `JSON.parse` then says what.
 */
export function tokenRanges(
  bytes: Uint8Array,
  { start, end, objects }: JsonField,
): TokenRanges | null {
  const starts = new Int32Array(objects);
  const ends = new Int32Array(objects);
  const html = new Uint8Array(objects);
  let i = skip(bytes, start + 1);
  for (let token = 0; token < objects; token++) {
    if (bytes[i] !== 0x7b) return null;
    let seen = 0;
    do {
      i = skip(bytes, i + 1); // past "{" or ","
      if (bytes[i] !== QUOTE) return null;
      const name = i + 1;
      i = stringEnd(bytes, i);
      const field = fieldAt(bytes, name, i - name);
      if (field === 0) return null;
      i = skip(bytes, i + 1);
      if (bytes[i] !== 0x3a) return null;
      i = skip(bytes, i + 1);
      if (field === TOKEN) {
        if (bytes[i] !== QUOTE) return null;
        starts[token] = i + 1;
        i = stringEnd(bytes, i);
        ends[token] = i++;
      } else if (field === HTML) {
        const isTag = bytes[i] === 0x74;
        if (!isWord(bytes, i, isTag ? "true" : "false")) return null;
        html[token] = isTag ? 1 : 0;
        i += isTag ? 4 : 5;
      } else {
        const first = i;
        if (bytes[i] === 0x2d) i++;
        while (bytes[i] >= 0x30 && bytes[i] <= 0x39) i++;
        if (i === first) return null;
      }
      seen |= field;
      i = skip(bytes, i);
    } while (bytes[i] === 0x2c);
    if (bytes[i] !== 0x7d || (seen & (TOKEN | HTML)) !== (TOKEN | HTML)) return null;
    i = skip(bytes, i + 1);
    if (bytes[i] !== (token === objects - 1 ? 0x5d : 0x2c)) return null;
    i = skip(bytes, i + 1);
  }
  return i >= end ? { starts, ends, html } : null;
}

const TOKEN = 1;
const HTML = 2;
const BYTE = 4;

/** Which field's name of so many bytes stands at `at`; 0 for another. */
function fieldAt(bytes: Uint8Array, at: number, length: number): number {
  switch (length) {
    case 5:
      return isWord(bytes, at, "token") ? TOKEN : 0;
    case 10:
      if (isWord(bytes, at, "html_token")) return HTML;
      return isWord(bytes, at, "start_byte") ? BYTE : 0;
    case 8:
      return isWord(bytes, at, "end_byte") ? BYTE : 0;
    default:
      return 0;
  }
}

/** Where the string that opens at `i` closes. (A field's end was found before, so its strings are closed.) */
function stringEnd(bytes: Uint8Array, i: number): number {
  for (i++; bytes[i] !== QUOTE; i++) if (bytes[i] === 0x5c) i++;
  return i;
}
