import { DataError } from "../data-error.js";
import { dropByteOrderMark, type Framed, type Position } from "../sources/lines.js";

/** A row by the names of its header. */
export type DelimitedRow = ReadonlyMap<string, string>;

/**
 * Cuts comma- or tab-separated values into rows (RFC 4180): the first row names the columns; a field in quotes may hold
 * delimiters, line ends and doubled quotes; rows end in "\n", "\r\n" or, as old Macs wrote, "\r". Blank rows are
 * passed over. Tab-separated files have no quotes by custom, so a quote there is a quote unless it opens and closes a field.
 *
 * @param chunks UTF-8 bytes.
 * @throws DataError naming the line of a row with another number of fields than the header, of a quote that is never
 *   closed, or of bytes that are not UTF-8.
 */
export async function* frameDelimited(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  delimiter: "," | "\t",
): AsyncGenerator<Framed<DelimitedRow>[], void, undefined> {
  let header: string[] | undefined;
  const splitter = new RowSplitter(position, delimiter);
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
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      const place = { source: position.source, line: position.line + 1 };
      throw new DataError(place, "the text must be UTF-8, received other bytes", { cause: error });
    }
  };
  for await (const chunk of dropByteOrderMark(chunks, position.source)) {
    const records = splitter.push(decode(chunk)).flatMap(toRecord);
    if (records.length > 0) yield records;
  }
  const records = [...splitter.push(decode()), ...splitter.end()].flatMap(toRecord);
  if (records.length > 0) yield records;
}

/** A state machine over characters, so that a field may span any number of chunks. */
class RowSplitter {
  readonly #position: Position;
  readonly #delimiter: string;
  #fields: string[] = [];
  #field = "";
  /** Inside quotes; or just past the quote that closed them. */
  #state: "plain" | "quoted" | "closed" = "plain";
  #afterReturn = false;
  /** Line on which the row being read began. */
  #rowLine = 1;

  constructor(position: Position, delimiter: string) {
    this.#position = position;
    this.#delimiter = delimiter;
  }

  push(text: string): Framed<string[]>[] {
    const rows: Framed<string[]>[] = [];
    let start = 0; // of the run of plain characters not added yet
    const flush = (end: number): void => {
      if (end > start) this.#field += text.slice(start, end);
      start = end + 1;
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
      } else if (c === '"' && this.#field === "" && i === start && this.#opensField(text, i)) {
        this.#state = "quoted";
        start = i + 1;
      } else if (c === this.#delimiter || newline) {
        flush(i);
        this.#fields.push(this.#field);
        this.#field = "";
        this.#state = "plain";
        if (newline) this.#endRow(rows);
      }
    }
    flush(text.length);
    return rows;
  }

  end(): Framed<string[]>[] {
    const rows: Framed<string[]>[] = [];
    if (this.#state === "quoted") {
      const place = { source: this.#position.source, line: this.#rowLine };
      throw new DataError(place, "a quote is opened and never closed");
    }
    this.#fields.push(this.#field);
    this.#position.line++;
    this.#endRow(rows);
    return rows;
  }

  #opensField(text: string, i: number): boolean {
    if (this.#delimiter === ",") return true;
    // A closing quote must stand before the tab or line end; else the quote is part of the text.
    return /^"(?:[^"\t\n\r]|"")*"(?=[\t\r\n]|$)/.test(text.slice(i, i + 100_000));
  }

  #endRow(rows: Framed<string[]>[]): void {
    if (this.#fields.length > 1 || this.#fields[0].trim() !== "") {
      rows.push({ value: this.#fields, line: this.#rowLine });
    }
    this.#fields = [];
    this.#rowLine = this.#position.line + 1;
  }
}
