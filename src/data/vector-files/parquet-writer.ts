import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { RowGroup, SchemaElement } from "hyparquet";
import { show } from "../../base/show.js";
import { rowOf } from "../../math/matrix.js";
import type {
  ColumnType,
  ParquetColumn,
  VectorCheckpoint,
  VectorSink,
  VectorWriter,
} from "./output-types.js";

const typeElements: Readonly<Record<ColumnType, Partial<SchemaElement>>> = {
  STRING: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  DOUBLE: { type: "DOUBLE" },
  INT64: { type: "INT64" },
  BOOLEAN: { type: "BOOLEAN" },
  JSON: { type: "BYTE_ARRAY", converted_type: "JSON" },
};

/** A row group a block. The columns are those of the first block, numbers as doubles. */
export function parquetWriter(
  sink: VectorSink,
  field: string,
  from: VectorCheckpoint | undefined,
): VectorWriter {
  const bytes = new ByteWriter();
  let { rows, cols } = from ?? { rows: 0, cols: 0 };
  let columns = from?.parquet?.columns ?? null;
  let file: ParquetWriter | null = null;
  const open = (): ParquetWriter => {
    file = new ParquetWriter({
      writer: bytes,
      schema: schemaOf(columns ?? [], field),
      statistics: false,
      createdBy: "embedtune",
    });
    const { parquet } = from ?? {};
    if (parquet !== undefined) {
      // What begins the file is there already.
      bytes.index = 0;
      bytes.offset = parquet.bytes;
      file.row_groups = readGroups(parquet.rowGroups);
      file.num_rows = BigInt(rows);
    }
    return file;
  };
  const flush = async (): Promise<void> => {
    const written = bytes.getBytes().slice();
    bytes.index = 0;
    await sink.write(written);
  };
  return {
    async write(block, records) {
      columns ??= columnsOf(records, field);
      file ??= open();
      await file.write({
        columnData: [
          ...columns.map(({ name, type }) => ({
            name,
            data: records.map((record, i) => valueOf(record[name], type, name, rows + i)),
          })),
          {
            name: field,
            data: Array.from({ length: block.rows }, (_, row) => Array.from(rowOf(block, row))),
            // Vectors neither repeat nor shrink.
            ...({ encoding: "PLAIN", codec: "UNCOMPRESSED" } as const),
          },
        ].map((column) => ({ ...column, offsetIndex: false })),
        rowGroupSize: block.rows,
      });
      file.pendingIndexes = [];
      rows += block.rows;
      cols = block.cols;
      await flush();
    },
    async finish() {
      file ??= open();
      await file.finish();
      await flush();
      return rows;
    },
    checkpoint: () => ({
      ...{ rows, cols },
      ...(file === null
        ? {}
        : {
            parquet: {
              bytes: bytes.offset,
              columns: columns ?? [],
              rowGroups: JSON.stringify(file.row_groups, (_, value: unknown) =>
                typeof value === "bigint" ? [String(value)] : value,
              ),
            },
          }),
    }),
  };
}

/** Lists of one text are integers of 64 bits, but for the path of a column and its encodings. */
function readGroups(json: string): RowGroup[] {
  return JSON.parse(json, (key, value: unknown) => {
    const isInteger =
      Array.isArray(value) &&
      value.length === 1 &&
      typeof value[0] === "string" &&
      /^\d+$/.test(value[0]) &&
      key !== "path_in_schema" &&
      key !== "encodings";
    return isInteger ? BigInt((value as string[])[0]) : value;
  }) as RowGroup[];
}

function schemaOf(columns: readonly ParquetColumn[], field: string): SchemaElement[] {
  return [
    { name: "schema", num_children: columns.length + 1 },
    ...columns.map(({ name, type }) => ({
      name,
      repetition_type: "OPTIONAL" as const,
      ...typeElements[type],
    })),
    { name: field, repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "REQUIRED", type: "FLOAT" },
  ];
}

/** The columns of the first records, but for the vector, each of the narrowest type that takes its values. */
function columnsOf(
  records: readonly Readonly<Record<string, unknown>>[],
  field: string,
): ParquetColumn[] {
  const types = new Map<string, ColumnType | null>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) {
      if (name === field) continue;
      const [type, known] = [typeOf(value), types.get(name) ?? null];
      types.set(name, type === null || known === null || type === known ? (type ?? known) : "JSON");
    }
  }
  return Array.from(types, ([name, type]) => ({ name, type: type ?? "JSON" }));
}

function typeOf(value: unknown): ColumnType | null {
  switch (typeof value) {
    case "string":
      return "STRING";
    case "number":
      return "DOUBLE";
    case "bigint":
      return "INT64";
    case "boolean":
      return "BOOLEAN";
    default:
      return value === null || value === undefined ? null : "JSON";
  }
}

function valueOf(value: unknown, type: ColumnType, name: string, row: number): unknown {
  if (value === null || value === undefined) return undefined;
  if (type === "JSON" || typeOf(value) === type) return value;
  throw new RangeError(
    `parquet row ${row}: ${name} must be of the type ${type} as in the first rows, received ${show(value)}`,
  );
}
