import { show } from "../../base/show.js";
import { DataError, type Place } from "../../data/data-error.js";
import { jsonFields } from "../../data/pairs/pair-record.js";
import { frameLines } from "../../data/sources/lines.js";
import { readNpyHeader } from "../../data/sources/npy.js";
import { openSource, sourceName, type Source } from "../../data/sources/open-source.js";
import { readRecords } from "../../data/sources/read-records.js";
import { createMatrix, fromRows, type Matrix } from "../../math/matrix.js";
import type { SniffedFile } from "./sniff.js";

/** Some rows of a file of vectors. */
export interface VectorBlock {
  readonly rows: Matrix;
  /** What else the file says of each row; nothing in a `.npy` file. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

export interface VectorBlocksOptions {
  /** The field or column that holds the vector, in JSON lines and parquet. */
  readonly column: string;
  readonly signal: AbortSignal;
}

/** Bytes of vectors in a block: many enough for the products, few enough for any machine. */
const blockBytes = 1 << 23;

const rowsPerBlock = (cols: number): number => Math.max(1, Math.floor(blockBytes / (4 * cols)));

/**
 * Reads vectors block by block, so that memory does not grow with the file.
 *
 * @throws DataError naming the file, and the line or row where one is at fault.
 */
export function readVectorBlocks(
  { kind, source }: SniffedFile,
  options: VectorBlocksOptions,
): AsyncGenerator<VectorBlock, void, undefined> {
  switch (kind) {
    case "npy":
      return npyBlocks(source, options);
    case "jsonl":
      return jsonlBlocks(source, options);
    case "parquet":
      return parquetBlocks(source, options);
    default:
      throw new DataError(
        { source: sourceName(source) },
        `this must be vectors, as .npy, JSON lines or parquet, received ${kind === "text" ? "lines of text" : `a ${kind} file`}`,
      );
  }
}

async function* npyBlocks(
  source: Source,
  { signal }: VectorBlocksOptions,
): AsyncGenerator<VectorBlock, void, undefined> {
  const name = sourceName(source);
  const chunks = openSource(source, { signal });
  // The header's length stands in its first 12 bytes; a chunk of a pipe may be shorter.
  let pending: Uint8Array = new Uint8Array();
  let ended = false;
  const more = async (): Promise<void> => {
    const { value, done } = await chunks.next();
    if (done === true) ended = true;
    else pending = pending.length === 0 ? value : Buffer.concat([pending, value]);
  };
  while (!ended && pending.length < 1 << 16) await more();
  const { rows, cols, width, read, start } = readNpyHeader(pending, name);
  if (cols === 0) {
    throw new DataError({ source: name }, "the vectors must have a dimension, received none");
  }
  pending = pending.subarray(start);
  const most = rowsPerBlock(cols);
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const bytes = count * cols * width;
    const parts = [pending];
    let have = pending.length;
    while (have < bytes && !ended) {
      const { value, done } = await chunks.next();
      if (done === true) ended = true;
      else {
        parts.push(value);
        have += value.length;
      }
    }
    pending = parts.length === 1 ? pending : Buffer.concat(parts);
    if (have < bytes) {
      throw new DataError(
        { source: name },
        `the file must hold ${rows} rows, received ${first + Math.floor(have / (cols * width))}`,
      );
    }
    const view = new DataView(pending.buffer, pending.byteOffset, bytes);
    const block = createMatrix(count, cols);
    for (let i = 0; i < block.data.length; i++) block.data[i] = read(view, i * width);
    pending = pending.subarray(bytes);
    yield { rows: block, records: [] };
  }
  while (!ended && pending.length === 0) await more();
  if (pending.length > 0) {
    throw new DataError({ source: name }, `the file must end after ${rows} rows, received more`);
  }
}

interface PlacedVector {
  readonly vector: readonly number[];
  readonly record: Readonly<Record<string, unknown>>;
}

async function* jsonlBlocks(
  source: Source,
  { column, signal }: VectorBlocksOptions,
): AsyncGenerator<VectorBlock, void, undefined> {
  let dimensions: number | undefined;
  const stream = readRecords(
    () => Promise.resolve([source]),
    {
      frame: frameLines,
      parse: (line, place) => {
        const vector = vectorOf(jsonFields(line, place), column, place, dimensions);
        dimensions ??= vector.vector.length;
        return vector;
      },
    },
    { signal },
    "apply",
  );
  yield* inBlocks(stream);
}

async function* parquetBlocks(
  source: Source,
  { column, signal }: VectorBlocksOptions,
): AsyncGenerator<VectorBlock, void, undefined> {
  const name = sourceName(source);
  if (typeof source !== "string") {
    throw new DataError({ source: name }, "parquet must be a file, received a stream");
  }
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } =
    await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  const file = await asyncBufferFromFile(source);
  const records = async function* (): AsyncGenerator<PlacedVector, void, undefined> {
    const metadata = await parquetMetadataAsync(file);
    let dimensions: number | undefined;
    let first = 0;
    for (const group of metadata.row_groups) {
      signal.throwIfAborted();
      const end = first + Number(group.num_rows);
      const rows = await parquetReadObjects({
        file,
        metadata,
        rowStart: first,
        rowEnd: end,
        compressors,
      });
      for (const [i, row] of rows.entries()) {
        const place = { source: `${name} row ${first + i}` };
        const found = vectorOf(new Map(Object.entries(row)), column, place, dimensions);
        dimensions ??= found.vector.length;
        yield found;
      }
      first = end;
    }
  };
  try {
    yield* inBlocks(records());
  } catch (error) {
    if (error instanceof DataError || signal.aborted) throw error;
    throw new DataError(
      { source: name },
      `the parquet file cannot be read (${(error as Error).message})`,
      { cause: error },
    );
  }
}

async function* inBlocks(
  vectors: AsyncIterable<PlacedVector>,
): AsyncGenerator<VectorBlock, void, undefined> {
  let pending: PlacedVector[] = [];
  const block = (): VectorBlock => ({
    rows: fromRows(pending.map(({ vector }) => vector)),
    records: pending.map(({ record }) => record),
  });
  for await (const entry of vectors) {
    pending.push(entry);
    if (pending.length < rowsPerBlock(entry.vector.length)) continue;
    yield block();
    pending = [];
  }
  if (pending.length > 0) yield block();
}

function vectorOf(
  fields: ReadonlyMap<string, unknown>,
  column: string,
  place: Place,
  dimensions: number | undefined,
): PlacedVector {
  const value = fields.get(column);
  const list = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  const isVector = (values: unknown): values is number[] =>
    Array.isArray(values) && values.length > 0 && values.every((v) => Number.isFinite(v));
  if (!isVector(list)) {
    const names = [...fields.keys()].slice(0, 8).join(", ");
    const hint =
      list === undefined ? ` among the columns ${names}; --column names the vectors'` : "";
    throw new DataError(
      place,
      `${column} must be a list of finite numbers, received ${show(value)}${hint}`,
    );
  }
  if (dimensions !== undefined && list.length !== dimensions) {
    throw new DataError(
      place,
      `${column} must have ${dimensions} values like those before, received ${list.length}`,
    );
  }
  return { vector: list, record: Object.fromEntries(fields) };
}
