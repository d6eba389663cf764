import { decodeHTMLStrict } from "entities";
import { decodeUtf8 } from "../../sources/utf8.js";
import { escapedAt, escapeLength, writeCode } from "./json-escapes.js";

const SPACE = 0x20;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * Decodes the entities of a word of UTF-8 in its place; behind it must be room. A whole one inside a token can only be markup, see
 * `cleanText`.
 *
 * @returns Where the word ends then; -1 when it is no UTF-8.
 */
export function decodeEntities(out: Uint8Array, start: number, end: number): number {
  try {
    const text = decodeUtf8(out.subarray(start, end));
    const decoded = decodeHTMLStrict(text);
    if (decoded === text) return end;
    return start + encoder.encodeInto(decoded, out.subarray(start)).written;
  } catch {
    return -1;
  }
}

/** Where UTF-8 ends when white space is taken off its end; -1 when it is none. */
export function trimmedEnd(out: Uint8Array, start: number, end: number): number {
  try {
    const text = decodeUtf8(out.subarray(start, end)).trimEnd();
    return start + encoder.encode(text).length;
  } catch {
    return -1;
  }
}

/** Where the token ends of which `start` is part; those of an original page end where their string does. */
export function tokenEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  simplified: boolean,
): number {
  if (!simplified) return end;
  const space = bytes.indexOf(SPACE, start);
  return space < 0 || space > end ? end : space;
}

export /** Writes what is left of a word. @returns Where it ends; -1 when that is no JSON, or a space that parts no tokens. */
function writeRest(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
  simplified: boolean,
): number {
  for (let i = start; i < end;) {
    const c = bytes[i];
    const code = c === BACKSLASH ? escapedAt(bytes, i) : c;
    if (code < 0 || c < SPACE || (code === SPACE && simplified)) return -1;
    if (c !== BACKSLASH) {
      out[at++] = c === SPACE ? UNDERSCORE : c;
      i++;
    } else {
      at = writeCode(out, at, code === SPACE ? UNDERSCORE : code);
      i += escapeLength(bytes, i, code);
    }
  }
  return at;
}
