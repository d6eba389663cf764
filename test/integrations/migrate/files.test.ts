import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parquetReadObjects, asyncBufferFromFile } from "hyparquet";
import {
  applyAdapter,
  createRandom,
  decodeNpy,
  encodeNpy,
  fromRows,
  type Adapter,
  type Matrix,
} from "embedtune";
import { createMatrix, rowOf } from "embedtune/math";
import { migrate, vectorFile } from "embedtune/migrate";

const folder = mkdtempSync(join(tmpdir(), "embedtune-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const random = createRandom("files");
function draw(rows: number, cols: number): Matrix {
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return matrix;
}
// So wide that a block of the reader, 8 MB, holds 1,024 rows.
const d = 2048;
const rows = 2500;
const side = { center: null, weights: draw(d, 3) };
const adapter: Adapter = {
  ...{ inputDimensions: d, outputDimensions: 3, query: side, passage: side },
  metadata: { embedder: null, method: "test" },
};
const vectors = draw(rows, d);
const expected = applyAdapter(adapter, vectors, { side: "passage" });
writeFileSync(at("in.npy"), encodeNpy(vectors));

async function readBack(path: string): Promise<Matrix> {
  if (path.endsWith(".npy")) return decodeNpy(readFileSync(path));
  const records = path.endsWith(".parquet")
    ? await parquetReadObjects({ file: await asyncBufferFromFile(path) })
    : readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
  return fromRows(records.map(({ vector }) => vector as number[]));
}

describe("migrating a file", () => {
  it.each(["out.npy", "out.jsonl", "out.parquet"])(
    "gives %s what the adapter gives, on from where an abort ended it, and no name before the switch",
    async (name) => {
      const [source, target] = [vectorFile(at("in.npy")), vectorFile(at(name))];
      const controller = new AbortController();
      const first = migrate(source, adapter, target, {
        signal: controller.signal,
        onProgress: () => controller.abort(new Error("enough")),
      });
      await expect(first).rejects.toThrow("enough");
      // As if it had been killed while the next block was written.
      writeFileSync(`${at(name)}.partial`, "torn", { flag: "a" });
      const migration = await migrate(source, adapter, target);
      expect(migration).toMatchObject({ rows, written: rows - 1024 });
      expect(existsSync(at(name))).toBe(false);
      await migration.switchOver();
      expect(await readBack(at(name))).toEqual(expected);
      expect(existsSync(`${at(name)}.partial`)).toBe(false);
      expect(existsSync(`${at(name)}.partial.json`)).toBe(false);
      await expect(migration.undo()).rejects.toThrow("has no way back");
    },
  );

  it("keeps the other columns from JSON lines to parquet and back, missing ones and integers of 64 bits too", async () => {
    const small: Adapter = {
      ...adapter,
      ...{ inputDimensions: 4, outputDimensions: 4 },
      query: { center: null, weights: draw(4, 4) },
      passage: { center: null, weights: draw(4, 4) },
    };
    const table = draw(3, 4);
    const lines = [
      { id: "a", title: "Ä", page: 1.5, tags: ["x"], ok: true },
      { id: "b", title: null, page: 2, tags: [], ok: false },
      { id: "c", page: 3, tags: { y: 1 } },
    ].map((record, row) => JSON.stringify({ ...record, vec: [...rowOf(table, row)] }));
    writeFileSync(at("in.jsonl"), lines.join("\n"));
    const column = { column: "vec" };
    const [parquet, jsonl] = [
      vectorFile(at("mid.parquet"), column),
      vectorFile(at("end.jsonl"), column),
    ];
    await migrate(vectorFile(at("in.jsonl"), column), small, parquet, { switchOver: true });
    await migrate(parquet, small, jsonl, { switchOver: true });
    const once = applyAdapter(small, table, { side: "passage" });
    const twice = applyAdapter(small, once, { side: "passage" });
    const found = readFileSync(at("end.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(found.map(({ vec: _, ...rest }) => rest)).toEqual([
      { id: "a", title: "Ä", page: 1.5, tags: ["x"], ok: true },
      { id: "b", title: null, page: 2, tags: [], ok: false },
      { id: "c", title: null, page: 3, tags: { y: 1 }, ok: null },
    ]);
    expect(fromRows(found.map(({ vec }) => vec as number[]))).toEqual(twice);
  });

  it("knows the source by another spelling and by a link, and one migration to a file at a time", async () => {
    writeFileSync(at("same.npy"), encodeNpy(vectors));
    symlinkSync(at("same.npy"), at("link.npy"));
    for (const other of [at("./x/../same.npy"), at("link.npy")]) {
      await expect(migrate(vectorFile(other), adapter, vectorFile(at("same.npy")))).rejects.toThrow(
        "migrate: target must be another file than the source",
      );
    }
    const both = await Promise.allSettled([
      migrate(vectorFile(at("in.npy")), adapter, vectorFile(at("one.npy"))),
      migrate(vectorFile(at("in.npy")), adapter, vectorFile(at("x/../one.npy"))),
    ]);
    // Whichever comes first: a path is resolved by the file system, in its own time.
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("goes on with the same source and a whole beginning only, and says what to remove otherwise", async () => {
    writeFileSync(at("changing.npy"), encodeNpy(vectors));
    const source = vectorFile(at("changing.npy"));
    const target = vectorFile(at("begun.npy"));
    await migrate(source, adapter, target);
    writeFileSync(at("changing.npy"), encodeNpy(draw(rows - 1, d)));
    const again = (): Promise<unknown> => migrate(source, adapter, target);
    await expect(again()).rejects.toThrow(
      /changing.npy: has changed since .* remove .* begin anew/,
    );
    writeFileSync(at("begun.npy.partial.json"), "{");
    await expect(again()).rejects.toThrow(/partial.json: is damaged; remove .* begin anew/);
    const whole = vectorFile(at("whole.npy"));
    await migrate(vectorFile(at("in.npy")), adapter, whole);
    truncateSync(at("whole.npy.partial"), 100);
    const rest = (): Promise<unknown> => migrate(vectorFile(at("in.npy")), adapter, whole);
    await expect(rest()).rejects.toThrow(/bytes that were written, received 100; remove/);
    rmSync(at("whole.npy.partial"));
    await expect(rest()).rejects.toThrow(/cannot be written: ENOENT.*; remove .* begin anew/);
  });

  it("leaves nothing behind where not one row could be adapted", async () => {
    const missing = migrate(vectorFile(at("none.npy")), adapter, vectorFile(at("nothing.npy")));
    await expect(missing).rejects.toThrow("there is no such file");
    expect(existsSync(at("nothing.npy.partial"))).toBe(false);
  });

  it("refuses what is not meant: another adapter half way, an unknown ending, the source itself", async () => {
    const source = vectorFile(at("in.npy"));
    await migrate(source, adapter, vectorFile(at("half.npy")));
    const other: Adapter = { ...adapter, passage: { center: null, weights: draw(d, 3) } };
    await expect(migrate(source, other, vectorFile(at("half.npy")))).rejects.toThrow(
      "half.npy.partial: was begun with another adapter, side, source or column; remove",
    );
    await expect(migrate(source, adapter, vectorFile(at("out.csv")))).rejects.toThrow(
      "vectorFile: path must be a name that ends in .npy, .jsonl or .parquet",
    );
    await expect(migrate(source, adapter, source)).rejects.toThrow(
      "migrate: target must be another file than the source",
    );
  });
});
