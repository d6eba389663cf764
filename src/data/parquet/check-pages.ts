import { DataError } from "../data-error.js";
import { tooLong, type CheckedSizeLimits } from "../sources/size-limits.js";
import type { ColumnChunk } from "./check-metadata.js";
import { codecs } from "./codecs.js";
import { PageReader, readDeltas, readRuns } from "./rle.js";
import { ThriftReader, type ThriftFields } from "./thrift.js";

const widths: Readonly<Record<string, number>> = {
  INT32: 4,
  FLOAT: 4,
  INT64: 8,
  DOUBLE: 8,
  INT96: 12,
};

/**
 * Walks through the pages of a column and holds every count, length, level and index against what is there. What a reader
 * then decodes ends where the page ends, whatever a damaged file says.
 *
 * @param bytes Of the column's chunk.
 * @param place Of the column, for the error about a page that is too large.
 * @throws RangeError for a page that cannot be; DataError for one that unpacks to more than `maxPageBytes`.
 */
export function checkPages(
  bytes: Uint8Array,
  chunk: ColumnChunk,
  { maxPageBytes }: Pick<CheckedSizeLimits, "maxPageBytes">,
  place: string,
): void {
  const { leaf, meta, rows } = chunk;
  const values = Number(meta.num_values);
  let left = Number(meta.total_uncompressed_size);
  const state = { dictionary: undefined as number | undefined, values: 0, rows: 0 };
  const unpacked = (page: Uint8Array, length: number, isPacked = true): Uint8Array => {
    const unpack = isPacked ? codecs[meta.codec] : undefined;
    if (unpack !== undefined) return unpack(page, length);
    if (page.length === length) return page;
    throw new RangeError(`a page must have ${length} bytes, received ${page.length}`);
  };
  const header = new ThriftReader(bytes);
  while (state.values < values || (values === 0 && header.offset < bytes.length - 1)) {
    const fields = header.struct();
    const type = size(fields, 1);
    const length = size(fields, 2);
    const packed = size(fields, 3);
    const start = header.offset;
    if (packed > bytes.length - start) throw new RangeError("a page ends beyond its column");
    if (length > maxPageBytes) {
      throw new DataError(
        { source: place },
        tooLong("a page", maxPageBytes, "bytes", "maxPageBytes"),
      );
    }
    left -= length;
    if (left < 0) {
      throw new RangeError(
        `the pages must unpack to the ${meta.total_uncompressed_size} bytes of their column, received more`,
      );
    }
    const page = bytes.subarray(start, start + packed);
    header.offset = start + packed;
    if (type === 2) {
      const entries = size(struct(fields, 7), 1);
      const whole = unpacked(page, length);
      checkPlain(new PageReader(whole, 0, whole.length), chunk, entries);
      state.dictionary = entries;
    } else if (type === 0) {
      const data = struct(fields, 5);
      const count = pageCount(size(data, 1), state, values);
      const whole = unpacked(page, length);
      const reader = new PageReader(whole, 0, whole.length);
      const levels = (most: number): Uint32Array | undefined => {
        if (most === 0) return undefined;
        const bytesOfLevels = reader.uint32();
        const end = reader.offset + bytesOfLevels;
        if (end > whole.length) throw new RangeError("the levels of a page end beyond it");
        const found = readRuns(
          new PageReader(whole, reader.offset, end),
          bitsOf(most),
          count,
          most,
        );
        reader.offset = end;
        return found;
      };
      const repetition = levels(leaf.maxRepetition);
      const definition = levels(leaf.maxDefinition);
      addRows(state, repetition, count);
      const present = presentOf(definition, leaf.maxDefinition, count);
      checkValues(reader, size(data, 2), chunk, present, state.dictionary);
    } else if (type === 3) {
      const data = struct(fields, 8);
      const count = pageCount(size(data, 1), state, values);
      const definitionBytes = size(data, 5);
      const repetitionBytes = size(data, 6);
      if (definitionBytes + repetitionBytes > Math.min(packed, length)) {
        throw new RangeError("the levels of a page end beyond it");
      }
      const levels = (most: number, from: number, to: number): Uint32Array | undefined =>
        most === 0
          ? undefined
          : readRuns(new PageReader(page, from, to), bitsOf(most), count, most);
      const between = repetitionBytes + definitionBytes;
      const repetition = levels(leaf.maxRepetition, 0, repetitionBytes);
      const definition = levels(leaf.maxDefinition, repetitionBytes, between);
      const before = state.rows;
      addRows(state, repetition, count);
      const present = presentOf(definition, leaf.maxDefinition, count);
      if (size(data, 2) !== count - present || size(data, 3) !== state.rows - before) {
        throw new RangeError("the counts of a page must be those of its levels");
      }
      const whole = unpacked(page.subarray(between), length - between, data.get(7) !== false);
      checkValues(
        new PageReader(whole, 0, whole.length),
        size(data, 4),
        chunk,
        present,
        state.dictionary,
      );
    } else {
      throw new RangeError(`a page must be one of data or a dictionary, received type ${type}`);
    }
  }
  if (state.rows !== rows)
    throw new RangeError(`the pages must have ${rows} rows, received ${state.rows}`);
  if (bytes.length - header.offset > 1 && leaf.maxRepetition > 0) {
    throw new RangeError("the last page must end where its column does");
  }
}

function size(fields: ThriftFields, id: number): number {
  const value = fields.get(id);
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31)
    return value;
  throw new RangeError(`a page must give its sizes, received ${String(value)}`);
}

function struct(fields: ThriftFields, id: number): ThriftFields {
  const value = fields.get(id);
  if (value instanceof Map) return value;
  throw new RangeError("a page must have the header of its type");
}

function pageCount(count: number, state: { values: number }, values: number): number {
  state.values += count;
  if (state.values <= values) return count;
  throw new RangeError(`the pages must have ${values} values, received more`);
}

/** Bits of a number up to this. */
function bitsOf(most: number): number {
  return 32 - Math.clz32(most);
}

function addRows(
  state: { rows: number },
  repetition: Uint32Array | undefined,
  count: number,
): void {
  if (repetition === undefined) {
    state.rows += count;
    return;
  }
  if (state.rows === 0 && repetition.length > 0 && repetition[0] !== 0) {
    throw new RangeError("the first value must begin a row");
  }
  for (const level of repetition) if (level === 0) state.rows++;
}

function presentOf(definition: Uint32Array | undefined, most: number, count: number): number {
  if (definition === undefined) return count;
  let present = 0;
  for (const level of definition) if (level === most) present++;
  return present;
}

/** Encodings by parquet's numbers. */
function checkValues(
  reader: PageReader,
  encoding: number,
  chunk: ColumnChunk,
  count: number,
  dictionary: number | undefined,
): void {
  const { type } = chunk.leaf.element;
  switch (encoding) {
    case 0:
      return checkPlain(reader, chunk, count);
    case 2:
    case 8: {
      if (dictionary === undefined) throw new RangeError("indexes must follow their dictionary");
      if (count === 0) return;
      const width = reader.byte();
      if (dictionary === 0) throw new RangeError("a dictionary must hold what indexes name");
      if (width > 0) readRuns(reader, width, count, dictionary - 1);
      return;
    }
    case 3: {
      if (type !== "BOOLEAN") throw new RangeError("only booleans may lie in runs");
      const length = reader.uint32();
      if (length > reader.end - reader.offset)
        throw new RangeError("the runs of a page end beyond it");
      readRuns(reader, 1, count, 1);
      return;
    }
    case 5:
      if (type !== "INT32" && type !== "INT64")
        throw new RangeError("only integers may lie as differences");
      readDeltas(reader, count);
      return;
    case 6: {
      const lengths = readDeltas(reader, count);
      for (const length of lengths) reader.skip(length);
      return checkEnd(reader);
    }
    case 7: {
      const shared = readDeltas(reader, count);
      const own = readDeltas(reader, count);
      let before = 0;
      for (const [i, length] of own.entries()) {
        if (!(shared[i] >= 0 && shared[i] <= before))
          throw new RangeError("a text must begin as the one before it");
        reader.skip(length);
        before = shared[i] + length;
      }
      return checkEnd(reader);
    }
    case 9:
      reader.skip(count * widthOf(chunk));
      return checkEnd(reader);
    default:
      throw new RangeError(`the encoding must be one of parquet's, received ${encoding}`);
  }
}

function widthOf({ leaf: { element } }: ColumnChunk): number {
  const width =
    element.type === "FIXED_LEN_BYTE_ARRAY" ? element.type_length : widths[element.type ?? ""];
  if (width !== undefined && width > 0) return width;
  throw new RangeError(`values of the type ${element.type} must have a width`);
}

function checkPlain(reader: PageReader, chunk: ColumnChunk, count: number): void {
  const { type } = chunk.leaf.element;
  if (type === "BOOLEAN") return reader.skip(Math.ceil(count / 8));
  if (type !== "BYTE_ARRAY") reader.skip(count * widthOf(chunk));
  else for (let i = 0; i < count; i++) reader.skip(reader.uint32());
  checkEnd(reader);
}

/** fastparquet writes eight zeros behind the values of every page. */
const mostPadding = 8;

function checkEnd({ bytes, offset, end }: PageReader): void {
  const rest = bytes.subarray(offset, end);
  if (rest.length > mostPadding || rest.some((byte) => byte !== 0)) {
    throw new RangeError(`the values of a page must fill it, received ${rest.length} bytes more`);
  }
}
