import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { positivePairs } from "embedtune";
import { readNaturalQuestions, readPairs } from "embedtune/node";
import { runCommand, spawnCommand } from "./run-command.js";

const sample = fileURLToPath(new URL("../../examples/data/nq-sample.jsonl.gz", import.meta.url));

interface Line {
  readonly query: string;
  readonly passage: string;
  readonly answers: readonly string[];
}
const parse = (text: string): Line[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

let folder = "";
let lines: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedtune-nq-"));
  lines = gunzipSync(await readFile(sample))
    .toString("utf8")
    .trimEnd()
    .split("\n");
});
afterAll(() => rm(folder, { recursive: true }));

describe("embedtune nq", () => {
  it("writes the pairs of the library, with their short answers, in a form that readPairs reads", async () => {
    const out = join(folder, "pairs.jsonl");
    const { code, stdout, stderr } = await runCommand(["nq", sample, "--out", out]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`${out}: 360 pairs of 360 answered questions, 432 in all\n`);
    const questions = [];
    for await (const question of readNaturalQuestions(sample, { natural: true })) {
      questions.push(question);
    }
    const read = [];
    for await (const pair of readPairs(out)) read.push(pair);
    expect(read).toEqual(positivePairs(questions).pairs);
    const written = parse(await readFile(out, "utf8"));
    expect(written.some(({ answers }) => answers.length > 0)).toBe(true);
  });

  it("reads standard input as -, compressed or not, and prints", async () => {
    const text = `${lines.slice(0, 3).join("\n")}\n`;
    const plain = await spawnCommand(["nq", "-"], { input: text });
    const compressed = await spawnCommand(["nq", "-"], { input: gzipSync(text) });
    expect(plain.code).toBe(0);
    expect(parse(plain.stdout).length).toBeGreaterThan(0);
    expect(compressed.stdout).toBe(plain.stdout);
  });

  it("takes a part, the same for the same seed", async () => {
    const draw = (...seed: string[]) =>
      runCommand([
        "nq",
        sample,
        "--sample",
        "20",
        "--json",
        "--out",
        join(folder, "x.jsonl"),
        ...seed,
      ]);
    const { stdout } = await draw();
    expect(JSON.parse(stdout)).toMatchObject({ questions: 20 });
    const first = await readFile(join(folder, "x.jsonl"), "utf8");
    await draw();
    expect(await readFile(join(folder, "x.jsonl"), "utf8")).toBe(first);
    await draw("--seed", "2");
    expect(await readFile(join(folder, "x.jsonl"), "utf8")).not.toBe(first);
  });

  it("gives a pair once, however often a question comes", async () => {
    const once = await runCommand(["nq", sample]);
    const twice = await runCommand(["nq", sample, sample]);
    expect(twice.stdout).toBe(once.stdout);
  });

  it("ends with one sentence and exit code 1, keeps what was printed and writes no file", async () => {
    const path = join(folder, "tail.jsonl");
    await writeFile(path, `${lines[0]}\n{"cut`);
    const printed = await spawnCommand(["nq", path]);
    expect(printed.code).toBe(1);
    expect(printed.stderr).toBe(`${path}:2: not valid JSON: the line ends inside a string\n`);
    const out = join(folder, "none.jsonl");
    expect((await runCommand(["nq", path, "--out", out])).code).toBe(1);
    await expect(readFile(out)).rejects.toThrow("ENOENT");
  });
});
