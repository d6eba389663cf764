import { show } from "../../base/show.js";
import { DataError } from "../data-error.js";
import { dropByteOrderMark, type Framed, type Position } from "../sources/lines.js";
import { decodeChunks } from "../sources/utf8.js";

/** A row by the names of its header. */
export type DelimitedRow = ReadonlyMap<string, string>;

/** What stands between the fields of a row. */
export type Delimiter = "," | ";" | "\t" | "|";

/** A field as long as this is a quote that somebody opened and never closed. */
const mostFieldLength = 1 << 24;

/**
 * Cuts delimited values into rows by their header, whose names differ and of which each row has all.
 *
 * @param chunks UTF-8 bytes.
 * @throws DataError naming the line of a row with another number of fields than the header, and as {@link frameRows}.
 */
export async function* frameDelimited(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  delimiter: Delimiter,
): AsyncGenerator<Framed<DelimitedRow>[], void, undefined> {
  let header: string[] | undefined;
  const toRecord = ({ value: fields, line }: Framed<string[]>): Framed<DelimitedRow>[] => {
    const place = { source: position.source, line };
    if (header === undefined) {
      header = fields.map((name) => name.trim());
      if (new Set(header).size < header.length) {
        throw new DataError(
          place,
          `the header must name every column once, received ${header.join(", ")}`,
        );
      }
      return [];
    }
    if (fields.length !== header.length) {
      throw new DataError(
        place,
        `the row must have ${header.length} fields like the header, received ${fields.length}`,
      );
    }
    const names = header;
    return [{ value: new Map(fields.map((field, i) => [names[i], field])), line }];
  };
  for await (const rows of frameRows(chunks, position, delimiter)) {
    const records = rows.flatMap(toRecord);
    if (records.length > 0) yield records;
  }
}

/**
 * Cuts delimited values into rows of fields (RFC 4180): a field in quotes may hold delimiters, line ends and doubled
 * quotes; rows end in "\n", "\r\n" or, as old Macs wrote, "\r". Blank rows are passed over. Tab-separated files have no
 * quotes by custom, so a quote there is a quote unless it opens and closes a field without tabs.
 *
 * @param chunks UTF-8 bytes.
 * @throws DataError naming the line of a quote that is never closed or stands undoubled in a quoted field, or of bytes
 *   that are not UTF-8.
 */
export async function* frameRows(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  delimiter: Delimiter,
): AsyncGenerator<Framed<string[]>[], void, undefined> {
  const splitter = new RowSplitter(position, delimiter);
  const bytes = dropByteOrderMark(chunks, position.source);
  for await (const text of decodeChunks(bytes, position.source)) {
    const rows = splitter.push(text);
    if (rows.length > 0) yield rows;
  }
  const rows = splitter.end();
  if (rows.length > 0) yield rows;
}

/** The whole rows at the beginning of a text, for a guess at its delimiter; up to where they break a rule. */
export function leadingRows(text: string, delimiter: Delimiter, ended: boolean): string[][] {
  const splitter = new RowSplitter({ source: "", line: 0 }, delimiter);
  const rows: Framed<string[]>[] = [];
  try {
    for (const line of text.split(/(?<=\n)/)) rows.push(...splitter.push(line));
    if (ended) rows.push(...splitter.end());
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  return rows.map(({ value }) => value);
}

/** A state machine over characters, so that a field may span any number of chunks. */
class RowSplitter {
  readonly #position: Position;
  readonly #delimiter: Delimiter;
  #fields: string[] = [];
  #field = "";
  /** Inside quotes; just past the quote that closed them; or past blanks after it. */
  #state: "plain" | "quoted" | "closed" | "past" = "plain";
  #afterReturn = false;
  /** From a quote of which the text so far does not tell whether it opens a field. */
  #held = "";
  /** Line on which the row being read began. */
  #rowLine = 1;

  constructor(position: Position, delimiter: Delimiter) {
    this.#position = position;
    this.#delimiter = delimiter;
  }

  push(text: string): Framed<string[]>[] {
    return this.#scan(this.#held + text, false);
  }

  end(): Framed<string[]>[] {
    const rows = this.#scan(this.#held, true);
    if (this.#state === "quoted")
      this.#fail(
        'a quote is opened and never closed; close it, or double it ("") where it is text',
      );
    this.#fields.push(this.#field);
    this.#position.line++;
    this.#endRow(rows);
    return rows;
  }

  #scan(text: string, ended: boolean): Framed<string[]>[] {
    const rows: Framed<string[]>[] = [];
    this.#held = "";
    let start = 0; // of the run of plain characters not added yet
    const flush = (end: number): void => {
      if (end > start) this.#field += text.slice(start, end);
      start = end + 1;
      if (this.#field.length > mostFieldLength) {
        this.#fail(
          `a field must have at most ${mostFieldLength} characters, received more: a quote is opened and never closed`,
        );
      }
    };
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      const newline = c === "\n" || c === "\r";
      if (c === "\n" && this.#afterReturn) {
        this.#afterReturn = false;
        if (this.#state === "quoted") continue; // kept as the text it is
        flush(i);
        continue;
      }
      this.#afterReturn = c === "\r";
      if (newline) this.#position.line++;
      if (this.#state === "quoted") {
        if (c !== '"') continue;
        flush(i);
        this.#state = "closed";
      } else if (c === '"' && this.#state === "closed") {
        this.#field += '"'; // doubled: one quote, and still inside
        start = i + 1;
        this.#state = "quoted";
      } else if (c === '"' && this.#state === "plain" && this.#field === "" && i === start) {
        const opens = this.#opensField(text, i, ended);
        if (opens === undefined) {
          this.#held = text.slice(i);
          return rows;
        }
        if (!opens) continue;
        this.#state = "quoted";
        start = i + 1;
      } else if (c === this.#delimiter || newline) {
        flush(i);
        this.#fields.push(this.#field);
        this.#field = "";
        this.#state = "plain";
        if (newline) this.#endRow(rows);
      } else if (this.#state !== "plain") {
        if (c !== " ") this.#failUndoubled(text, i);
        this.#state = "past";
      }
    }
    flush(text.length);
    return rows;
  }

  /** Whether a quote that stands first in a field opens it; `undefined` while the text does not tell. */
  #opensField(text: string, at: number, ended: boolean): boolean | undefined {
    if (this.#delimiter !== "\t") return true;
    // A closing quote must stand before the next tab; else the quote is part of the text.
    for (let i = at + 1; i < text.length; i++) {
      if (text[i] === "\t") return false;
      if (text[i] !== '"') continue;
      if (i + 1 === text.length) return ended ? true : undefined;
      if (text[i + 1] !== '"') return /[\t\r\n]/.test(text[i + 1]);
      i++;
    }
    return ended || text.length - at > mostFieldLength ? false : undefined;
  }

  #endRow(rows: Framed<string[]>[]): void {
    if (this.#fields.length > 1 || this.#fields[0].trim() !== "") {
      rows.push({ value: this.#fields, line: this.#rowLine });
    }
    this.#fields = [];
    this.#rowLine = this.#position.line + 1;
  }

  #failUndoubled(text: string, at: number): never {
    const near = text.slice(Math.max(0, at - 20, text.lastIndexOf("\n", at) + 1), at + 20);
    return this.#fail(`a quote inside a quoted field must be doubled (""), received ${show(near)}`);
  }

  #fail(message: string): never {
    throw new DataError({ source: this.#position.source, line: this.#rowLine }, message);
  }
}
