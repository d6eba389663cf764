import { refuse } from "../../base/checks.js";
import { fromFloat16 } from "../../math/float16.js";
import { createMatrix, type Matrix } from "../../math/matrix.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** Bytes of a value, and how one is read. */
interface ValueType {
  readonly width: number;
  readonly read: (view: DataView, at: number, littleEndian: boolean) => number;
}

const valueTypes: ReadonlyMap<string, ValueType> = /* @__PURE__ */ new Map([
  ["f2", { width: 2, read: (view, at, little) => fromFloat16(view.getUint16(at, little)) }],
  ["f4", { width: 4, read: (view, at, little) => view.getFloat32(at, little) }],
  ["f8", { width: 8, read: (view, at, little) => view.getFloat64(at, little) }],
]);

/** What the bytes before the values of a .npy file say. */
export interface NpyHeader {
  readonly rows: number;
  readonly cols: number;
  /** Whether the values lie column by column, in Fortran's order. */
  readonly byColumns: boolean;
  /** Bytes of one value. */
  readonly width: number;
  /** Reads a value at a byte. */
  readonly read: (view: DataView, at: number) => number;
  /** Byte at which the values begin. */
  readonly start: number;
}

/**
 * Reads NumPy's .npy bytes: a 2-D array (or a 1-D one, as a single row) of float16, float32 or float64, of either byte order, in
 * C or Fortran order. Halves are widened exactly, doubles rounded to single precision.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param name Named in errors, e.g. the path. @default "decodeNpy"
 * @throws RangeError naming what is wrong: not .npy, another dtype, another number of axes, cut short, a double beyond
 *   single precision.
 */
export function decodeNpy(bytes: Uint8Array, name = "decodeNpy"): Matrix {
  const { rows, cols, byColumns, width, read, start } = readNpyHeader(bytes, name);
  if (bytes.length - start !== rows * cols * width) {
    throw new RangeError(
      `${name}: ${rows} × ${cols} values must be ${rows * cols * width} bytes, received ${bytes.length - start}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const matrix = createMatrix(rows, cols);
  const { data } = matrix;
  for (let i = 0, at = start; i < data.length; i++, at += width) {
    const value = read(view, at);
    const place = byColumns ? (i % rows) * cols + Math.floor(i / rows) : i;
    data[place] = value;
    if (Math.abs(data[place]) === Infinity && Math.abs(value) !== Infinity) {
      refuse(`${name}: value ${i}`, "within single precision", value);
    }
  }
  return matrix;
}

/**
 * Reads the header of .npy bytes, of which those after the header may be missing.
 *
 * @throws RangeError as {@link decodeNpy} does.
 */
export function readNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  const { descr, byColumns, shape, start } = readNpyArray(bytes, name);
  const [, order = "", kind = ""] = /^([<>=])(f[248])$/.exec(descr ?? "") ?? [];
  const type = valueTypes.get(kind);
  if (type === undefined) {
    return refuse(`${name}: dtype`, "float16, float32 or float64", descr);
  }
  if (shape.length !== 1 && shape.length !== 2) {
    refuse(`${name}: the array`, "one of 1 or 2 axes", shape.length);
  }
  const [rows, cols] = shape.length === 1 ? [1, shape[0]] : shape;
  const little = order !== ">";
  return {
    ...{ rows, cols, byColumns, start },
    width: type.width,
    read: (view, at) => type.read(view, at, little),
  };
}

/**
 * What the header of .npy bytes says, of versions 1 to 3, whatever the array holds.
 *
 * @throws RangeError for other bytes.
 */
export function readNpyArray(
  bytes: Uint8Array,
  name: string,
): {
  /** NumPy's name of the dtype, e.g. `"<f4"`; none where it is a record. */
  readonly descr: string | undefined;
  readonly byColumns: boolean;
  readonly shape: readonly number[];
  readonly start: number;
} {
  const fail = (reason: string): never => {
    throw new RangeError(`${name}: ${reason}`);
  };
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    fail("the bytes must be a .npy file, which begins with \\x93NUMPY, received others");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6];
  if (major < 1 || major > 3) refuse(`${name}: .npy version`, "1, 2 or 3", major);
  if (major > 1 && bytes.length < 12) fail("the header must be whole, received its beginning");
  const headerLength = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (major === 1 ? 10 : 12) + headerLength;
  if (start > bytes.length) fail("the header must be whole, received its beginning");
  const header = new TextDecoder().decode(bytes.subarray(start - headerLength, start));

  // Other writers than NumPy quote twice and write JSON's words.
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(header)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(true|false)/i.exec(header)?.[1];
  if (order === undefined) return fail("the header must have a fortran_order, received none");
  const shapeText = /['"]shape['"]\s*:\s*[([]([0-9L,\s]*)[)\]]/.exec(header)?.[1];
  if (shapeText === undefined) return fail("the header must have a shape, received none");
  const shape = shapeText
    .split(",")
    .map((part) => part.trim().replace(/L$/, "")) // Python 2 wrote (2L, 3L)
    .filter((part) => part !== "")
    .map(Number);
  if (!shape.every((count) => Number.isSafeInteger(count))) {
    fail(`the shape must be of counts, received (${shapeText})`);
  }
  return { descr, byColumns: order.toLowerCase() === "true", shape, start };
}

/** Writes a matrix as .npy bytes (version 1.0, float32, C order) that `numpy.load` reads. */
export function encodeNpy({ rows, cols, data }: Matrix): Uint8Array {
  const preamble = npyPreamble(rows, cols);
  const bytes = new Uint8Array(preamble.length + data.length * 4);
  bytes.set(preamble);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    view.setFloat32(preamble.length + 4 * i, data[i], true);
  }
  return bytes;
}

/** What stands before the values of {@link encodeNpy}: 128 bytes, whatever the count of rows. */
export function npyPreamble(rows: number, cols: number): Uint8Array {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${cols}), }`;
  // The whole preamble is a multiple of 64 bytes and ends in a line feed, as NumPy itself writes it.
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = dictionary.padEnd(length - 11) + "\n";
  const bytes = new Uint8Array(length);
  bytes.set([...magic, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  return bytes;
}
