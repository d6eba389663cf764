import { describe, expect, it } from "vitest";
import { decodeNpy, encodeNpy, fromRows } from "embedtune";
import { toFloat16 } from "../../src/math/float16.js";

/** Bytes of a .npy file with the given header dictionary and data. */
function npy(
  dictionary: string,
  data: Float32Array | Float64Array | Uint16Array,
  version = 1,
): Uint8Array {
  const text = `${dictionary}\n`;
  const preamble = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(preamble + text.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(new TextEncoder().encode(text), preamble);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), preamble + text.length);
  return bytes;
}
const f4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

describe(".npy files", () => {
  const matrix = fromRows([
    [1, -2.5, 3],
    [4, 5, 6],
  ]);

  it("come back as they were written, with the preamble NumPy pads to 64 bytes", () => {
    const bytes = encodeNpy(matrix);
    expect(decodeNpy(bytes)).toEqual(matrix);
    expect((bytes.length - 24) % 64).toBe(0);
  });

  it("are read from any offset of a buffer, in versions 1 and 2, as float32 or float64", () => {
    const shifted = new Uint8Array([7, ...npy(f4, matrix.data)]).subarray(1);
    expect(decodeNpy(shifted)).toEqual(matrix);
    expect(decodeNpy(npy(f4, matrix.data, 2))).toEqual(matrix);
    const doubles = npy(f4.replace("<f4", "<f8"), Float64Array.from(matrix.data));
    expect(decodeNpy(doubles)).toEqual(matrix);
  });

  it("are widened exactly from float16, subnormals, infinities and NaN included", () => {
    const f2 = f4.replace("<f4", "<f2");
    const halves = Uint16Array.from(matrix.data, toFloat16);
    expect(decodeNpy(npy(f2, halves))).toEqual(matrix);
    // Python: struct.pack("<6e", 1/3, -65504, 6e-8, -0.0, inf, nan)
    const bits = Uint16Array.of(0x3555, 0xfbff, 0x0001, 0x8000, 0x7c00, 0x7e00);
    expect([...decodeNpy(npy(f2, bits)).data]).toEqual([
      0.333251953125,
      -65504,
      2 ** -24,
      -0,
      Infinity,
      NaN,
    ]);
  });

  it("give one row when they hold one axis", () => {
    const bytes = npy(f4.replace("(2, 3)", "(6,)"), matrix.data);
    expect([decodeNpy(bytes).rows, decodeNpy(bytes).cols]).toEqual([1, 6]);
  });

  it("are refused by name when they are something else", () => {
    const refuse = (bytes: Uint8Array, message: string): void => {
      expect(() => decodeNpy(bytes, "q.npy")).toThrow(`q.npy: ${message}`);
    };
    refuse(new TextEncoder().encode("PK not an array"), "the bytes must be a .npy file");
    refuse(
      npy(f4.replace("<f4", "<i8"), matrix.data),
      "dtype must be float16, float32 or float64, received",
    );
    refuse(npy(f4.replace("False", "0"), matrix.data), "the header must have a fortran_order");
    refuse(
      npy(f4.replace("(2, 3)", "(1, 2, 3)"), matrix.data),
      "the array must be one of 1 or 2 axes, received 3",
    );
    refuse(
      npy(f4.replace("(2, 3)", "(3, 3)"), matrix.data),
      "3 × 3 values must be 36 bytes, received 24",
    );
    refuse(npy(f4, matrix.data).subarray(0, 30), "the header must be whole");
  });
});
