import { decodeHTMLStrict } from "entities";
import { decodeUtf8 } from "../../sources/utf8.js";
import { endsSolid } from "./ends-solid.js";
import { escapedAt, escapeLength, writeCode } from "./json-escapes.js";
import { scratchFor } from "./page-scratch.js";
import { looksLikeTag } from "./page-text.js";
import { nameKey, roleOf, roleOfKey, type TagRole } from "./tag-role.js";

const SPACE = 0x20;
const QUOTE = 0x22;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
/** Any byte but a space. */
const OTHER = 0xff;
const TAB = 9;
const LINE_END = 10;

/** 1 for the bytes of a JSON string that need no look: ASCII but for escapes, entities, what may begin a tag, and ends. */
function plainBytes(first: number): Uint8Array {
  const table = new Uint8Array(256).fill(1, first, 0x80);
  for (const c of [QUOTE, AMPERSAND, LESS, BACKSLASH]) table[c] = 0;
  return table;
}

/** By whether spaces part tokens, or belong to them. */
let plain: { readonly simplified: Uint8Array; readonly original: Uint8Array } | undefined;

const encoder = /* @__PURE__ */ new TextEncoder();

/** Where a table closes. */
interface ClosedTable {
  readonly token: number;
  /** The token that opens it. */
  readonly opened: number;
  /** Whether it stands in an open cell of another. */
  readonly inCell: boolean;
}

/**
 * Cleans a page in one pass, as `cleanText` does a passage, and notes for each tag where the text of a passage that begins or
 * ends with it lies. Tokens are bytes of JSON strings, and their text is written as UTF-8, so that nothing is decoded but what
 * is asked for. All that it writes lies in memory that the next one takes over.
 */
export class PageCleaner {
  /** The lines so far, `length` bytes of UTF-8. */
  readonly out: Uint8Array;
  length = 0;
  /** Tokens and, among them, tags so far. */
  tokens = 0;
  tags = 0;
  /** Which token each tag is. */
  readonly tagTokens: Int32Array;
  /**
   * Where the text of a passage begins whose first token is the tag; -1 where it would read otherwise on a page of its own than
   * in its place, as a list within a cell does.
   */
  readonly starts: Int32Array;
  /** Where the text of a passage ends whose last token is the tag. */
  readonly ends: Int32Array;
  /** In ascending order; without those that nothing opened. */
  readonly tables: ClosedTable[] = [];
  /** Something is written as no tool would: passages must be cleaned one by one. */
  failed = false;
  /** White space that is none between tokens was taken off an end. */
  odd = false;

  readonly #bytes: Uint8Array;
  #lineStart = 0;
  /** Past the last character that is no white space. */
  #solid = 0;
  #afterWord = false;
  /** Cells opened on this line so far. */
  #opened = 0;
  /** Of the innermost table: is a cell of it open? */
  #inCell = false;
  readonly #outer: { readonly opened: number; readonly inCell: boolean }[] = [];

  /** @param most Bytes of all tokens, and one for each. */
  constructor(bytes: Uint8Array, most: number) {
    this.#bytes = bytes;
    const { out, tagTokens, starts, ends } = scratchFor(most);
    this.out = out;
    this.tagTokens = tagTokens;
    this.starts = starts;
    this.ends = ends;
    plain ??= { simplified: plainBytes(SPACE), original: plainBytes(SPACE + 1) };
  }

  /** Takes the tokens of a simplified page, parted by single spaces: the bytes from `start` to the quote at `end`. */
  text(start: number, end: number): void {
    for (let i = start; !this.failed; i++) {
      const past = this.#beginsTag(i) ? this.#tag(i, end, true) : -1;
      i = past < 0 ? this.#words(i, end, true) : past;
      if (i >= end) return;
    }
  }

  /** Takes the next token of an original page: the bytes from `start` to the quote at `end`. A space within it is a "_". */
  token(start: number, end: number, tag: boolean): void {
    if (tag && this.#beginsTag(start)) this.#tag(start, end, false);
    else if (start < end) this.#words(start, end, false);
    else this.tokens++;
  }

  /** A tag begins so, but so does a lone "<". */
  #beginsTag(i: number): boolean {
    const c = this.#bytes[i];
    return c === LESS || (c === BACKSLASH && escapedAt(this.#bytes, i) === LESS);
  }

  /** Past a tag, which plays its role; -1 where it is none after all. */
  #tag(start: number, end: number, simplified: boolean): number {
    const bytes = this.#bytes;
    let i = start + 1;
    let closing = bytes[i] === SLASH;
    if (closing) i++;
    const name = i;
    let key = 0;
    for (let c = bytes[i] | 0x20; c >= 0x61 && c <= 0x7a; c = bytes[++i] | 0x20) {
      key = nameKey(key, c);
    }
    const letters = i - name;
    let role: TagRole;
    if (bytes[i] === GREATER && letters > 0 && (i + 1 === end || bytes[i + 1] === SPACE)) {
      role = letters <= 6 ? roleOfKey(key) : "block";
      i++;
      if (!simplified) i = end;
    } else {
      // With attributes, digits or escapes; as they are rare, they may cost more.
      for (i = start; i < end && !(simplified && bytes[i] === SPACE);) i++;
      const token = this.#decode(start, i);
      if (token === undefined) return -1;
      if (simplified) {
        if (token.includes(" ")) this.failed = true;
        if (!looksLikeTag(token)) return -1;
      }
      role = roleOf(token);
      closing = token.charCodeAt(1) === SLASH;
    }
    const alone =
      this.length === this.#lineStart && this.#opened === 0 && !this.#afterWord && !this.#inCell;
    const breaks = this.#play(role, closing);
    this.tagTokens[this.tags] = this.tokens++;
    this.starts[this.tags] = alone || breaks ? this.#lineStart : -1;
    this.ends[this.tags++] = this.#solid;
    return i;
  }

  #decode(start: number, end: number): string | undefined {
    try {
      return JSON.parse(`"${decodeUtf8(this.#bytes.subarray(start, end))}"`) as string;
    } catch {
      this.failed = true;
      return undefined;
    }
  }

  /**
   * What a tag does to the line, as in `cleanText`.
   *
   * @returns Whether all is then as if nothing had stood before it.
   */
  #play(role: TagRole, closing: boolean): boolean {
    const inCell = this.#inCell;
    switch (role) {
      case "cell":
        this.#inCell = !closing;
        if (!closing && this.#opened++ > 0) {
          this.out[this.length++] = TAB;
          this.#afterWord = false;
        }
        return false;
      case "row":
        this.#inCell = false;
        this.#breakLine();
        return true;
      case "table":
        this.#breakLine();
        if (!closing) {
          this.#outer.push({ opened: this.tokens, inCell });
          this.#inCell = false;
          return true;
        }
        if (this.#outer.length > 0) {
          const outer = this.#outer.pop()!;
          this.tables.push({ token: this.tokens, ...outer });
          this.#inCell = outer.inCell;
        }
        return !inCell;
      case "block":
        if (!inCell) this.#breakLine();
        return !inCell;
      case "inline":
        return false;
    }
  }

  #breakLine(): void {
    // What is behind the last solid character is blank, and so may be the whole line.
    this.length = this.#lineStart;
    if (this.#solid > this.#lineStart) {
      this.length = this.#solid;
      this.out[this.length++] = LINE_END;
      this.#lineStart = this.length;
    }
    this.#afterWord = false;
    this.#opened = 0;
  }

  /**
   * Writes the words that begin at `start`: of a simplified page, all up to one that may be a tag; of an original one, one.
   *
   * @returns Where they end.
   */
  #words(start: number, end: number, simplified: boolean): number {
    const bytes = this.#bytes;
    const out = this.out;
    const table = simplified ? plain!.simplified : plain!.original;
    let at = this.length;
    if (this.#afterWord) out[at++] = SPACE;
    const first = at;
    let spaces = 0;
    let doubled = 0;
    let before = simplified ? SPACE : OTHER;
    let i = start;
    for (;;) {
      let c = bytes[i];
      // Nothing is decided here byte by byte: what a processor cannot foresee costs more than a few additions. A number below 0
      // has the sign bit, and no byte that needs no look is below a space.
      const shift = at - i;
      while (table[c] === 1) {
        out[i + shift] = c;
        spaces += (c - SPACE - 1) >>> 31;
        doubled |= (c + before - 2 * SPACE - 1) >>> 31;
        before = c;
        c = bytes[++i];
      }
      at = i + shift;
      if (i >= end) break;
      if (before === SPACE && simplified && i > start && this.#beginsTag(i)) {
        i--;
        at--;
        spaces--;
        before = OTHER;
        break;
      }
      before = OTHER;
      if (c >= 0x80) {
        do out[at++] = c;
        while ((c = bytes[++i]) >= 0x80);
        continue;
      }
      if (c === LESS) {
        out[at++] = c;
        i++;
        continue;
      }
      if (c === SPACE) {
        out[at++] = UNDERSCORE;
        i++;
        continue;
      }
      const code = c === BACKSLASH ? escapedAt(bytes, i) : -1;
      if (code >= 0 && code !== SPACE && code !== AMPERSAND) {
        at = writeCode(out, at, code);
        i += escapeLength(bytes, i, code);
        continue;
      }
      // An entity, or what is no JSON.
      let word = at;
      while (word > first && !(simplified && out[word - 1] === SPACE)) word--;
      i = this.#rest(i, end, at, simplified);
      at = this.#decodeEntities(word, this.length);
      if (this.failed) return end;
    }
    // Tokens of no bytes: between two spaces, before the first and after the last.
    if (simplified && (doubled === 1 || before === SPACE)) this.failed = true;
    this.length = at;
    this.tokens += spaces + 1;
    this.#afterWord = true;
    if (endsSolid(out, at)) this.#solid = at;
    else this.#trim(first, at);
    return i;
  }

  /** Writes what is left of a word, and where it ends into `length`. */
  #rest(start: number, end: number, at: number, simplified: boolean): number {
    const bytes = this.#bytes;
    const out = this.out;
    let i = start;
    while (i < end && !(simplified && bytes[i] === SPACE)) {
      const c = bytes[i];
      const code = c === BACKSLASH ? escapedAt(bytes, i) : c;
      if (code < 0 || c < SPACE || (code === SPACE && simplified)) {
        this.failed = true;
        break;
      }
      if (c !== BACKSLASH) {
        out[at++] = c === SPACE ? UNDERSCORE : c;
        i++;
      } else {
        at = writeCode(out, at, code === SPACE ? UNDERSCORE : code);
        i += escapeLength(bytes, i, code);
      }
    }
    this.length = at;
    return i;
  }

  /** Decodes the entities of a word. A whole one inside a token can only be markup, see `cleanText`. */
  #decodeEntities(start: number, end: number): number {
    try {
      const text = decodeUtf8(this.out.subarray(start, end));
      const decoded = decodeHTMLStrict(text);
      if (decoded === text) return end;
      return start + encoder.encodeInto(decoded, this.out.subarray(start)).written;
    } catch {
      this.failed = true; // No UTF-8.
      return end;
    }
  }

  /** Finds what of words is left when white space is taken off their end. */
  #trim(start: number, end: number): void {
    try {
      const text = decodeUtf8(this.out.subarray(start, end)).trimEnd();
      const left = encoder.encode(text).length;
      if (left > 0) this.#solid = start + left;
      if (start + left < end) this.odd = true;
    } catch {
      this.failed = true;
    }
  }
}
