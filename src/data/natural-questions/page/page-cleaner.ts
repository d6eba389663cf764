import { endsSolid } from "./ends-solid.js";
import { escapedAt, escapeLength, writeCode } from "./json-escapes.js";
import { scratchFor, type Scratch } from "./page-scratch.js";
import { beginsTag, tagBytes } from "./tag-bytes.js";
import { nameKey, shortNames, TagRole } from "./tag-role.js";
import { decodeEntities, tokenEnd, trimmedEnd, writeRest } from "./words.js";

const SPACE = 0x20;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
const TAB = 9;
const LINE_END = 10;

// Four bytes at once, a number of 32 bits: the sums below set the high bit of a byte below 0x80 unless it is 0, or is below a
// space. Behind a byte of 0x80 or more they may be wrong, but that byte is found first.
const HIGH = 0x80808080 | 0;
const UNLESS_0 = 0x7f7f7f7f;
const FROM_SPACE = 0x60606060;
const SPACES = 0x20202020;
const LESSES = 0x3c3c3c3c;
const BACKSLASHES = 0x5c5c5c5c;
/** A quote and "&" differ in one bit. */
const QUOTE_BIT = 0x04040404;
const AMPERSANDS = 0x26262626;

/** Where the strings of a page's text lie: the one of a simplified page, or those of the original's tokens. */
export interface PageStrings {
  readonly starts: ArrayLike<number>;
  /** Their closing quotes. */
  readonly ends: ArrayLike<number>;
  /** Of tokens: 1 for a tag. */
  readonly html?: ArrayLike<number>;
}

/** Where a table closes. */
interface ClosedTable {
  readonly token: number;
  /** The token that opens it. */
  readonly opened: number;
  /** Whether it stands in an open cell of another. */
  readonly inCell: boolean;
}

/** A page cleaned as a whole. It holds until the next is: all but the tables lies in memory that is used again. */
export interface CleanedPage extends Scratch {
  readonly tags: number;
  /** In ascending order; without those that nothing opened. */
  readonly tables: readonly ClosedTable[];
  /** White space that is none between tokens was taken off an end. */
  readonly odd: boolean;
}

/**
 * Cleans a page in one pass, as `cleanText` does a passage, and notes for each tag where the text of a passage that begins or
 * ends with it lies. Tokens are bytes of JSON strings, and their text is written as UTF-8, so that nothing is decoded but what
 * is asked for.
 *
 * One function, as the loops share two dozen numbers that change with each tag.
 *
 * @param most Bytes of all tokens, and one for each.
 * @returns `null` when something is written as no tool would: passages must be cleaned one by one.
 */
export function cleanPage(
  bytes: Uint8Array,
  strings: PageStrings,
  most: number,
): CleanedPage | null {
  const scratch = scratchFor(most);
  const { out, outView, tagTokens, tokenTags, starts, ends, wide } = scratch;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = bytes.length - 4;
  const short = shortNames();
  const { html } = strings;
  const simplified = html === undefined;
  const unlessOriginal = simplified ? 0 : HIGH;
  const tables: ClosedTable[] = [];
  const outer: { readonly opened: number; readonly inCell: boolean }[] = [];
  let odd = false;
  /** Tokens and, among them, tags so far. */
  let tokens = 0;
  let tags = 0;
  /** Bytes written, and where the line begins. */
  let at = 0;
  let lineStart = 0;
  /** Past the last character that is no white space. */
  let solid = 0;
  let wides = 0;
  let afterWord = false;
  /** Cells opened on this line so far. */
  let opened = 0;
  /** Of the innermost table: is a cell of it open? */
  let inCell = false;

  for (let s = 0; s < strings.starts.length; s++) {
    const end = strings.ends[s];
    let i = strings.starts[s];
    if (!simplified && i === end) {
      tokens++;
      continue;
    }
    for (; ; i++) {
      const isTag = (simplified || html[s] === 1) && beginsTag(bytes, i);
      const start = i;
      if (isTag) {
        // Most are a name of up to three letters. A call for each would cost a tenth of it all.
        let c = bytes[++i];
        let closing = c === SLASH;
        if (closing) c = bytes[++i];
        const name = i;
        let key = 0;
        for (let letter = c | 0x20; letter >= 0x61 && letter <= 0x7a; letter = c | 0x20) {
          key = nameKey(key, letter);
          c = bytes[++i];
        }
        let role: TagRole;
        if (
          c === GREATER &&
          i > name &&
          i <= name + 3 &&
          (bytes[i + 1] === SPACE ? simplified : i + 1 === end)
        ) {
          role = short[key] as TagRole;
          i++;
        } else {
          const tag = tagBytes(bytes, start, end, simplified);
          if (tag === null) return null;
          ({ end: i, role, closing } = tag);
        }
        if (i >= 0) {
          const alone = at === lineStart && opened === 0 && !afterWord && !inCell;
          /** Whether all is then as if nothing had stood before it. */
          let fresh = role === TagRole.row || !inCell;
          if (role === TagRole.cell) {
            inCell = !closing;
            if (!closing && opened++ > 0) {
              out[at++] = TAB;
              afterWord = false;
            }
            fresh = false;
          } else if (role === TagRole.inline) {
            fresh = false;
          } else if (role !== TagRole.block || !inCell) {
            // What is behind the last solid character is blank, and so may be the whole line.
            at = lineStart;
            if (solid > lineStart) {
              at = solid;
              out[at++] = LINE_END;
              lineStart = at;
            }
            afterWord = false;
            opened = 0;
            if (role === TagRole.row) {
              inCell = false;
            } else if (role === TagRole.table) {
              if (!closing) {
                outer.push({ opened: tokens, inCell });
                inCell = false;
                fresh = true;
              } else if (outer.length > 0) {
                const table = outer.pop()!;
                tables.push({ token: tokens, ...table });
                inCell = table.inCell;
              }
            }
          }
          tokenTags[tokens] = tags;
          tagTokens[tags] = tokens++;
          starts[tags] = alone || fresh ? lineStart : -1;
          wide[tags] = wides;
          ends[tags++] = solid;
          if (i >= end) break;
          continue;
        }
        i = start;
      }

      // Words: of a simplified page, all up to one that may be a tag; of an original one, one.
      if (afterWord) out[at++] = SPACE;
      const first = at;
      let doubled = 0;
      /** High bit of a byte: whether a space is the byte before. */
      let before = simplified ? 0x80 : 0;
      for (;;) {
        // ASCII that stands for itself, four bytes at a time. What is written past it is written over.
        for (;;) {
          const four = i <= last ? view.getInt32(i, true) : lastBytes(bytes, i);
          outView.setInt32(at, four, true);
          let space = ~((four ^ SPACES) + UNLESS_0) & HIGH;
          const plain =
            (((four | QUOTE_BIT) ^ AMPERSANDS) + UNLESS_0) &
            ((four ^ LESSES) + UNLESS_0) &
            ((four ^ BACKSLASHES) + UNLESS_0) &
            (four + FROM_SPACE) &
            ~four;
          const other = (~plain & HIGH) | (space & unlessOriginal);
          if (other !== 0) {
            const lowest = other & -other;
            const past = (31 - Math.clz32(lowest)) >> 3;
            space &= lowest - 1;
            doubled |= space & ((space << 8) | before);
            tokens += Math.imul(space >>> 7, 0x01010101) >>> 24;
            if (past > 0) before = (space >>> (8 * past - 8)) & 0x80;
            i += past;
            at += past;
            break;
          }
          doubled |= space & ((space << 8) | before);
          tokens += Math.imul(space >>> 7, 0x01010101) >>> 24;
          before = space >>> 24;
          i += 4;
          at += 4;
        }
        if (i >= end) break;
        if (before !== 0 && simplified && i > start && beginsTag(bytes, i)) {
          i--;
          at--;
          tokens--;
          before = 0;
          break;
        }
        before = 0;
        let c = bytes[i];
        if (c >= 0x80) {
          wides++;
          do out[at++] = c;
          while ((c = bytes[++i]) >= 0x80);
          continue;
        }
        if (c === LESS || c === SPACE) {
          out[at++] = c === LESS ? c : UNDERSCORE;
          i++;
          continue;
        }
        const code = c === BACKSLASH ? escapedAt(bytes, i) : -1;
        if (code >= 0 && code !== SPACE && code !== AMPERSAND) {
          if (code >= 0x80) wides++;
          at = writeCode(out, at, code);
          i += escapeLength(bytes, i, code);
          continue;
        }
        // An entity, or what is no JSON.
        wides++;
        let word = at;
        while (word > first && !(simplified && out[word - 1] === SPACE)) word--;
        const rest = tokenEnd(bytes, i, end, simplified);
        at = writeRest(bytes, i, rest, out, at, simplified);
        if (at >= 0) at = decodeEntities(out, word, at);
        if (at < 0) return null;
        i = rest;
      }
      // Tokens of no bytes: between two spaces, before the first and after the last.
      if (simplified && (doubled !== 0 || before !== 0)) return null;
      tokens++;
      afterWord = true;
      if (endsSolid(out, at)) {
        solid = at;
      } else {
        const left = trimmedEnd(out, first, at);
        if (left < 0) return null;
        if (left > first) solid = left;
        odd ||= left < at;
      }
      if (i >= end) break;
    }
  }
  return { ...scratch, tags, tables, odd };
}

/** Up to four bytes at the end of all; zeros, which are no text, behind. */
function lastBytes(bytes: Uint8Array, i: number): number {
  let four = 0;
  for (let k = 0; i + k < bytes.length; k++) four |= bytes[i + k] << (8 * k);
  return four;
}
