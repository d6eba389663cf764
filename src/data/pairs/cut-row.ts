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
  let value = "";
  let from = start; // of what was not added yet
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === stop || c === 0x0a || c === 0x0d)
      return { value: value + text.slice(from, i), end: i };
    if (c !== 0x5c || escape !== "backslash") continue;
    if (i + 1 === text.length) break;
    // A field of \N alone is what databases write for nothing.
    const nothing = i === start && text[i + 1] === "N" && endsField(text[i + 2], delimiter);
    value += text.slice(from, i) + (nothing ? "" : unescaped(text[i + 1], delimiter));
    i++;
    from = i + 1;
  }
  return ended ? { value: value + text.slice(from), end: text.length } : "more";
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
  let value = "";
  for (let i = start + 1; ;) {
    special.lastIndex = i;
    const at = special.exec(text)?.index;
    if (value.length + (at ?? text.length) - i > limits.maxTextLength) {
      return {
        fault: `${tooLong("a cell", limits.maxTextLength, "characters", "maxTextLength")}: a quote is opened and never closed`,
      };
    }
    if (at === undefined) return ended ? { fault: unclosed } : "more";
    value += text.slice(i, at);
    const next = text[at + 1] as string | undefined;
    if (next === undefined && !ended) return "more";
    if (text[at] === "\\") {
      value += next === undefined ? "\\" : unescaped(next, delimiter);
      i = at + 2;
    } else if (next === '"') {
      value += '"'; // doubled: one quote, and still inside
      i = at + 2;
    } else {
      let end = at + 1;
      while (text[end] === " ") end++;
      if (end === text.length) return ended ? { value, end, quoted: true } : "more";
      if (endsField(text[end], delimiter)) return { value, end, quoted: true };
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
  for (let i = at + 1; i < last; i++) {
    if (text[i] === "\t") return false;
    if (text[i] === "\\" && escape === "backslash") i++;
    else if (text[i] === '"') {
      if (i + 1 === text.length) return ended ? true : undefined;
      if (text[i + 1] !== '"') return /[\t\r\n]/.test(text[i + 1]);
      i++;
    }
  }
  return ended || text.length >= farthest ? false : undefined;
}
