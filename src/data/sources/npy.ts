import { refuse } from "../../base/checks.js";
import { fromFloat16 } from "../../math/float16.js";
import { createMatrix, type Matrix } from "../../math/matrix.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** Bytes of a value, and how one is read. */
interface ValueType {
  readonly width: number;
  readonly read: (view: DataView, at: number) => number;
}

const valueTypes: ReadonlyMap<string, ValueType> = /* @__PURE__ */ new Map([
  ["<f2", { width: 2, read: (view, at) => fromFloat16(view.getUint16(at, true)) }],
  ["<f4", { width: 4, read: (view, at) => view.getFloat32(at, true) }],
  ["<f8", { width: 8, read: (view, at) => view.getFloat64(at, true) }],
]);

/** What the bytes before the values of a .npy file say. */
export interface NpyHeader {
  readonly rows: number;
  readonly cols: number;
  /** Bytes of one value. */
  readonly width: number;
  /** Reads a value at a byte. */
  readonly read: ValueType["read"];
  /** Byte at which the values begin. */
  readonly start: number;
}

/**
 * Reads NumPy's .npy bytes: a 2-D array (or a 1-D one, as a single row) of little-endian float16, float32 or float64 in C
 * order. Halves are widened exactly, doubles rounded to single precision.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param name Named in errors, e.g. the path. @default "decodeNpy"
 * @throws RangeError naming what is wrong: not .npy, another dtype, Fortran order, another number of axes, cut short.
 */
export function decodeNpy(bytes: Uint8Array, name = "decodeNpy"): Matrix {
  const { rows, cols, width, read, start } = readNpyHeader(bytes, name);
  if (bytes.length - start !== rows * cols * width) {
    throw new RangeError(
      `${name}: ${rows} × ${cols} values must be ${rows * cols * width} bytes, received ${bytes.length - start}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const matrix = createMatrix(rows, cols);
  for (let i = 0, at = start; i < matrix.data.length; i++, at += width) {
    matrix.data[i] = read(view, at);
  }
  return matrix;
}

/**
 * Reads the header of .npy bytes, of which those after the header may be missing.
 *
 * @throws RangeError as {@link decodeNpy} does.
 */
export function readNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
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

  const dtype = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const type = valueTypes.get(dtype ?? "");
  if (type === undefined) {
    return refuse(`${name}: dtype`, "float16, float32 or float64, little-endian", dtype);
  }
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  if (order !== "False")
    fail("the array must be in C order (numpy.ascontiguousarray), received Fortran order");
  const shapeText = /'shape'\s*:\s*\(([0-9,\s]*)\)/.exec(header)?.[1];
  if (shapeText === undefined) return fail("the header must have a shape, received none");
  const shape = shapeText
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  if (shape.length !== 1 && shape.length !== 2) {
    refuse(`${name}: the array`, "one of 1 or 2 axes", shape.length);
  }
  const [rows, cols] = shape.length === 1 ? [1, shape[0]] : shape;
  return { rows, cols, width: type.width, read: type.read, start };
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
