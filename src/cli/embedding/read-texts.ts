import { show } from "../../base/show.js";
import { DataError, type Place } from "../../data/data-error.js";
import { frameDelimited, type DelimitedRow } from "../../data/pairs/delimited-rows.js";
import { jsonFields } from "../../data/pairs/pair-record.js";
import { frameLines, type Framed, type Position } from "../../data/sources/lines.js";
import type { Source } from "../../data/sources/open-source.js";
import { readRecords } from "../../data/sources/read-records.js";
import { decodeUtf8 } from "../../data/sources/utf8.js";
import type { SniffedFile } from "../files/sniff.js";

/** A text, and the record of the file that it stands in. */
export interface TextRecord {
  readonly text: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/**
 * Reads texts block by block: a line each, or a field of JSON lines, CSV or TSV.
 *
 * @param column Names the field or column; it does not matter where a line is a text.
 * @throws DataError naming file and line, also of an empty line between others, which would shift the rows.
 */
export async function* readTexts(
  { kind, source }: SniffedFile,
  {
    column,
    block,
    signal,
  }: { readonly column: string; readonly block: number; readonly signal: AbortSignal },
): AsyncGenerator<TextRecord[], void, undefined> {
  let pending: TextRecord[] = [];
  for await (const record of recordsOf(kind, source, column, signal)) {
    pending.push(record);
    if (pending.length < block) continue;
    yield pending;
    pending = [];
  }
  if (pending.length > 0) yield pending;
}

function recordsOf(
  kind: SniffedFile["kind"],
  source: Source,
  column: string,
  signal: AbortSignal,
): AsyncIterable<TextRecord> {
  const find = (): Promise<readonly Source[]> => Promise.resolve([source]);
  switch (kind) {
    case "jsonl":
      return readRecords(
        find,
        {
          frame: frameLines,
          parse: (line, place) => fieldOf(jsonFields(line, place), column, place),
        },
        { signal },
        "embed",
      );
    case "csv":
    case "tsv":
      return readRecords(
        find,
        {
          frame: (chunks, position) =>
            frameDelimited(chunks, position, kind === "csv" ? "," : "\t"),
          parse: (row: DelimitedRow, place) => fieldOf(row, column, place),
        },
        { signal },
        "embed",
      );
    case "text":
      return readRecords(find, { frame: frameEveryLine, parse: lineOf }, { signal }, "embed");
    default: {
      const name = typeof source === "string" ? source : source.name;
      throw new DataError(
        { source: name },
        `this must be texts, as lines, JSON lines, CSV or TSV, received ${kind === "json" ? "a JSON array" : kind === "binary" ? "a binary file" : `a ${kind} file`}`,
      );
    }
  }
}

/** Lines, none of which may be empty but at the end: row i of the vectors is line i. */
async function* frameEveryLine(
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
): AsyncGenerator<Framed<Uint8Array>[], void, undefined> {
  let expected = 1;
  for await (const lines of frameLines(chunks, position)) {
    for (const { line } of lines) {
      if (line > expected) {
        throw new DataError(
          { source: position.source, line: expected },
          "the line must be a text, received an empty one",
        );
      }
      expected = line + 1;
    }
    yield lines;
  }
}

function lineOf(bytes: Uint8Array, place: Place): TextRecord {
  let text: string;
  try {
    text = decodeUtf8(bytes).replace(/\r$/, "");
  } catch (cause) {
    throw new DataError(place, "the text must be UTF-8, received other bytes", { cause });
  }
  return { text, record: { text } };
}

function fieldOf(fields: ReadonlyMap<string, unknown>, column: string, place: Place): TextRecord {
  const text = fields.get(column);
  if (typeof text === "string" && text.trim() !== "") {
    return { text, record: Object.fromEntries(fields) };
  }
  const names = [...fields.keys()].slice(0, 8).join(", ");
  const hint =
    text === undefined ? ` among the columns ${names}; --column names the one to embed` : "";
  throw new DataError(place, `${column} must be a text, received ${show(text)}${hint}`);
}
