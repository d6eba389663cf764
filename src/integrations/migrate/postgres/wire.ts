import { fromFloat16, toFloat16 } from "../../../math/float16.js";

/** The two types of pgvector that hold every component. */
export type VectorType = "vector" | "halfvec";

/**
 * Reads what `vector_send` and `halfvec_send` give: the dimension and a word that is 0, of 16 bits each, then the components,
 * all big-endian.
 *
 * @param into Where the components go.
 * @returns The dimension; nothing is written where it is not that of `into`.
 */
export function decodeVector(bytes: Uint8Array, type: VectorType, into: Float32Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = view.getUint16(0);
  if (dimensions !== into.length) return dimensions;
  for (let i = 0; i < dimensions; i++) {
    into[i] =
      type === "vector" ? view.getFloat32(4 + 4 * i) : fromFloat16(view.getUint16(4 + 2 * i));
  }
  return dimensions;
}

/** The reverse of {@link decodeVector}. */
export function encodeVector(values: Float32Array, type: VectorType): Uint8Array {
  const width = type === "vector" ? 4 : 2;
  const bytes = new Uint8Array(4 + width * values.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, values.length);
  for (let i = 0; i < values.length; i++) {
    if (type === "vector") view.setFloat32(4 + 4 * i, values[i]);
    else view.setUint16(4 + 2 * i, toFloat16(values[i]));
  }
  return bytes;
}

const signature = [0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]; // PGCOPY\n\xff\r\n\0

/** The rows of `COPY … (FORMAT binary)`: per row its fields, `null` for NULL. They share the memory of `bytes`. */
export function decodeCopy(bytes: Uint8Array): (Uint8Array | null)[][] {
  if (signature.some((byte, i) => bytes[i] !== byte)) {
    throw new Error("COPY must give PostgreSQL's binary format, received other bytes");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = signature.length + 4;
  at += 4 + view.getInt32(at);
  const rows: (Uint8Array | null)[][] = [];
  for (;;) {
    const count = view.getInt16(at);
    at += 2;
    if (count < 0) return rows;
    const row: (Uint8Array | null)[] = [];
    for (let i = 0; i < count; i++) {
      const length = view.getInt32(at);
      at += 4;
      row.push(length < 0 ? null : bytes.subarray(at, at + length));
      at += Math.max(0, length);
    }
    rows.push(row);
  }
}

/** The reverse of {@link decodeCopy}. */
export function encodeCopy(rows: readonly (readonly Uint8Array[])[]): Uint8Array {
  let size = signature.length + 8 + 2;
  for (const row of rows) {
    size += 2;
    for (const field of row) size += 4 + field.length;
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set(signature);
  let at = signature.length + 8;
  for (const row of rows) {
    view.setInt16(at, row.length);
    at += 2;
    for (const field of row) {
      view.setInt32(at, field.length);
      bytes.set(field, at + 4);
      at += 4 + field.length;
    }
  }
  view.setInt16(at, -1);
  return bytes;
}
