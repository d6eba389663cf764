import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openParquet, readParquetGroup } from "../../../src/data/parquet/read-parquet.js";

interface Fixture {
  readonly rows: readonly Record<string, unknown>[];
  readonly files: Readonly<Record<string, string>>;
}
const fixture = (name: string): Fixture =>
  JSON.parse(
    readFileSync(new URL(`../../fixtures/data/${name}.json`, import.meta.url), "utf8"),
  ) as Fixture;
const { rows, files } = fixture("encodings");
const padded = fixture("padded-pages");

describe("parquet as fastparquet writes it, with eight zeros behind the values of a page,", () => {
  it.each(Object.entries(padded.files))("is read whole: %s", async (name, base64) => {
    const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
    const file = await openParquet({ name, file: bytes.buffer });
    const read = await readParquetGroup(file, 0, 0, padded.rows.length);
    expect(
      read.map(({ passage = null, label, ...row }) => ({ ...row, passage, label: Number(label) })),
    ).toEqual(padded.rows);
  });
});

describe("parquet as Arrow writes it", () => {
  it.each(Object.entries(files))("is read whole: %s", async (name, base64) => {
    const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
    const file = await openParquet({ name, file: bytes.buffer });
    const read: Record<string, unknown>[] = [];
    for (const [i, group] of file.metadata.row_groups.entries()) {
      const from = read.length;
      read.push(...(await readParquetGroup(file, i, from, from + Number(group.num_rows))));
    }
    // Ids of 64 bits keep their digits.
    expect(
      read.map((row) => ({
        ...row,
        id: String(row["id"]),
        negatives: row["negatives"] ?? null,
      })),
    ).toEqual(rows);
  });

  it("is refused where a run, a length or an index cannot be", async () => {
    const clean = Uint8Array.from(Buffer.from(files["dictionary, v2 pages, zstd"], "base64"));
    let refused = 0;
    for (let at = 4; at < clean.length - 8; at += 3) {
      const bytes = clean.slice();
      bytes[at] ^= 0xff;
      const work = async (): Promise<void> => {
        const file = await openParquet({ name: "p", file: bytes.buffer });
        const { num_rows: count } = file.metadata.row_groups[0];
        await readParquetGroup(file, 0, 0, Number(count));
      };
      await work().catch((error: unknown) => {
        expect(String(error)).toMatch(/^DataError: p: cannot read parquet: /);
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(100);
  });
});
