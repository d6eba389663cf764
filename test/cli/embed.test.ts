import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHashingEmbedder, decodeNpy, encodeNpy, type EmbeddingEstimate } from "embedtune";
import { rowOf } from "embedtune/math";
import { tuneFiles } from "embedtune/node";
import { createOpenAIEmbedder } from "embedtune/openai";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
} from "../support/fake-openai-server.js";
import { agreeToSpend } from "../../src/cli/embedding/spending.js";
import { runCommand, spawnCommand, type CommandRun, type RunOptions } from "./run-command.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const numpy = ((): boolean => {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let folder = "";
let server: FakeOpenAIServer;
let slow = true;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-embed-"));
  server = await startFakeOpenAI({
    misbehave: (_, n) => (n === 0 ? { kind: "status", status: 500 } : undefined),
    delayMs: (inputs) => (slow && inputs.includes("slow") ? 120_000 : 0),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);
const texts = ["first line", "second line, ünïcode", "first line", "fourth"];
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const embed = (
  file: string,
  flags: readonly string[],
  options: RunOptions = {},
): Promise<CommandRun> => runCommand(["embed", file, "--cache", at("cache"), ...flags], options);
const vectorsOf = (name: string) => decodeNpy(readFileSync(at(name)), name);

describe("embedtune embed", () => {
  it("finds what was embedded behind another address under the id that --embedder-id names", async () => {
    const file = write("moved.txt", "one model\ntwo addresses\n");
    const out = ["--dimensions", "8", "--out", at("moved.npy"), "--embedder-id", "ours/fake"];
    const first = await embed(file, ["--embedder", `${server.baseURL}#fake`, ...out]);
    expect(first.code).toBe(0);
    const before = server.requests();
    const moved = server.baseURL.replace("127.0.0.1", "localhost");
    const second = await embed(file, ["--embedder", `${moved}#fake`, ...out]);
    expect([second.code, server.requests()]).toEqual([0, before]);
    const none = await embed(file, ["--embedder", "hashing", ...out]);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining("--embedder-id must be left out for hashing"),
    ]);
  });

  it("embeds every line once into a row of its own, through a failure, and the second time from the cache", async () => {
    const file = write("texts.txt", `${texts.join("\n")}\n`);
    const flags = ["--embedder", `${server.baseURL}#fake`, "--dimensions", "8"];
    const first = await embed(file, [...flags, "--out", at("v.npy")]);
    expect(first.stderr).toContain("3 embedded");
    expect(first.code).toBe(0);
    const vectors = vectorsOf("v.npy");
    expect([vectors.rows, vectors.cols]).toEqual([4, 8]);
    for (const [i, text] of texts.entries()) {
      expect(rowOf(vectors, i)).toEqual(fakeVector(text, 8));
    }
    const before = server.requests();
    const second = await embed(file, [...flags, "--out", at("w.npy"), "--json"]);
    expect(JSON.parse(second.stdout)).toMatchObject({ rows: 4, dimensions: 8, embedded: 0 });
    expect(readFileSync(at("w.npy"))).toEqual(readFileSync(at("v.npy")));
    expect(server.requests()).toBe(before);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("writes the bytes of encodeNpy, whatever the texts are read from", async () => {
    const matrix = await createHashingEmbedder({ dimensions: 16 }).embed(texts);
    const expected = Buffer.from(encodeNpy(matrix));
    const flags = ["--embedder", "hashing", "--dimensions", "16", "--out", at("h.npy")];
    const json = texts.map((body, id) => JSON.stringify({ id, body })).join("\n");
    const csv = `id;body\n${texts.map((body, id) => `${id},"${body}"`).join("\n")}`.replace(
      ";",
      ",",
    );
    const sources = [
      [write("a.txt", texts.join("\r\n"))],
      [write("a.jsonl", json), "--column", "body"],
      [write("a.csv", `\uFEFF${csv}`), "--column", "body"],
    ];
    for (const [file, ...column] of sources) {
      expect((await embed(file, [...flags, ...column])).code).toBe(0);
      expect(readFileSync(at("h.npy"))).toEqual(expected);
    }
    const piped = await spawnCommand(["embed", "-", ...flags], { input: `${texts.join("\n")}\n` });
    expect(piped.code).toBe(0);
    expect(readFileSync(at("h.npy"))).toEqual(expected);
  });

  it("embeds a column of parquet", async () => {
    const parquet = `${root}test/fixtures/cli/vectors.parquet`;
    const flags = ["--column", "title", "--embedder", "hashing", "--out", at("q.npy")];
    expect((await embed(parquet, flags)).stdout).toContain("q.npy: 7 × 384");
    const expected = await createHashingEmbedder({ dimensions: 384 }).embed(["row 6"]);
    expect(rowOf(vectorsOf("q.npy"), 6)).toEqual(expected.data);
  });

  it("keeps the other columns in JSON lines, and the values to the last bit", async () => {
    const file = write("c.jsonl", '{"id":7,"text":"one"}\n{"id":8,"text":"two","tags":["x"]}\n');
    const { stdout, code } = await embed(file, ["--embedder", "hashing", "--out", "-"]);
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { vector: number[] });
    expect(rows).toMatchObject([
      { id: 7, text: "one" },
      { id: 8, text: "two", tags: ["x"] },
    ]);
    const expected = await createHashingEmbedder({ dimensions: 384 }).embed(["one", "two"]);
    expect(Float32Array.from(rows.flatMap(({ vector }) => vector))).toEqual(expected.data);
  });

  it("puts the prefix of the side before each text", async () => {
    const file = write("p.txt", "one\n");
    const flags = ["--query-prefix", "query: ", "--embedder", `${server.baseURL}#fake`];
    const run = await embed(file, [...flags, "--side", "query", "--out", at("p.npy")]);
    expect(run.code).toBe(0);
    expect(rowOf(vectorsOf("p.npy"), 0)).toEqual(fakeVector("query: one", 8));
    expect(run.stdout).toContain("?query=query%3A%20&passage=");
    await embed(file, [...flags, "--out", at("p.npy")]);
    expect(rowOf(vectorsOf("p.npy"), 0)).toEqual(fakeVector("one", 8));
  });

  it("puts the prefixes that a known model wants, says so, and shares its cache with tune", async () => {
    const file = write("p.txt", "one\n");
    const flags = ["--embedder", `${server.baseURL}#intfloat/e5-small-v2`, "--out", at("p.npy")];
    const known = await embed(file, [...flags, "--side", "query"]);
    expect(known.code).toBe(0);
    expect(known.stderr).toContain('query "query: ", passage "passage: "');
    const model = "intfloat/e5-small-v2";
    expect(rowOf(vectorsOf("p.npy"), 0)).toEqual(fakeVector("query: one", 8, model));
    const none = await embed(file, [...flags, "--query-prefix", "", "--passage-prefix", ""]);
    expect(none.stderr).not.toContain("prefix");
    expect(rowOf(vectorsOf("p.npy"), 0)).toEqual(fakeVector("one", 8, model));
    // A flag for one side leaves the other what the model wants, which is said.
    const other = await embed(file, [...flags, "--query-prefix", "ask: "]);
    expect(other.stderr).toContain('query "ask: ", passage "passage: "');
    expect(rowOf(vectorsOf("p.npy"), 0)).toEqual(fakeVector("passage: one", 8, model));
    // The texts of pairs, as the library's one call embeds them.
    const pairs = write("pairs.jsonl", '{"query":"one","passage":"two"}\n');
    const embedder = createOpenAIEmbedder({ baseURL: server.baseURL, model, apiKey: "none" });
    const before = server.log.length;
    await tuneFiles(pairs, { embedder, cache: at("cache") }).catch(() => undefined);
    expect(server.log.slice(before).flatMap(({ inputs }) => inputs)).toEqual(["passage: two"]);
  });

  it.skipIf(!numpy)("writes what NumPy loads: float32, a row per line", async () => {
    const script = [
      "import json, sys, numpy",
      "v = numpy.load(sys.argv[1])",
      "print(json.dumps([v.dtype.str, v.shape, v[1].tolist()]))",
    ].join("\n");
    const file = write("texts.txt", `${texts.join("\n")}\n`);
    const flags = ["--embedder", "hashing", "--dimensions", "16"];
    await embed(file, [...flags, "--out", at("n.npy")]);
    const found = execFileSync("python3", ["-c", script, at("n.npy")], { encoding: "utf8" });
    const expected = await createHashingEmbedder({ dimensions: 16 }).embed([texts[1]]);
    expect(JSON.parse(found)).toEqual(["<f4", [4, 16], [...expected.data]]);
  });
});

describe("the price of embedding", () => {
  const openai = ["--embedder", "openai:text-embedding-3-small"];

  it("is said without a key and without a request", async () => {
    const file = write("texts.txt", `${texts.join("\n")}\n`);
    const { code, stdout } = await embed(file, [...openai, "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^3 texts to embed, \d+ tokens, 1 request, less than a minute: .*\$/);
  });

  /** A priced model whose texts reach the fake server. */
  const priced = ["--price", "1000000", "--embedder"];
  const env = { OPENAI_API_KEY: "sk-test" };
  const paid = (name: string): string[] => {
    return [...priced, "openai:fake", "--out", at(`${name}.npy`)];
  };

  it("is asked of a person, and nothing is sent without a y", async () => {
    const file = write("ask.txt", "to be asked\n");
    const questions: string[] = [];
    const answering = (reply: string): RunOptions => ({
      env: { ...env, OPENAI_BASE_URL: server.baseURL },
      answer: (question) => {
        questions.push(question);
        return reply;
      },
    });
    const before = server.requests();
    for (const reply of ["n", "", "no", "maybe"]) {
      const refused = await embed(file, paid("ask"), answering(reply));
      expect([refused.code, server.requests()]).toEqual([2, before]);
    }
    expect(questions[0]).toMatch(/^1 text to embed, \d tokens, 1 request, .*: \$\d.*\[y\/N\] $/);
    const agreed = await embed(file, paid("ask"), answering("y"));
    expect([agreed.code, server.requests()]).toEqual([0, before + 1]);
    expect(agreed.stderr).toMatch(/1 embedded, \$\d+\.\d\d spent/);
    // What is paid for is not asked again.
    questions.length = 0;
    expect((await embed(file, paid("ask"), answering("n"))).code).toBe(0);
    expect(questions).toEqual([]);
  });

  it("is counted of a pipe too, which comes only once", async () => {
    const flags = ["--embedder", `${server.baseURL}#fake`, "--price", "1", "--max-cost", "9"];
    const run = await spawnCommand(
      ["embed", "-", ...flags, "--out", at("piped.npy"), "--cache", at("pipe-cache")],
      { input: "to be piped\nand paid for\n" },
    );
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^standard input is read as text.*\n2 texts to embed, /);
    expect(rowOf(vectorsOf("piped.npy"), 1)).toEqual(fakeVector("and paid for", 8));
  });

  it("is at its highest where it is not known exactly, for who agrees agrees to that", async () => {
    const embedder = createHashingEmbedder({ dimensions: 384 });
    const open = { embedder, bare: embedder, uncached: embedder, prefixes: null, priced: true };
    const estimate: EmbeddingEstimate = {
      ...{ texts: 5, toEmbed: 5, tokens: { low: 10, high: 90 }, requests: 2, minutes: null },
      cost: { low: 1, high: 9 },
    };
    const said: string[] = [];
    const io = {
      print: () => Promise.resolve(),
      say: (line: string) => void said.push(line),
      env: {},
      signal: new AbortController().signal,
      color: false,
      version: () => "",
    };
    await expect(agreeToSpend(open, estimate, { maxCost: 8 }, io)).rejects.toThrow(
      "5 texts to embed, 10 to 90 tokens, 2 requests: $1.00 to $9.00, more than --max-cost 8",
    );
    await agreeToSpend(open, estimate, { maxCost: 9 }, io);
    expect(said).toHaveLength(1);
    // And nothing is asked where there is nothing to pay.
    await agreeToSpend({ ...open, priced: false }, estimate, {}, io);
    await agreeToSpend(open, { ...estimate, toEmbed: 0 }, {}, io);
  });

  it("is agreed to by --max-cost, up to it", async () => {
    const file = write("max.txt", "to be paid\n");
    const options = { env: { ...env, OPENAI_BASE_URL: server.baseURL } };
    const low = await embed(file, [...paid("max"), "--max-cost", "0.5"], options);
    expect([low.code, low.stdout]).toEqual([2, ""]);
    const enough = await embed(file, [...paid("max"), "--max-cost", "50"], options);
    expect(enough.code).toBe(0);
  });
});

describe("keys", () => {
  it("go to the server they are for, and to no other", async () => {
    const file = write("keys.txt", "a text for keys\n");
    const env = { OPENAI_API_KEY: "sk-openai", EMBEDTUNE_API_KEY: "sk-mine" };
    const keyOf = async (embedder: string, more: Readonly<Record<string, string>>) => {
      const flags = ["--embedder", embedder, "--out", at("k.npy")];
      const run = await embed(file, flags, { env: more });
      expect(run.code).toBe(0);
      return server.log.at(-1)?.headers.authorization;
    };
    expect(await keyOf(`${server.baseURL}#a`, env)).toBe("Bearer sk-mine");
    expect(await keyOf(`${server.baseURL}#b`, { OPENAI_API_KEY: "sk-openai" })).toBe("Bearer none");
    const base = { OPENAI_BASE_URL: server.baseURL };
    expect(await keyOf("openai:c", { ...env, ...base })).toBe("Bearer sk-openai");
  });
});

describe("Ctrl-C", () => {
  it("keeps what was embedded, says how to go on, and the same command goes on", async () => {
    const lines = [...Array.from({ length: 2048 }, (_, i) => `text number ${i}`), "slow"];
    const file = write("long.txt", lines.join("\n"));
    const args = [
      ...["embed", file, "--embedder", `${server.baseURL}#fake`],
      ...["--out", at("long.npy"), "--cache", at("long-cache")],
    ];
    const child = spawn(process.execPath, ["--import", "tsx", `${root}src/cli.ts`, ...args], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
    const asked = (text: string): boolean => server.log.some(({ inputs }) => inputs.includes(text));
    const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    while (!asked("slow") || !server.answered.has("text number 0")) await wait(50);
    await wait(1000); // until the answer is read and stored
    const done = lines.filter((line) => server.answered.has(line)).length;
    child.kill("SIGINT");
    expect(await closed).toBe(130);
    expect(stderr).toContain(`interrupted: what was embedded is kept in ${at("long-cache")}`);
    expect(stderr.trimEnd().split("\n")).toEqual([
      `${file} is read as text, one per line`,
      expect.stringMatching(/^interrupted: /),
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith("long.npy"))).toEqual([]);
    slow = false;
    const again = await runCommand(args);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain(`${done} found in the cache, ${2049 - done} embedded`);
    expect(server.answered.get("text number 0")).toBe(1);
    expect(vectorsOf("long.npy").rows).toBe(2049);
  }, 60_000);
});
