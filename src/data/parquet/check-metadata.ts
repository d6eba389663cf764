import type { ColumnMetaData, FileMetaData, RowGroup, SchemaElement } from "hyparquet";

/** A column of values, the leaf of a schema. */
export interface Leaf {
  readonly element: SchemaElement;
  /** Levels of definition and repetition that its values can have. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

/** Where a column's values of a row group lie. */
export interface ColumnChunk {
  readonly leaf: Leaf;
  readonly meta: ColumnMetaData;
  /** `"row group 0, column passage"` */
  readonly place: string;
  readonly rows: number;
  readonly start: number;
  readonly end: number;
}

/** Rows per byte of a file beyond which a count can only be damaged: a column of nothing but one value takes a few bytes. */
const mostRowsPerByte = 1024;
const alwaysAllowed = 2 ** 24;

/**
 * Holds what a file says of itself against its size, so that nothing is allocated, fetched or counted that cannot be there.
 *
 * @param codecs Compressions that can be undone.
 * @throws RangeError naming the row group and the column.
 */
export function checkMetadata(
  metadata: FileMetaData,
  byteLength: number,
  codecs: readonly string[],
): void {
  const leaves = leavesOf(metadata.schema);
  const mostRows = Math.max(alwaysAllowed, mostRowsPerByte * byteLength);
  let rows = 0;
  for (const [i, group] of metadata.row_groups.entries()) {
    const place = `row group ${i}`;
    rows += count(group.num_rows, `${place}: num_rows`, mostRows);
    count(group.total_byte_size, `${place}: total_byte_size`, Number.MAX_SAFE_INTEGER);
    const chunks = chunksOf(group, leaves, place);
    if (chunks.length !== leaves.size) {
      throw new RangeError(
        `${place} must have the ${leaves.size} columns of the schema, received ${chunks.length}`,
      );
    }
    for (const { place: column, meta, start, end, leaf } of chunks) {
      if (!(start >= 4 && end > start && end <= byteLength - 8)) {
        throw new RangeError(
          `${column} must lie within the ${byteLength} bytes of the file, received ${start} to ${end}`,
        );
      }
      if (!["UNCOMPRESSED", ...codecs].includes(meta.codec)) {
        throw new RangeError(
          `${column} must be compressed by ${codecs.join(", ")} or not at all, received ${meta.codec}`,
        );
      }
      if (meta.type !== leaf.element.type) {
        throw new RangeError(
          `${column} must be of the type ${leaf.element.type}, received ${meta.type}`,
        );
      }
      count(
        meta.total_uncompressed_size,
        `${column}: total_uncompressed_size`,
        Number.MAX_SAFE_INTEGER,
      );
      const most = Math.max(alwaysAllowed, mostRowsPerByte * (end - start));
      const values = count(meta.num_values, `${column}: num_values`, most);
      const least = Number(group.num_rows);
      if (leaf.maxRepetition === 0 ? values !== least : values < least) {
        throw new RangeError(
          `${column} must have a value for each of ${least} rows, received ${values}`,
        );
      }
    }
  }
  if (rows !== Number(metadata.num_rows)) {
    throw new RangeError(
      `the row groups must have the file's ${metadata.num_rows} rows, received ${rows}`,
    );
  }
}

/** The columns of a row group, where the metadata is known to be whole. */
export function chunksOf(
  group: RowGroup,
  leaves: ReadonlyMap<string, Leaf>,
  place: string,
): ColumnChunk[] {
  const seen = new Set<string>();
  return group.columns.map(({ meta_data: meta, file_path: path }, k) => {
    const key = JSON.stringify(meta?.path_in_schema ?? []);
    const leaf = leaves.get(key);
    if (meta === undefined || leaf === undefined || seen.has(key)) {
      throw new RangeError(`${place}: column ${k} must be one of the schema, received ${key}`);
    }
    if (path !== undefined)
      throw new RangeError(`${place}: column ${k} must lie in this file, received ${path}`);
    seen.add(key);
    // Where the reader begins too.
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
    const end = start + Number(meta.total_compressed_size);
    return {
      ...{ leaf, meta, start, end },
      place: `${place}, column ${meta.path_in_schema.join(".")}`,
      rows: Number(group.num_rows),
    };
  });
}

/**
 * The columns of a schema by their path as JSON.
 *
 * @throws RangeError for a schema that is no tree.
 */
export function leavesOf(schema: readonly SchemaElement[]): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  let next = 0;
  const visit = (path: readonly string[], maxDefinition: number, maxRepetition: number): void => {
    if (path.length > 100)
      throw new RangeError("the schema must be at most 100 levels deep, received more");
    const element = schema[next++] as SchemaElement | undefined;
    if (element === undefined)
      throw new RangeError("the schema must be whole, received a part of it");
    const children = element.num_children ?? 0;
    if (!Number.isInteger(children) || children < 0 || children > schema.length) {
      throw new RangeError(`the schema must have counts of children, received ${children}`);
    }
    if (children === 0 && path.length > 0) {
      const key = JSON.stringify(path);
      if (element.type === undefined)
        throw new RangeError(`the column ${key} must have a type, received none`);
      if (leaves.has(key))
        throw new RangeError(`the schema must name each column once, received ${key} twice`);
      leaves.set(key, { element, maxDefinition, maxRepetition });
    }
    for (let i = 0; i < children; i++) {
      const child = schema[next] as SchemaElement | undefined;
      if (typeof child?.name !== "string")
        throw new RangeError("the schema must name every column");
      const { repetition_type: repetition } = child;
      visit(
        [...path, child.name],
        maxDefinition + (repetition === "REQUIRED" ? 0 : 1),
        maxRepetition + (repetition === "REPEATED" ? 1 : 0),
      );
    }
  };
  visit([], 0, 0);
  if (next !== schema.length) {
    throw new RangeError(
      `the schema must be one tree, received ${schema.length - next} elements beside it`,
    );
  }
  return leaves;
}

/** Bytes that columns of a row group take, by what the file says, which their pages are held to: objects, and at least a number each. */
export function groupBytes(chunks: readonly ColumnChunk[]): number {
  return chunks.reduce(
    (sum, { meta }) =>
      sum + Math.max(Number(meta.total_uncompressed_size), 8 * Number(meta.num_values)),
    64 * (chunks[0]?.rows ?? 0),
  );
}

function count(value: bigint | number | undefined, place: string, most: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0 && number <= most) return number;
  throw new RangeError(
    `${place} must be a count that the file can hold, received ${String(value)}`,
  );
}
