import { createMatrix, type Matrix } from "../../math/matrix.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/**
 * Reads NumPy's .npy bytes: a 2-D array (or a 1-D one, as a single row) of little-endian float32 or float64 in C order.
 * Doubles are rounded to single precision.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param name Named in errors, e.g. the path. @default "npy"
 * @throws RangeError naming what is wrong: not .npy, another dtype, Fortran order, another number of axes, cut short.
 */
export function decodeNpy(bytes: Uint8Array, name = "npy"): Matrix {
  const fail = (reason: string): never => {
    throw new RangeError(`${name}: ${reason}`);
  };
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    fail("not a .npy file (it must begin with \\x93NUMPY)");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6];
  if (major < 1 || major > 3) fail(`.npy version ${major} is unknown, expected 1, 2 or 3`);
  if (major > 1 && bytes.length < 12) fail("cut short inside the header");
  const headerLength = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (major === 1 ? 10 : 12) + headerLength;
  if (start > bytes.length) fail("cut short inside the header");
  const header = new TextDecoder().decode(bytes.subarray(start - headerLength, start));

  const type = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  if (type !== "<f4" && type !== "<f8") {
    fail(`dtype must be float32 or float64 (little-endian), received ${type ?? "none"}`);
  }
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  if (order !== "False") fail("the array must be in C order (use numpy.ascontiguousarray)");
  const shapeText = /'shape'\s*:\s*\(([0-9,\s]*)\)/.exec(header)?.[1];
  if (shapeText === undefined) return fail("the header has no shape");
  const shape = shapeText
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  if (shape.length !== 1 && shape.length !== 2) {
    fail(`expected an array of 2 axes, received ${shape.length}`);
  }
  const [rows, cols] = shape.length === 1 ? [1, shape[0]] : shape;
  const width = type === "<f4" ? 4 : 8;
  if (bytes.length - start !== rows * cols * width) {
    fail(
      `${rows} × ${cols} values need ${rows * cols * width} bytes, received ${bytes.length - start}`,
    );
  }
  const matrix = createMatrix(rows, cols);
  for (let i = 0, at = start; i < matrix.data.length; i++, at += width) {
    matrix.data[i] = width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
  }
  return matrix;
}

/** Writes a matrix as .npy bytes (version 1.0, float32, C order) that `numpy.load` reads. */
export function encodeNpy({ rows, cols, data }: Matrix): Uint8Array {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${cols}), }`;
  // The whole preamble is a multiple of 64 bytes and ends in a line feed, as NumPy itself writes it.
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = dictionary.padEnd(length - 11) + "\n";
  const bytes = new Uint8Array(length + data.length * 4);
  bytes.set([...magic, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  for (let i = 0; i < data.length; i++) view.setFloat32(length + 4 * i, data[i], true);
  return bytes;
}
