import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  applyAdapter,
  createRandom,
  decodeNpy,
  encodeNpy,
  identityAdapter,
  type Adapter,
  type Matrix,
} from "embedtune";
import { createMatrix, rowOf } from "embedtune/math";
import { saveAdapter } from "embedtune/node";
import { runCommand, spawnCommand, type CommandRun } from "./run-command.js";

let folder = "";
const at = (name: string): string => join(folder, name);
const random = createRandom("apply");

function randomMatrix(rows: number, cols: number): Matrix {
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return matrix;
}

const dimensions = 24;
const vectors = randomMatrix(500, dimensions);
const shared = { center: randomMatrix(1, dimensions).data, weights: randomMatrix(dimensions, 8) };
const symmetric: Adapter = {
  inputDimensions: dimensions,
  outputDimensions: 8,
  query: shared,
  passage: shared,
  metadata: { embedder: "some/model", method: "test" },
};
const queryOnly: Adapter = {
  ...identityAdapter(dimensions),
  query: { center: null, weights: randomMatrix(dimensions, dimensions) },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-apply-"));
  writeFileSync(at("v.npy"), encodeNpy(vectors));
  await saveAdapter(at("symmetric.safetensors"), symmetric);
  await saveAdapter(at("query.safetensors"), queryOnly);
  await saveAdapter(at("identity.safetensors"), identityAdapter(8));
});
afterAll(() => rmSync(folder, { recursive: true }));

const apply = (...args: string[]): Promise<CommandRun> => runCommand(["apply", ...args]);
const expected = applyAdapter(symmetric, vectors, { side: "passage" });
const jsonLines = (matrix: Matrix): string =>
  Array.from({ length: matrix.rows }, (_, id) =>
    JSON.stringify({ id, embedding: [...rowOf(matrix, id)] }),
  ).join("\n");

describe("embedtune apply", () => {
  it("gives the vectors of applyAdapter, from .npy to .npy, the side left out where it is the same", async () => {
    const run = await apply(at("symmetric.safetensors"), at("v.npy"), "--out", at("a.npy"));
    expect(run).toEqual({
      code: 0,
      stdout: `${at("a.npy")}: 500 × 8, passage side of ${at("symmetric.safetensors")} (test)\n`,
      stderr: "",
    });
    expect(readFileSync(at("a.npy"))).toEqual(Buffer.from(encodeNpy(expected)));
  });

  it("gives the same as parquet, beside the other columns", async () => {
    writeFileSync(at("p.jsonl"), jsonLines(vectors));
    const flags = ["--column", "embedding", "--out", at("p.parquet")];
    expect((await apply(at("symmetric.safetensors"), at("p.jsonl"), ...flags)).code).toBe(0);
    const back = ["--column", "embedding", "--out", at("back.jsonl")];
    await apply(at("identity.safetensors"), at("p.parquet"), ...back);
    const lines = readFileSync(at("back.jsonl"), "utf8").trim().split("\n");
    const records = lines.map((line) => JSON.parse(line) as { id: number; embedding: number[] });
    expect(records.map(({ id }) => id)).toEqual([...vectors.data.keys()].slice(0, 500));
    for (const [row, { embedding }] of records.entries()) {
      for (const [i, value] of embedding.entries()) {
        expect(value).toBeCloseTo(expected.data[row * 8 + i], 6);
      }
    }
  });

  it("gives the same from JSON lines, gzip and standard input, and keeps the other columns", async () => {
    writeFileSync(at("v.jsonl"), jsonLines(vectors));
    writeFileSync(at("v.jsonl.gz"), gzipSync(jsonLines(vectors)));
    writeFileSync(at("v.npy.gz"), gzipSync(readFileSync(at("v.npy"))));
    const flags = ["--column", "embedding", "--out"];
    for (const name of ["v.jsonl", "v.jsonl.gz", "v.npy.gz"]) {
      await apply(at("symmetric.safetensors"), at(name), ...flags, at("b.npy"));
      expect(readFileSync(at("b.npy"))).toEqual(Buffer.from(encodeNpy(expected)));
    }
    const piped = await spawnCommand(
      ["apply", at("symmetric.safetensors"), "-", ...flags, at("c.npy")],
      { input: readFileSync(at("v.npy")) },
    );
    expect(piped.code).toBe(0);
    expect(readFileSync(at("c.npy"))).toEqual(Buffer.from(encodeNpy(expected)));
    const { stdout } = await apply(at("symmetric.safetensors"), at("v.jsonl"), ...flags, "-");
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: number; embedding: number[] });
    expect(rows.map(({ id }) => id)).toEqual([...Array(500).keys()]);
    expect(Float32Array.from(rows.flatMap(({ embedding }) => embedding))).toEqual(expected.data);
  });

  it("reads the vectors of parquet, and keeps its other columns to the last digit", async () => {
    const parquet = fileURLToPath(new URL("../fixtures/cli/vectors.parquet", import.meta.url));
    await saveAdapter(at("three.safetensors"), identityAdapter(3));
    const flags = ["--column", "embedding", "--out", "-"];
    const { code, stdout } = await apply(at("three.safetensors"), parquet, ...flags);
    expect(code).toBe(0);
    const rows = stdout.trimEnd().split("\n");
    expect(rows).toHaveLength(7);
    const row = JSON.parse(rows[6]) as { id: string; title: string; embedding: number[] };
    expect([row.id, row.title]).toEqual([String(2n ** 60n + 6n), "row 6"]);
    const length = Math.hypot(7, 3, 1);
    for (const [j, value] of [7, 3, -1].entries()) {
      expect(row.embedding[j]).toBeCloseTo(value / length, 6);
    }
    writeFileSync(at("cut.parquet"), readFileSync(parquet).subarray(0, 300));
    const cut = await apply(at("three.safetensors"), at("cut.parquet"), ...flags);
    expect(cut.code).toBe(1);
    expect(cut.stderr).toMatch(
      /cut\.parquet: cannot read parquet: .*write or fetch the file again\n$/,
    );
  });

  it("applies the side that is asked for, and says of one that it changes nothing", async () => {
    const adapter = at("query.safetensors");
    for (const side of ["query", "passage"] as const) {
      const run = await apply(adapter, at("v.npy"), "--side", side, "--out", at("d.npy"));
      expect(run.code).toBe(0);
      expect(decodeNpy(readFileSync(at("d.npy")))).toEqual(
        applyAdapter(queryOnly, vectors, { side }),
      );
      expect(run.stderr.includes("leaves passage vectors as they are")).toBe(side === "passage");
    }
  });

  it("reads a file of many blocks, each row once, in the memory of a few", async () => {
    const cols = 1024;
    const rows = 20_000; // 78 MiB, ten blocks
    const large = createMatrix(rows, cols);
    for (let i = 0; i < rows; i++) large.data[i * cols + (i % cols)] = 1 + i;
    writeFileSync(at("large.npy"), encodeNpy(large));
    await saveAdapter(at("large.safetensors"), identityAdapter(cols));
    const script = [
      `import { run } from ${JSON.stringify(new URL("../../src/cli/run.ts", import.meta.url).href)};`,
      "const io = { print: async () => {}, say: console.error, env: {}, color: false, version: () => '',",
      "  signal: new AbortController().signal };",
      "const before = process.memoryUsage.rss();",
      "let most = 0;",
      "const timer = setInterval(() => { most = Math.max(most, process.memoryUsage.rss()); }, 5);",
      "const code = await run(process.argv.slice(1), io);",
      "clearInterval(timer);",
      "console.log(JSON.stringify({ code, grown: most - before }));",
    ].join("\n");
    const { stdout, stderr } = await spawnCommand(
      ["apply", at("large.safetensors"), at("large.npy"), "--out", at("out.npy")],
      { script: ["--import", "tsx", "--input-type=module", "--eval", script, "--"] },
    );
    expect(stderr).toBe("");
    const { code, grown } = JSON.parse(stdout) as { code: number; grown: number };
    expect(code).toBe(0);
    expect(grown).toBeLessThan(180 * 2 ** 20); // in and out whole would be 2 × 78 MiB, and copies of them
    const out = decodeNpy(readFileSync(at("out.npy")));
    const wrong = Array.from({ length: rows }, (_, i) => out.data[i * cols + (i % cols)]).filter(
      (value) => value !== 1,
    );
    expect([out.rows, wrong]).toEqual([rows, []]);
  }, 60_000);

  it("leaves the file that was there when it fails, and nothing beside it", async () => {
    writeFileSync(at("kept.npy"), "what was there");
    writeFileSync(at("tail.jsonl"), `${jsonLines(vectors)}\n{"embedding":[1]}`);
    const run = await apply(
      ...[at("symmetric.safetensors"), at("tail.jsonl"), "--column", "embedding"],
      ...["--out", at("kept.npy")],
    );
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("tail.jsonl:501: embedding must have 24 values");
    expect(readFileSync(at("kept.npy"), "utf8")).toBe("what was there");
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    const { code, stderr } = await runCommand(
      ["apply", at("symmetric.safetensors"), at("v.npy"), "--out", at("stopped.npy")],
      { signal: controller.signal },
    );
    expect([code, stderr]).toEqual([130, "enough\n"]);
  });
});
