const QUOTE = 0x22;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/** What the letter after a backslash stands for; "u" is none of them. */
const escapes: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  ...[[QUOTE, QUOTE] as const, [BACKSLASH, BACKSLASH] as const, [SLASH, SLASH] as const],
  ...[[0x62, 8] as const, [0x66, 12] as const, [0x6e, 10] as const],
  ...[[0x72, 13] as const, [0x74, 9] as const],
]);

/** The character that the escape at `i` stands for; -1 where there is none, or half of a pair. */
export function escapedAt(bytes: Uint8Array, i: number): number {
  if (bytes[i + 1] !== LETTER_U) return escapes.get(bytes[i + 1]) ?? -1;
  const code = hexAt(bytes, i + 2);
  if (code < 0xd800 || code >= 0xe000) return code;
  if (code >= 0xdc00 || bytes[i + 6] !== BACKSLASH || bytes[i + 7] !== LETTER_U) return -1;
  const low = hexAt(bytes, i + 8);
  return low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : -1;
}

/** Bytes of the escape at `i`, which stands for `code`. */
export function escapeLength(bytes: Uint8Array, i: number, code: number): number {
  if (bytes[i + 1] !== LETTER_U) return 2;
  return code < 0x10000 ? 6 : 12;
}

/** Four hexadecimal digits; -1 where there are none. */
function hexAt(bytes: Uint8Array, start: number): number {
  let code = 0;
  for (let i = start; i < start + 4; i++) {
    const c = bytes[i];
    const lower = c | 0x20;
    if (c >= 0x30 && c <= 0x39) code = code * 16 + c - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) code = code * 16 + lower - 0x57;
    else return -1;
  }
  return code;
}

/** Writes a character as UTF-8. */
export function writeCode(out: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    out[at++] = code;
    return at;
  }
  if (code < 0x800) {
    out[at++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x10000) {
      out[at++] = 0xe0 | (code >> 12);
    } else {
      out[at++] = 0xf0 | (code >> 18);
      out[at++] = 0x80 | ((code >> 12) & 63);
    }
    out[at++] = 0x80 | ((code >> 6) & 63);
  }
  out[at++] = 0x80 | (code & 63);
  return at;
}
