import { show } from "../../base/show.js";
import { DataError, type Place } from "../../data/data-error.js";
import type { Source } from "../../data/sources/open-source.js";
import { openRecords } from "../../data/tuning-files/layout/open-records.js";
import type { TextRecord } from "../../data/tuning-files/layout/text-record.js";
import type { TuningFileFormat } from "../../data/tuning-files/types.js";

/** A text, and the record of the file that it stands in. */
export interface TextOfRecord {
  readonly text: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** A file of texts, opened. */
export interface OpenedTexts {
  /** What it was taken for, in words. */
  readonly format: string;
  /** The texts in order, block by block. */
  readonly blocks: AsyncIterable<readonly TextOfRecord[]>;
}

export interface OpenTextsOptions {
  /** The column or field that holds the text; it does not matter where a line is one. */
  readonly column: string;
  /** @default guessed; a name that ends in .txt says that each line is a text */
  readonly format?: TuningFileFormat | undefined;
  /** Texts at a time. */
  readonly block: number;
  readonly signal: AbortSignal;
}

/**
 * Opens a file of texts: a line each, or a field of JSON lines, JSON, CSV, TSV or parquet.
 *
 * @throws DataError naming file and line, also of an empty line between others, which would shift the rows.
 */
export async function openTexts(
  source: Source,
  { column, format, block, signal }: OpenTextsOptions,
): Promise<OpenedTexts> {
  const name = typeof source === "string" ? source : source.name;
  const said = format ?? (/\.txt(\.gz|\.zst)?$/i.test(name) ? "txt" : undefined);
  // However long the file is: its texts are never in memory together.
  const opened = await openRecords(source, said, { signal, spend: () => undefined });
  const { kind, noun, lines, batches } = opened;
  const toText = lines ? lineOf() : (record: TextRecord) => fieldOf(record, column, noun);
  return {
    format: lines ? kind.replace("a passage", "one") : `${kind}, ${noun} ${column}`,
    blocks: inBlocks(batches, toText, block),
  };
}

async function* inBlocks(
  batches: AsyncIterable<readonly TextRecord[]>,
  toText: (record: TextRecord) => TextOfRecord,
  size: number,
): AsyncGenerator<readonly TextOfRecord[], void, undefined> {
  let pending: TextOfRecord[] = [];
  for await (const batch of batches) {
    for (const record of batch) {
      pending.push(toText(record));
      if (pending.length < size) continue;
      yield pending;
      pending = [];
    }
  }
  if (pending.length > 0) yield pending;
}

/** Lines, none of which may be empty but at the end: row i of the vectors is line i. */
function lineOf(): (record: TextRecord) => TextOfRecord {
  let expected = 1;
  return ({ fields, place }) => {
    if (place.line !== undefined && place.line > expected) {
      const empty: Place = { source: place.source, line: expected };
      throw new DataError(empty, "the line must be a text, received an empty one");
    }
    expected = (place.line ?? expected) + 1;
    const text = String(fields.get("text"));
    return { text, record: { text } };
  };
}

function fieldOf(
  { fields, place }: TextRecord,
  column: string,
  noun: "column" | "field",
): TextOfRecord {
  const text = fields.get(column);
  if (typeof text === "string" && text.trim() !== "") {
    return { text, record: Object.fromEntries(fields) };
  }
  const names = [...fields.keys()].slice(0, 8).join(", ");
  const hint =
    text === undefined ? ` among the ${noun}s ${names}; --column names the one to embed` : "";
  throw new DataError(place, `${column} must be a text, received ${show(text)}${hint}`);
}
