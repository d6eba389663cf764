import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { readNpyHeader } from "../sources/npy.js";
import { openSource, sourceName, type Source } from "../sources/open-source.js";
import { openRecords } from "../tuning-files/layout/open-records.js";
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
    case "safetensors":
      throw new DataError(
        { source: sourceName(source) },
        "this must be vectors, as .npy, JSON lines or parquet, received a safetensors file",
      );
    case "other":
      return recordBlocks(source, options);
  }
}

async function* npyBlocks(
  source: Source,
  { signal }: VectorBlocksOptions,
): AsyncGenerator<VectorBlock, void, undefined> {
  const name = sourceName(source);
  const chunks = openSource(source, { signal });
  try {
    yield* npyBlocksOf(chunks, name);
  } finally {
    // Who stops early leaves no file open.
    await chunks.return();
  }
}

async function* npyBlocksOf(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  name: string,
): AsyncGenerator<VectorBlock, void, undefined> {
  // The header's length stands in its first 12 bytes; a chunk of a pipe may be shorter.
  let pending: Uint8Array = new Uint8Array();
  let ended = false;
  const more = async (): Promise<void> => {
    const { value, done } = await chunks.next();
    if (done === true) ended = true;
    else pending = pending.length === 0 ? value : Buffer.concat([pending, value]);
  };
  while (!ended && pending.length < 1 << 16) await more();
  const { rows, cols, byColumns, width, read, start } = readNpyHeader(pending, name);
  if (byColumns && rows > 1 && cols > 1) {
    throw new DataError(
      { source: name },
      "the array must be in C order (numpy.ascontiguousarray) to be read row by row, received Fortran order",
    );
  }
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

/** Records of JSON lines, JSON or parquet, the vector in a field; parquet is read a row group at a time. */
async function* recordBlocks(
  source: Source,
  { column, signal }: VectorBlocksOptions,
): AsyncGenerator<VectorBlock, void, undefined> {
  const { batches } = await openRecords(source, undefined, { signal, spend: () => undefined });
  let dimensions: number | undefined;
  let pending: PlacedVector[] = [];
  for await (const batch of batches) {
    for (const { fields, place } of batch) {
      const placed = vectorOf(fields, column, place, dimensions);
      dimensions ??= placed.vector.length;
      pending.push(placed);
      if (pending.length < rowsPerBlock(dimensions)) continue;
      yield blockOf(pending);
      pending = [];
    }
  }
  if (pending.length > 0) yield blockOf(pending);
}

const blockOf = (vectors: readonly PlacedVector[]): VectorBlock => ({
  rows: fromRows(vectors.map(({ vector }) => vector)),
  records: vectors.map(({ record }) => record),
});

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
