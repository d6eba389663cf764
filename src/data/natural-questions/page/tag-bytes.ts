import { decodeUtf8 } from "../../sources/utf8.js";
import { escapedAt } from "./json-escapes.js";
import { looksLikeTag } from "./page-text.js";
import { nameKey, roleOf, roleOfKey, TagRole } from "./tag-role.js";
import { tokenEnd } from "./words.js";

const SPACE = 0x20;
const QUOTE = 0x22;
const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;

/** A tag within the bytes of a JSON string. */
export interface TagBytes {
  /** One past its ">"; -1 where it is none. */
  readonly end: number;
  readonly role: TagRole;
  readonly closing: boolean;
}

/** The one that is given back, over and over: a page has thousands of tags. */
const tag = { end: -1, role: TagRole.block as TagRole, closing: false };

/**
 * Reads a tag; `</H2>` or `<Th_colspan=\"2\">` without decoding it.
 *
 * @param start The "<".
 * @param end The quote that ends the string, of an original page the token.
 * @param simplified Whether a space ends the token as well.
 * @returns What holds until the next call; `null` where the JSON is broken.
 */
export function tagBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  simplified: boolean,
): TagBytes | null {
  let i = start + 1;
  let c = bytes[i];
  tag.closing = c === SLASH;
  if (tag.closing) c = bytes[++i];
  const name = i;
  let key = 0;
  for (let letter = c | 0x20; letter >= 0x61 && letter <= 0x7a; letter = c | 0x20) {
    key = nameKey(key, letter);
    c = bytes[++i];
  }
  const letters = i - name;
  let known = letters <= 6;
  for (; c >= 0x30 && c <= 0x39; c = bytes[++i]) known = false; // no name with a role has a digit
  if (c === UNDERSCORE) {
    i = attributesEnd(bytes, i);
    c = bytes[i];
  }
  tag.role = known ? roleOfKey(key) : TagRole.block;
  const whole =
    c === GREATER && letters > 0 && (i + 1 === end || (simplified && bytes[i + 1] === SPACE));
  tag.end = i + 1;
  return whole ? tag : decodedTag(bytes, start, end, simplified);
}

/** Any other tag; as they are rare, they may cost more. */
function decodedTag(
  bytes: Uint8Array,
  start: number,
  end: number,
  simplified: boolean,
): TagBytes | null {
  tag.end = tokenEnd(bytes, start, end, simplified);
  let token: string;
  try {
    token = JSON.parse(`"${decodeUtf8(bytes.subarray(start, tag.end))}"`) as string;
  } catch {
    return null;
  }
  if (simplified && token.includes(" ")) return null;
  if (simplified && !looksLikeTag(token)) tag.end = -1;
  tag.role = roleOf(token);
  tag.closing = token.charCodeAt(1) === SLASH;
  return tag;
}

/** Past ASCII that stands for itself, and quotes. */
function attributesEnd(bytes: Uint8Array, i: number): number {
  for (;;) {
    const c = bytes[++i];
    if (c === BACKSLASH && bytes[i + 1] === QUOTE) i++;
    else if (c <= SPACE || c >= 0x7f || c === QUOTE || c === BACKSLASH) return i;
    else if (c === LESS || c === GREATER) return i;
  }
}

/** A tag begins so, but so does a lone "<". */
export function beginsTag(bytes: Uint8Array, i: number): boolean {
  const c = bytes[i];
  return c === LESS || (c === BACKSLASH && escapedAt(bytes, i) === LESS);
}
