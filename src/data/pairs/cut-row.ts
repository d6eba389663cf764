import { show } from "../../base/show.js";
import { tooLong, type CheckedSizeLimits } from "../sources/size-limits.js";

/** What stands between the fields of a row. */
export type Delimiter = "," | ";" | "\t" | "|";

/**
 * How a quote or a delimiter inside a field is written: a quote doubled, as RFC 4180 and spreadsheets have it, or anything
 * after a backslash, as databases export it.
 */
export type Escape = "doubled" | "backslash";

export interface RowDialect {
  readonly delimiter: Delimiter;
  readonly escape: Escape;
  readonly limits: CheckedSizeLimits;
}

/** A row cut off a text. */
export interface CutRow {
  readonly fields: string[];
  /** Fields that were written in quotes, by their place; `undefined` where none was. */
  readonly quoted: readonly number[] | undefined;
  /** One past its last character, line end included. */
  readonly end: number;
}

/** What came of cutting: a row; nothing as yet, since the text does not tell where it ends; or what rule it breaks. */
export type RowCut = CutRow | "more" | { readonly fault: string };

/** More than any table has: a row of nothing but delimiters would be a list of tens of millions. */
const mostFields = 2 ** 20;

const unclosed = 'a quote is opened and never closed; close it, or double it ("") where it is text';

/**
 * Cuts the row that begins at `start`. What comes out depends on the text alone, never on how much of it is there: as long as
 * a character to come could change it, the answer is `"more"`.
 *
 * @param ended Whether the text ends the file.
 */
export function cutRow(text: string, start: number, dialect: RowDialect, ended: boolean): RowCut {
  const { limits } = dialect;
  const fields: string[] = [];
  let quoted: number[] | undefined;
  for (let i = start; ;) {
    const field = cutField(text, i, start, dialect, ended);
    if (field === "more" || "fault" in field) {
      if (field !== "more" || text.length - start <= limits.maxLineBytes) return field;
      return rowTooLong(limits);
    }
    if (field.value.length > limits.maxTextLength) {
      return {
        fault: tooLong("a cell", limits.maxTextLength, "characters", "maxTextLength"),
      };
    }
    const { end } = field;
    if (field.quoted === true) (quoted ??= []).push(fields.length);
    if (end - start > limits.maxLineBytes) return rowTooLong(limits);
    fields.push(field.value);
    if (fields.length > mostFields) {
      return { fault: `the row must have at most ${mostFields} fields, received more` };
    }
    if (end === text.length) return ended ? { fields, quoted, end } : "more";
    if (text[end] === "\n") return { fields, quoted, end: end + 1 };
    if (text[end] === "\r") {
      if (end + 1 === text.length && !ended) return "more";
      return { fields, quoted, end: text[end + 1] === "\n" ? end + 2 : end + 1 };
    }
    i = end + 1; // past the delimiter
  }
}

function rowTooLong({ maxLineBytes }: CheckedSizeLimits): { readonly fault: string } {
  return { fault: tooLong("the row", maxLineBytes, "characters", "maxLineBytes") };
}

/** A field, and where the delimiter, the line end or the end of the text after it stands. */
type FieldCut =
  | { readonly value: string; readonly end: number; readonly quoted?: true }
  | "more"
  | { readonly fault: string };

function cutField(
  text: string,
  start: number,
  rowStart: number,
  dialect: RowDialect,
  ended: boolean,
): FieldCut {
  if (text[start] === '"') {
    const opens = dialect.delimiter !== "\t" || opensField(text, start, rowStart, dialect, ended);
    if (opens === undefined) return "more";
    if (opens) return cutQuoted(text, start, dialect, ended);
  }
  return cutPlain(text, start, dialect, ended);
}

function cutPlain(
  text: string,
  start: number,
  { delimiter, escape }: RowDialect,
  ended: boolean,
): FieldCut {
  const stop = delimiter.charCodeAt(0);
  let escapes = false;
  let special: RegExp | undefined;
  for (let i = start; i <= text.length; i++) {
    if (i - start > longField) {
      special ??= new RegExp(`[${delimiter}\\n\\r${escape === "backslash" ? "\\\\" : ""}]`, "g");
      special.lastIndex = i;
      i = special.exec(text)?.index ?? text.length;
    }
    const c = text.charCodeAt(i); // NaN at the end of the text
    if (c === 0x5c && escape === "backslash") {
      escapes = true;
      i++;
    } else if (c === stop || c === 0x0a || c === 0x0d || (i === text.length && ended)) {
      const raw = text.slice(start, i);
      if (!escapes) return { value: raw, end: i };
      // A field of \N alone is what databases write for nothing.
      return { value: raw === "\\N" ? "" : withoutEscapes(raw, delimiter), end: i };
    }
  }
  return ended ? { value: withoutEscapes(text.slice(start), delimiter), end: text.length } : "more";
}

/** Beyond this many characters what ends a field is searched for and not looked for one by one, which costs short ones less. */
const longField = 1 << 12;

/** One replacement, since a text put together from pieces for every escape takes many times its own memory. */
function withoutEscapes(raw: string, delimiter: Delimiter): string {
  return raw.replace(/\\[^]/g, (escaped) => unescaped(escaped[1], delimiter));
}

function endsField(next: string | undefined, delimiter: Delimiter): boolean {
  return next === undefined || next === delimiter || next === "\n" || next === "\r";
}

/** What a backslash and this character stand for; a backslash before any other character is one. */
function unescaped(c: string, delimiter: Delimiter): string {
  if (c === '"' || c === "\\" || c === delimiter || c === "\n" || c === "\r") return c;
  if (delimiter === "\t") {
    if (c === "t") return "\t";
    if (c === "n") return "\n";
    if (c === "r") return "\r";
  }
  return `\\${c}`;
}

function cutQuoted(
  text: string,
  start: number,
  { delimiter, escape, limits }: RowDialect,
  ended: boolean,
): FieldCut {
  const special = escape === "backslash" ? /["\\]/g : /"/g;
  let escapes = 0; // characters that the text has beyond the value's, at least
  for (let i = start + 1; ;) {
    special.lastIndex = i;
    const at = special.exec(text)?.index;
    if ((at ?? text.length) - start - 1 - escapes > limits.maxTextLength) {
      return {
        fault: `${tooLong("a cell", limits.maxTextLength, "characters", "maxTextLength")}: a quote is opened and never closed`,
      };
    }
    if (at === undefined) return ended ? { fault: unclosed } : "more";
    const next = text[at + 1] as string | undefined;
    if (next === undefined && !ended) return "more";
    if (text[at] === "\\" || next === '"') {
      escapes++;
      i = at + 2; // doubled: one quote, and still inside
    } else {
      let end = at + 1;
      while (text[end] === " ") end++;
      if (end === text.length ? ended : endsField(text[end], delimiter)) {
        const raw = text.slice(start + 1, at);
        if (escapes === 0) return { value: raw, end, quoted: true };
        const value =
          escape === "doubled"
            ? raw.replaceAll('""', '"')
            : raw.replace(/""|\\[^]/g, (pair) =>
                pair === '""' ? '"' : unescaped(pair[1], delimiter),
              );
        return { value, end, quoted: true };
      }
      if (end === text.length) return "more";
      const from = Math.max(start, at - 20, text.lastIndexOf("\n", at) + 1);
      return {
        fault: `a quote inside a quoted field must be doubled (""), received ${show(text.slice(from, end + 1))}`,
      };
    }
  }
}

/**
 * Whether a quote that stands first in a field of tabbed text opens it: its closing quote must stand before the next tab,
 * and before so much text that no field is as long; else the quote is part of the text. `undefined` while the text does
 * not tell.
 */
function opensField(
  text: string,
  at: number,
  rowStart: number,
  { escape, limits }: RowDialect,
  ended: boolean,
): boolean | undefined {
  const farthest = Math.min(at + limits.maxTextLength, rowStart + limits.maxLineBytes);
  const last = Math.min(text.length, farthest);
  const special = escape === "backslash" ? /["\t\\]/g : /["\t]/g;
  special.lastIndex = at + 1;
  for (;;) {
    const i = special.exec(text)?.index ?? last;
    if (i >= last) break;
    if (text[i] === "\t") return false;
    if (text[i] === '"') {
      if (i + 1 === text.length) return ended ? true : undefined;
      if (text[i + 1] !== '"') return /[\t\r\n]/.test(text[i + 1]);
    }
    special.lastIndex = i + 2;
  }
  return ended || text.length >= farthest ? false : undefined;
}
