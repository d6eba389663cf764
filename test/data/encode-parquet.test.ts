import fc from "fast-check";
import { parquetReadObjects, type AsyncBuffer } from "hyparquet";
import { describe, expect, it } from "vitest";
import { encodeParquet } from "embedtune/parquet";

async function readBack(bytes: Uint8Array): Promise<unknown[]> {
  const file: AsyncBuffer = {
    byteLength: bytes.length,
    slice: (start, end) => Uint8Array.from(bytes.subarray(start, end)).buffer,
  };
  return parquetReadObjects({ file });
}

describe("encodeParquet", () => {
  it("keeps texts, whole and other numbers, truth values, lists, and what is missing", async () => {
    const records = [
      { text: 'ä, "b"\n', label: 1, score: 0.1, right: true, list: ["x", "y"], scores: [1, 0.5] },
      { text: "", label: 0, score: null, right: false, list: [], scores: [null, 2] },
      { text: "z", label: -3, score: 2, right: true, list: ["w"] },
    ];
    const rows = await readBack(encodeParquet(records));
    expect(rows).toEqual(records.map((record) => ({ ...record, label: BigInt(record.label) })));
  });

  it("gives back any texts and lists of them", async () => {
    const text = fc.string({ unit: "grapheme" });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ a: text, b: fc.array(text) }), { minLength: 1, maxLength: 30 }),
        async (records) => {
          fc.pre(records.some(({ b }) => b.length > 0));
          expect(await readBack(encodeParquet(records))).toEqual(records);
        },
      ),
    );
  });

  it("refuses columns of several kinds by name", () => {
    expect(() => encodeParquet([])).toThrow(
      "encodeParquet: records must be at least one record, received",
    );
    expect(() => encodeParquet([{ a: 1 }, { a: "x" }])).toThrow(
      'encodeParquet: column a must be of one kind, as the first (integer), received "x"',
    );
    expect(() => encodeParquet([{ a: ["x"] }, { a: "x" }])).toThrow(
      "encodeParquet: column a must be lists in every record or in none",
    );
    expect(() => encodeParquet([{ a: new Date(0) }])).toThrow(
      "encodeParquet: column a must be texts, numbers, truth values or lists of these",
    );
  });
});
