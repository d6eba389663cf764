import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeNpyIds } from "../../../src/data/sources/npy-ids.js";
import { decodeNpy } from "../../../src/data/sources/npy.js";
import { decodeNpz } from "../../../src/data/sources/npz.js";

interface Fixture {
  readonly values: readonly (readonly number[])[];
  readonly arrays: Readonly<Record<string, string>>;
  readonly archives: Readonly<Record<string, string>>;
  readonly ids: Readonly<Record<string, { base64: string; ids: readonly string[] }>>;
}
const path = new URL("../../fixtures/data/numpy.json", import.meta.url);
const { values, arrays, archives, ids } = JSON.parse(readFileSync(path, "utf8")) as Fixture;
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, "base64"));

describe("NumPy's files", () => {
  it.each(Object.entries(arrays))("of vectors are read exactly: %s", (_, base64) => {
    const { rows, cols, data } = decodeNpy(bytesOf(base64));
    expect([rows, cols]).toEqual([4, 3]);
    expect([...data]).toEqual(values.flat());
  });

  it.each(Object.entries(archives))("of several arrays are read by name: %s", (_, base64) => {
    const read = decodeNpz(bytesOf(base64), "a.npz");
    expect([...read.keys()]).toEqual(["queries", "passages"]);
    expect([...read.get("queries")!.data]).toEqual(values.flat());
    expect([...read.get("passages")!.data]).toEqual(values.slice(0, 2).flat());
  });

  it.each(Object.entries(ids))("of ids keep every digit: %s", (_, { base64, ids: expected }) => {
    expect(decodeNpyIds(bytesOf(base64), "a.npy")).toEqual(expected);
  });

  it("are read from writers that quote twice, or from Python 2", () => {
    const plain = Buffer.from(bytesOf(arrays["version 1"])).toString("latin1");
    const changed = (from: RegExp, to: string): Uint8Array =>
      Buffer.from(
        plain.replace(
          /\{.*?\n/s,
          (header) =>
            header
              .replace(from, to)
              .trimEnd()
              .padEnd(header.length - 1) + "\n",
        ),
        "latin1",
      );
    for (const bytes of [
      changed(/'/g, '"'),
      changed(/\(4, 3\)/, "(4L, 3L)"),
      changed(/\(4, 3\)/, "[4, 3]"),
    ]) {
      expect([...decodeNpy(bytes).data]).toEqual(values.flat());
    }
  });

  it("are refused by array and limit where an archive is damaged or too large", () => {
    for (const base64 of Object.values(archives)) {
      const whole = bytesOf(base64);
      expect(() => decodeNpz(whole, "a.npz", { maxBytes: 300 })).toThrow(
        "a.npz: the arrays must have at most 300 bytes (maxBytes), received more",
      );
      for (let length = 0; length < whole.length; length += 7) {
        expect(() => decodeNpz(whole.subarray(0, length), "a.npz")).toThrow(/^a\.npz: /);
      }
      const spoilt = whole.slice();
      spoilt[100] ^= 1;
      expect(() => decodeNpz(spoilt, "a.npz")).toThrow(
        /^a\.npz: queries\.npy must be whole, received /,
      );
    }
  });

  it("are refused where a double is beyond single precision", () => {
    const bytes = bytesOf(arrays["float64"]);
    new DataView(bytes.buffer).setFloat64(bytes.length - 8, 1e300, true);
    expect(() => decodeNpy(bytes, "a.npy")).toThrow(
      "a.npy: value 11 must be within single precision, received 1e+300",
    );
  });
});
