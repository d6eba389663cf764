import { parquetWriteBuffer } from "hyparquet-writer";
import type { SchemaElement } from "hyparquet";
import { refuse } from "../../base/checks.js";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Records as a parquet file, a column per field: texts, numbers (integers of 64 bits where all are whole), truth values,
 * and lists of texts or numbers. What is missing or `null` stays so.
 *
 * @throws RangeError on no records, and naming a column whose values are of several kinds or of none of these.
 */
export function encodeParquet(records: readonly Fields[]): Uint8Array {
  const caller = "encodeParquet";
  if (records.length === 0) refuse(`${caller}: records`, "at least one record", "none");
  const names = [...new Set(records.flatMap(Object.keys))];
  const columns = names.map((name) => columnOf(records, name, `${caller}: column ${name}`));
  const buffer = parquetWriteBuffer({
    schema: [
      { name: "schema", num_children: columns.length },
      ...columns.flatMap(({ schema }) => schema),
    ],
    columnData: columns.map(({ name, data }) => ({ name, data })),
    createdBy: "embedtune",
  });
  return new Uint8Array(buffer);
}

type Kind = "text" | "integer" | "number" | "boolean";

const elements: Readonly<Record<Kind, Partial<SchemaElement>>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  integer: { type: "INT64" },
  number: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
};

function columnOf(
  records: readonly Fields[],
  name: string,
  place: string,
): { readonly name: string; readonly schema: SchemaElement[]; readonly data: unknown[] } {
  const values = records.map((record) => record[name] ?? null);
  const present = values.filter((value) => value !== null);
  const isList = present.some(Array.isArray);
  const kind = kindOf(
    isList
      ? present.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : refuseMix(place)))
      : present,
    place,
  );
  const stored = (value: unknown): unknown =>
    value === null || value === undefined
      ? undefined
      : kind === "integer"
        ? BigInt(value as number)
        : value;
  const optional = { repetition_type: "OPTIONAL" as const, ...elements[kind] };
  return isList
    ? {
        name,
        schema: [
          { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
          { name: "list", repetition_type: "REPEATED", num_children: 1 },
          { name: "element", ...optional },
        ],
        data: values.map((value) => (value as unknown[] | null)?.map(stored)),
      }
    : { name, schema: [{ name, ...optional }], data: values.map(stored) };
}

function refuseMix(place: string): never {
  return refuse(place, "lists in every record or in none", "both");
}

/** The one kind of the values; numbers where there are none. */
function kindOf(values: readonly unknown[], place: string): Kind {
  let kind: Kind | undefined;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const own =
      typeof value === "string"
        ? "text"
        : typeof value === "boolean"
          ? "boolean"
          : typeof value !== "number"
            ? refuse(place, "texts, numbers, truth values or lists of these", value)
            : Number.isSafeInteger(value)
              ? "integer"
              : "number";
    if (kind === undefined || kind === own) kind = own;
    else if (isNumeric(kind) && isNumeric(own)) kind = "number";
    else refuse(place, `of one kind, as the first (${kind})`, value);
  }
  return kind ?? "number";
}

const isNumeric = (kind: Kind): boolean => kind === "integer" || kind === "number";
