import { createMatrix, rowOf, type Matrix } from "../../../math/matrix.js";
import type { MigrationRows } from "../store.js";
import type { TableShape } from "./catalog.js";
import type { Connection } from "./client.js";
import { binaryArray, quoteName, textArray } from "./sql.js";
import { decodeVector, encodeVector, type VectorType } from "./wire.js";

/** What is kept of rows between reading and writing them. */
export interface RowState {
  /** Per column of the key its values as texts. */
  readonly keys: readonly (readonly string[])[];
  /** The same in binary form, where they were read so. */
  readonly binaryKeys: readonly (readonly Uint8Array[])[] | null;
  /** Per row what its vector was read as: 16 bytes that change when it does. */
  readonly marks: readonly Uint8Array[];
  /** Per row, whether the target has it already, from an earlier vector. */
  readonly stale: readonly boolean[];
}

const uuidType = 2950;
const decoder = /* @__PURE__ */ new TextDecoder();

/**
 * Runs a query of rows: `copied` is the select list for COPY, with keys, keys as text, vector, mark and stale; `selected` that for
 * clients without it.
 *
 * @param from What follows the select list.
 */
export async function fetchRows(
  connection: Connection,
  table: TableShape,
  { mark, stale, from }: { readonly mark: string; readonly stale: string; readonly from: string },
): Promise<{ readonly rows: MigrationRows; readonly state: RowState } | null> {
  const { key, vector } = table;
  const names = key.map(({ name }) => `t.${quoteName(name)}`);
  const texts = names.map((name) => `${name}::text`);
  const value = `t.${quoteName(vector.name)}`;
  const width = key.length;
  let fields: (Uint8Array | null)[][];
  if (connection.copyOut !== undefined) {
    const list = [...names, ...texts, value, mark, stale];
    const { decodeCopy } = await import("./wire.js");
    fields = decodeCopy(await connection.copyOut(`select ${list.join(", ")} ${from}`));
  } else {
    const list = [
      ...texts.map((text, i) => `${text} as k${i}`),
      `${vector.extension}.${vector.kind}_send(${value}) as v`,
      `(${mark})::text as m`,
      `(${stale})::text as s`,
    ];
    const rows = await connection.query(`select ${list.join(", ")} ${from}`);
    const encoder = new TextEncoder();
    fields = rows.map((row) => {
      const keys = key.map((_, i) => encoder.encode(String(row[`k${i}`])));
      const s = new Uint8Array([String(row.s).startsWith("t") ? 1 : 0]);
      return [...keys, ...keys, bytesOf(row.v), uuidBytes(String(row.m)), s];
    });
  }
  if (fields.length === 0) return null;
  const part = (row: number, column: number): Uint8Array => fields[row][column]!;
  const columnOf = (column: number): Uint8Array[] => fields.map((_, row) => part(row, column));
  const keys = key.map((_, i) => columnOf(width + i).map((bytes) => decoder.decode(bytes)));
  const state: RowState = {
    keys,
    binaryKeys: connection.copyOut === undefined ? null : key.map((_, i) => columnOf(i)),
    marks: columnOf(2 * width + 1).map((bytes) => bytes.slice()),
    stale: fields.map((_, row) => part(row, 2 * width + 2)[0] === 1),
  };
  const ids = idsOf(keys);
  const vectors = decodeRows(columnOf(2 * width), vector.kind, ids, table);
  return { rows: { ids, vectors, state }, state };
}

/** The names of rows: the text of their key, the JSON list where it has several columns. */
export const idsOf = (keys: readonly (readonly string[])[]): string[] =>
  keys.length === 1
    ? [...keys[0]]
    : keys[0].map((_, row) => JSON.stringify(keys.map((column) => column[row])));

/** @throws RangeError naming the first row of another dimension. */
export function decodeRows(
  values: readonly Uint8Array[],
  kind: VectorType,
  ids: readonly string[],
  { name }: TableShape,
): Matrix {
  const first =
    values.length === 0 ? 0 : new DataView(values[0].buffer, values[0].byteOffset).getUint16(0);
  const vectors = createMatrix(values.length, first);
  for (const [row, bytes] of values.entries()) {
    const dimensions = decodeVector(bytes, kind, rowOf(vectors, row));
    if (dimensions === first) continue;
    throw new RangeError(
      `${name}: the vector of ${ids[row]} must have ${first} dimensions like that of ${ids[0]}, received ${dimensions}; migrate one embedding at a time`,
    );
  }
  return vectors;
}

/** Bytes as clients give them: an array of bytes, or PostgreSQL's text in hexadecimal digits. */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return Buffer.from(String(value).replace(/^\\x/, ""), "hex");
}

const uuidBytes = (text: string): Uint8Array => Buffer.from(text.replaceAll("-", ""), "hex");

/** Rows as a table of a statement: `unnest(…) as u(k0, …, v, m)`, and the parameters that go with it. */
export function unnestRows(
  connection: Connection,
  { keys, marks }: RowState,
  vectors: Matrix,
  target: { readonly kind: VectorType; readonly extension: string; readonly oid: number },
): { readonly from: string; readonly vector: string; readonly parameters: unknown[] } {
  const type = `${target.extension}.${target.kind}`;
  const places = keys.map((_, i) => `$${i + 1}::text[]`);
  const columns = keys.map((_, i) => `k${i}`).join(", ");
  const v = keys.length + 1;
  const parameters: unknown[] = keys.map((column) => textArray(column));
  const rows = Array.from({ length: vectors.rows }, (_, row) => rowOf(vectors, row));
  if (connection.takesBinary) {
    parameters.push(
      binaryArray(
        target.oid,
        rows.map((row) => encodeVector(row, target.kind)),
      ),
    );
    parameters.push(binaryArray(uuidType, marks));
    const from = `unnest(${places.join(", ")}, $${v}::${type}[], $${v + 1}::uuid[]) as u(${columns}, v, m)`;
    return { from, vector: "u.v", parameters };
  }
  // Nine digits give back the single-precision value exactly.
  const text = (row: Float32Array): string =>
    `[${Array.from(row, (value) => Number(value.toPrecision(9))).join(",")}]`;
  parameters.push(textArray(rows.map(text)));
  parameters.push(textArray(marks.map((mark) => Buffer.from(mark).toString("hex"))));
  const from = `unnest(${places.join(", ")}, $${v}::text[], $${v + 1}::uuid[]) as u(${columns}, v, m)`;
  return { from, vector: `u.v::${type}`, parameters };
}
