import { show } from "../../../base/show.js";
import { DataError, type Place } from "../../data-error.js";
import { frameJsonArray } from "../../pairs/json-array.js";
import { parseJson } from "../../pairs/pair-record.js";
import { refuseForeign } from "../../sources/foreign.js";
import { concatBytes, frameLines, type Framed, type Position } from "../../sources/lines.js";
import { openSource, sourceName, type Source } from "../../sources/open-source.js";
import { decodeUtf8, notUtf8 } from "../../sources/utf8.js";
import { utf16ToUtf8 } from "../../sources/utf16.js";
import type { ReadJob, TextRecord } from "./text-record.js";
import { guessLayout, type Layout } from "./guess-layout.js";
import { frameTable } from "./table-rows.js";
import type { TuningFileFormat } from "../types.js";

/** A file of which the layout is known. */
export interface OpenedRecords {
  readonly source: string;
  /** What it was taken for, e.g. `"CSV with semicolons"`. */
  readonly kind: string;
  /** What a part of a record is called. */
  readonly noun: "column" | "field";
  /** A passage per line: each record is a `text`, by no name of the file's own. */
  readonly lines: boolean;
  readonly batches: AsyncIterable<readonly TextRecord[]>;
}

const headSize = 1 << 16;

/**
 * Opens a file and finds out how it lies, by its first 64 KiB.
 *
 * @throws DataError for what holds no texts, with the remedy.
 */
export async function openRecords(
  input: Source,
  format: TuningFileFormat | undefined,
  job: ReadJob,
): Promise<OpenedRecords> {
  const source = sourceName(input);
  if (typeof input === "string" && /^https?:\/\//i.test(input))
    return openParquet(input, true, job);
  const position: Position = { source, line: 0 };
  const place = (): Place => ({ source, line: position.line + 1 });
  let encoding = "";
  const unpacked = utf16ToUtf8(openSource(input, { ...job, place }), source, () => {
    encoding = " in UTF-16";
  });
  const bytes = counted(unpacked, source, job);
  try {
    const { head, ended } = await readHead(bytes);
    // A character that the end cuts does not matter for a guess.
    const text = new TextDecoder().decode(head.subarray(0, headSize));
    if (ended && head.length <= headSize && text.trim() === "") {
      throw new DataError({ source }, "the file is empty: it has no records; name one that has");
    }
    const isParquet = text.startsWith("PAR1");
    if (!isParquet) refuseForeign(head, source);
    const layout = guessLayout({ text, ended, name: source }, format);
    if (layout.kind === "parquet") {
      await bytes.return();
      return await openParquet(input, isParquet, job);
    }
    const chunks = (async function* () {
      try {
        yield head;
        yield* bytes;
      } finally {
        await bytes.return(); // whoever stops at the head has not opened the rest
      }
    })();
    return {
      source,
      kind: kindOf(layout) + encoding,
      noun: layout.kind === "table" ? "column" : "field",
      lines: layout.kind === "lines",
      batches: framedRecords(layout, chunks, position, job),
    };
  } catch (error) {
    await bytes.return();
    throw error;
  }
}

async function readHead(
  bytes: AsyncIterator<Uint8Array>,
): Promise<{ head: Uint8Array; ended: boolean }> {
  const parts: Uint8Array[] = [];
  for (let size = 0; size < headSize;) {
    const next = await bytes.next();
    if (next.done === true) return { head: concatBytes(parts), ended: true };
    parts.push(next.value);
    size += next.value.length;
  }
  return { head: concatBytes(parts), ended: false };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  { spend }: ReadJob,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    spend(chunk.length, source);
    yield chunk;
  }
}

/** What reads parquet is loaded when there is some: the package is not everybody's. */
async function openParquet(
  input: Source,
  isParquet: boolean,
  job: ReadJob,
): Promise<OpenedRecords> {
  const source = sourceName(input);
  if (!isParquet) {
    throw new DataError(
      { source },
      "the file must be parquet, received other bytes; leave the format out",
    );
  }
  if (typeof input !== "string" || input === "-") {
    throw new DataError({ source }, "parquet must be a file, received a stream; give its path");
  }
  try {
    const { readParquetRows } = await import("./parquet-rows.js");
    const batches = readParquetRows(input, job);
    return { source, kind: "parquet", noun: "column", lines: false, batches };
  } catch (error) {
    const message = "parquet needs two packages: npm install hyparquet hyparquet-compressors";
    throw new DataError({ source }, message, { cause: error });
  }
}

function kindOf(layout: Exclude<Layout, { kind: "parquet" }>): string {
  switch (layout.kind) {
    case "jsonl":
      return "JSON lines";
    case "json":
      return "JSON";
    case "lines":
      return "text, a passage per line";
    case "table":
      switch (layout.delimiter) {
        case ",":
          return "CSV";
        case ";":
          return "CSV with semicolons";
        case "|":
          return "CSV with bars";
        case "\t":
          return "TSV";
      }
  }
}

async function* framedRecords(
  layout: Exclude<Layout, { kind: "parquet" }>,
  chunks: AsyncIterable<Uint8Array>,
  position: Position,
  form: Pick<ReadJob, "escape" | "limits">,
): AsyncGenerator<readonly TextRecord[], void, undefined> {
  if (layout.kind === "table") {
    yield* frameTable(chunks, position, layout.delimiter, form);
    return;
  }
  const frame = layout.kind === "json" ? frameJsonArray : frameLines;
  const parse = layout.kind === "lines" ? lineRecord : jsonRecord;
  for await (const batch of frame(chunks, position, form.limits)) {
    yield batch.map(({ value, line }: Framed<Uint8Array>) => {
      const place = { source: position.source, line };
      return { fields: parse(value, place), place };
    });
  }
}

function lineRecord(bytes: Uint8Array, place: Place): ReadonlyMap<string, unknown> {
  try {
    return new Map([["text", decodeUtf8(bytes).replace(/\r$/, "")]]);
  } catch (error) {
    throw new DataError(place, notUtf8, { cause: error });
  }
}

/** An object's fields; of a list of texts the first is the query, the second its passage, the others negatives. */
function jsonRecord(bytes: Uint8Array, place: Place): ReadonlyMap<string, unknown> {
  const value = parseJson(bytes, place);
  if (Array.isArray(value) && value.length > 1) {
    const [query, passage, ...negatives] = value as readonly unknown[];
    const label = typeof negatives[0] === "number" ? negatives[0] : undefined;
    const rest: [string, unknown][] =
      label !== undefined ? [["label", label]] : [["negative", negatives]];
    return new Map([["query", query], ["passage", passage], ...(negatives.length > 0 ? rest : [])]);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DataError(place, `the record must be a JSON object, received ${show(value)}`);
  }
  return new Map(Object.entries(value));
}
