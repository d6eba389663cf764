import { DataError } from "../data-error.js";
import { dropByteOrderMark, type Framed, type Position } from "../sources/lines.js";
import { defaultSizeLimits, type CheckedSizeLimits } from "../sources/size-limits.js";
import { decodeChunks } from "../sources/utf8.js";
import { cutRow, type Delimiter, type Escape, type RowCut, type RowDialect } from "./cut-row.js";

/** A row by the names of its header. */
export type DelimitedRow = ReadonlyMap<string, string>;

/** How a table lies, beside its delimiter. */
export interface TableForm {
  /** @default doubled quotes, until a row is met that only backslashes explain */
  readonly escape?: Escape | undefined;
  readonly limits?: CheckedSizeLimits | undefined;
}

/**
 * Cuts delimited values into rows by their header, whose names differ and of which each row has all.
 *
 * @param chunks UTF-8 bytes.
 * @throws DataError naming the line of a row with another number of fields than the header, of the header where it comes
 *   again, and as {@link frameRows}.
 */
export async function* frameDelimited(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  delimiter: Delimiter,
  form?: TableForm,
): AsyncGenerator<Framed<DelimitedRow>[], void, undefined> {
  let header: string[] | undefined;
  const toRecord = ({
    value: fields,
    line,
  }: Framed<string[]>): Framed<DelimitedRow> | undefined => {
    const place = { source: position.source, line };
    if (header === undefined) {
      header = fields.map((name) => name.trim());
      if (new Set(header).size < header.length) {
        throw new DataError(
          place,
          `the header must name every column once, received ${header.join(", ")}`,
        );
      }
      return undefined;
    }
    if (fields.length !== header.length) {
      throw new DataError(
        place,
        `the row must have ${header.length} fields like the header, received ${fields.length}`,
      );
    }
    if (repeatsHeader(fields, header)) {
      throw new DataError(
        place,
        "the row must be a record, received the header again (files joined one after the other?); take it out, or give the files as a list",
      );
    }
    const names = header;
    return { value: new Map(fields.map((field, i) => [names[i], field])), line };
  };
  for await (const rows of frameRows(chunks, position, delimiter, form)) {
    const records: Framed<DelimitedRow>[] = [];
    let fault: unknown;
    for (const row of rows) {
      try {
        const record = toRecord(row);
        if (record !== undefined) records.push(record);
      } catch (error) {
        fault = error;
        break;
      }
    }
    // Rows before a broken one are handed on, however the bytes were cut.
    if (records.length > 0) yield records;
    if (fault !== undefined) throw fault;
  }
}

/**
 * Whether a row is the header once more, as where files were joined.
 *
 * @param header Names without blanks at their ends.
 */
export function repeatsHeader(row: readonly string[], header: readonly string[]): boolean {
  return header.every((name, i) => row.at(i)?.trim() === name);
}

/** A row of fields. */
export interface FramedRow extends Framed<string[]> {
  /** The fields that were written in quotes, by their place; left out where none was. */
  readonly quoted?: readonly number[] | undefined;
}

/**
 * Cuts delimited values into rows of fields (RFC 4180): a field in quotes may hold delimiters, line ends and doubled
 * quotes; rows end in "\n", "\r\n" or, as old Macs wrote, "\r". Blank rows are passed over, and so is a byte order mark where
 * a row begins. Tab-separated files have no
 * quotes by custom, so a quote there is a quote unless it opens and closes a field without tabs.
 *
 * Databases write `\"` for a quote, `\,` for a comma and `\\` for a backslash. Where the rules above break on a row, or give it
 * another number of fields than the first, and backslashes explain it, it and the rows after it are read so.
 *
 * @param chunks UTF-8 bytes.
 * @throws DataError naming the line of a quote that is never closed or stands undoubled in a quoted field, of a cell or
 *   row longer than may be held, or of bytes that are not UTF-8.
 */
export async function* frameRows(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  delimiter: Delimiter,
  form?: TableForm,
): AsyncGenerator<FramedRow[], void, undefined> {
  const splitter = new RowSplitter(position, delimiter, form);
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
  const rows: FramedRow[] = [];
  const splitter = new RowSplitter({ source: "", line: 0 }, delimiter);
  try {
    splitter.take(text, ended, rows);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  return rows.map(({ value }) => value);
}

/** A row as long as this is not looked at again with every chunk that comes. */
const shortRow = 1 << 12;

class RowSplitter {
  readonly #position: Position;
  /** One that the caller names is never changed. */
  readonly #fixed: boolean;
  #dialect: RowDialect;
  /** Fields of the first row. */
  #columns: number | undefined;
  /** The beginning of a row of which the rest is to come. */
  #rest = "";
  /** Its length when it was last looked at. */
  #tried = 0;
  /** Of a row after rows that were handed on. */
  #fault: DataError | undefined;

  constructor(
    position: Position,
    delimiter: Delimiter,
    { escape, limits = defaultSizeLimits }: TableForm = {},
  ) {
    this.#position = position;
    this.#fixed = escape !== undefined;
    this.#dialect = { delimiter, escape: escape ?? "doubled", limits };
  }

  push(text: string): FramedRow[] {
    const rows: FramedRow[] = [];
    if (this.#fault !== undefined) throw this.#fault;
    this.#rest += text;
    // Twice the length each time, so that the work grows with the text and not with its square.
    if (this.#tried > shortRow && this.#rest.length < 2 * this.#tried) return rows;
    this.take(this.#rest, false, rows);
    return rows;
  }

  end(): FramedRow[] {
    if (this.#fault !== undefined) throw this.#fault;
    const rows: FramedRow[] = [];
    this.take(this.#rest, true, rows);
    return rows;
  }

  /**
   * Adds the rows of a text, of which the end is kept until it is whole. What breaks a rule is thrown when the rows before it
   * have been handed on.
   */
  take(text: string, ended: boolean, rows: FramedRow[]): void {
    let at = 0;
    while (at < text.length) {
      // A file that was joined to the one before it brings its byte order mark along.
      if (text[at] === "\ufeff") {
        at++;
        continue;
      }
      const row = this.#cut(text, at, ended);
      if (row === "more") break;
      if ("fault" in row) {
        const place = { source: this.#position.source, line: this.#position.line + 1 };
        this.#fault = new DataError(place, row.fault);
        if (rows.length === 0) throw this.#fault;
        break;
      }
      const { fields, quoted, end } = row;
      if (fields.length > 1 || fields[0].trim() !== "") {
        this.#columns ??= fields.length;
        const line = this.#position.line + 1;
        rows.push(quoted === undefined ? { value: fields, line } : { value: fields, line, quoted });
      }
      this.#position.line += countLineEnds(text, at, end);
      at = end;
    }
    this.#rest = text.slice(at);
    this.#tried = this.#rest.length;
  }

  #cut(text: string, at: number, ended: boolean): RowCut {
    const cut = cutRow(text, at, this.#dialect, ended);
    if (cut === "more" || this.#fixed || this.#dialect.escape === "backslash") return cut;
    const broken = "fault" in cut;
    if (!broken) {
      const differs = cut.fields.length !== (this.#columns ?? cut.fields.length);
      if (!differs || !text.slice(at, cut.end).includes("\\")) return cut;
    }
    const backslashes: RowDialect = { ...this.#dialect, escape: "backslash" };
    const other = cutRow(text, at, backslashes, ended);
    if (other === "more") return other;
    if ("fault" in other || other.fields.length !== (this.#columns ?? other.fields.length))
      return cut;
    if (!text.slice(at, other.end).includes("\\")) return cut;
    this.#dialect = backslashes;
    return other;
  }
}

/** Line ends: "\n", "\r\n" or "\r"; a last row without one is a line too. */
function countLineEnds(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x0a || (c === 0x0d && text.charCodeAt(i + 1) !== 0x0a)) count++;
  }
  return Math.max(1, count);
}
