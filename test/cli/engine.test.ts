import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeNpy } from "embedtune";
import { loadAdapter } from "embedtune/node";
import { intents } from "../tune/corpora.js";
import { runCommand } from "./run-command.js";

const runtime: string = "onnxruntime-node";
const hasRuntime = await import(runtime).then(
  () => true,
  () => false,
);
const hint = "onnxruntime-node is installed: --engine onnx multiplies faster";

let folder: string;
let evaluation: string[];
let tuning: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-"));
  const at = (name: string): string => join(folder, name);
  const { queries, passages, pairs } = intents(300, 30, { d: 64 });
  await writeFile(at("q.npy"), encodeNpy(queries));
  await writeFile(at("p.npy"), encodeNpy(passages));
  const qrels = Array.from(pairs.passage, (passage, i) => `${i} 0 ${passage} 1\n`);
  await writeFile(at("qrels.txt"), qrels.join(""));
  const lines = Array.from(pairs.passage, (passage, i) =>
    JSON.stringify({ query: `question ${i}`, passage: `passage ${passage}` }),
  );
  await writeFile(at("pairs.jsonl"), lines.join("\n"));
  const corpus = Array.from({ length: passages.rows }, (_, i) =>
    JSON.stringify({ id: i, text: `passage ${i}` }),
  );
  await writeFile(at("corpus.jsonl"), corpus.join("\n"));
  const vectors = ["--query-vectors", at("q.npy"), "--corpus-vectors", at("p.npy")];
  evaluation = ["evaluate", ...vectors, "--qrels", at("qrels.txt"), "--json"];
  tuning = ["tune", at("pairs.jsonl"), "--corpus", at("corpus.jsonl"), ...vectors];
  tuning.push("--candidates", "rca", "--out", at("tuned"), "--json");
});
afterAll(() => rm(folder, { recursive: true }));

describe("the command's engine", () => {
  it("is refused where there is none of that name, before anything is done", async () => {
    const flag = await runCommand([...evaluation, "--engine", "abacus"]);
    expect(flag.code).toBe(2);
    expect(flag.stderr).toContain("abacus");
    const environment = await runCommand(evaluation, { env: { EMBEDTUNE_ENGINE: "abacus" } });
    expect(environment).toMatchObject({
      ...{ code: 2, stdout: "" },
      stderr: 'EMBEDTUNE_ENGINE must be kernel or onnx, received "abacus"\n',
    });
  });

  it.skipIf(hasRuntime)("names the package to install", async () => {
    const { code, stderr } = await runCommand([...evaluation, "--engine", "onnx"]);
    expect(code).toBe(1);
    expect(stderr).toContain("npm install onnxruntime-node@1");
  });

  it.skipIf(!hasRuntime)("is hinted at where it is installed, unless it was chosen", async () => {
    const unasked = await runCommand(evaluation);
    expect(unasked.stderr).toContain(hint);
    const kernel = await runCommand([...evaluation, "--engine", "kernel"]);
    expect(kernel).toEqual({ ...unasked, stderr: "" });
    const onnx = await runCommand(evaluation, { env: { EMBEDTUNE_ENGINE: "onnx" } });
    expect(onnx.stderr).toBe("");
    const { engine, ...figures } = JSON.parse(onnx.stdout) as { engine?: string };
    expect(figures).toEqual(JSON.parse(kernel.stdout));
    expect(engine).toContain("onnxruntime-node@");
  });

  it.skipIf(!hasRuntime)("stands in what tune writes", async () => {
    const { code, stdout } = await runCommand([...tuning, "--engine", "onnx"]);
    expect(code).toBe(0);
    const { engine } = JSON.parse(stdout) as { engine?: string };
    expect(engine).toContain("onnxruntime-node@");
    const { metadata } = await loadAdapter(join(folder, "tuned", "best.safetensors"));
    expect(metadata.engine).toBe(engine);
    expect(await readFile(join(folder, "tuned", "report.html"), "utf8")).toContain(engine);
  });
});
