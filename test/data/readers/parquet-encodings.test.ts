import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openParquet, readParquetGroup } from "../../../src/data/parquet/read-parquet.js";

interface Fixture {
  readonly rows: readonly Record<string, unknown>[];
  readonly files: Readonly<Record<string, string>>;
}
const path = new URL("../../fixtures/data/encodings.json", import.meta.url);
const { rows, files } = JSON.parse(readFileSync(path, "utf8")) as Fixture;

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
