import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHashingEmbedder, encodeNpy, type Matrix } from "embedtune";
import { loadAdapter, saveDecision, tuneFiles } from "embedtune/node";
import { rowOf } from "embedtune/math";
import { startFakeOpenAI, type FakeOpenAIServer } from "../support/fake-openai-server.js";
import { intents } from "../tune/corpora.js";
import { runCommand, type CommandRun } from "./run-command.js";

let folder = "";
let server: FakeOpenAIServer;
const at = (name: string): string => join(folder, name);
const tune = (...args: string[]): Promise<CommandRun> =>
  runCommand(["tune", ...args, "--cache", at("cache"), "--candidates", "rca"]);

const { queries, passages, pairs } = intents(200, 12);
const jsonLines = (records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-tune-"));
  server = await startFakeOpenAI({ dimensions: 32 });
  const perPair = (matrix: Matrix, rows: Uint32Array): Matrix => ({
    ...{ rows: rows.length, cols: matrix.cols },
    data: Float32Array.from(Array.from(rows, (row) => [...rowOf(matrix, row)]).flat()),
  });
  writeFileSync(
    at("intents.jsonl"),
    jsonLines(
      Array.from(pairs.query, (q, i) => ({
        query: `ask ${q}`,
        passage: `topic ${pairs.passage[i]}`,
      })),
    ),
  );
  writeFileSync(at("q.npy"), encodeNpy(perPair(queries, pairs.query)));
  writeFileSync(at("p.npy"), encodeNpy(perPair(passages, pairs.passage)));
  writeFileSync(
    at("pairs.csv"),
    `\uFEFFFrage;Antwort\r\n${Array.from({ length: 24 }, (_, i) => `"wie geht\r\n${i}";Antwort ${i % 6}`).join("\r\n")}`,
  );
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("embedtune tune", () => {
  it("says the verdict, and writes what is judged", async () => {
    const out = at("intents");
    const { code, stdout, stderr } = await tune(
      ...[at("intents.jsonl"), "--query-vectors", at("q.npy"), "--corpus-vectors", at("p.npy")],
      ...["--embedder", "their/model", "--out", out],
    );
    expect(code).toBe(0);
    expect(stderr).toContain("is read as JSON lines, fields query, passage");
    const adapter = await loadAdapter(join(out, "adapter.safetensors"));
    expect(adapter.metadata).toMatchObject({ verdict: "use it", embedder: "their/model" });
    expect(stdout).toContain(`\n${adapter.metadata.sentence}\n`);
    expect(stdout).toContain(
      "200 questions, 12 passages, 200 pairs; vectors of 24 dimensions by their/model",
    );
    for (const file of readdirSync(out)) expect(stdout).toContain(join(out, file));
    const figures = JSON.parse(readFileSync(join(out, "figures.json"), "utf8")) as {
      sentence: string;
      forms: { name: string; verdict: string; sentence: string; overBest: { gain: number } }[];
    };
    expect(figures.sentence).toBe(adapter.metadata.sentence);
    const written = figures.forms.filter(({ verdict }) => verdict === "use it");
    const noBetter = written.filter(({ overBest }) => overBest.gain <= 0);
    expect(noBetter.map(({ name }) => name)).toEqual(["moved passages", "known questions"]);
    expect(stdout).toContain(
      "no better than the adapter alone: moved passages and known questions.",
    );
    for (const form of written) {
      expect(stdout.includes(form.sentence)).toBe(!noBetter.includes(form));
    }
    expect(stdout).not.toContain("built-in embedder");
  }, 20_000);

  it("prints the same as one JSON object, and keeps texts out where asked", async () => {
    const out = at("json");
    const { code, stdout } = await tune(at("pairs.csv"), "--json", "--no-texts", "--out", out);
    expect(code).toBe(0);
    const printed = JSON.parse(stdout) as { files: string[] };
    const { files, ...figures } = printed;
    expect(figures).toEqual(JSON.parse(readFileSync(join(out, "figures.json"), "utf8")));
    for (const file of files)
      expect(readFileSync(file, "latin1")).not.toMatch(/wie geht|Antwort \d/);
  });

  it("reads a spreadsheet's table, and says by what it embeds", async () => {
    const { code, stdout, stderr } = await tune(at("pairs.csv"), "--out", at("csv"));
    expect(code).toBe(0);
    expect(stderr).toContain("CSV with semicolons, columns Frage → query, Antwort → passage");
    expect(stderr).toContain("the built-in embedder, which compares spelling and not meaning");
    expect(stdout).toContain("not shown: ");
    expect(stdout).toContain("adapter.safetensors leaves vectors as they are");
    expect(stdout).toContain("This is about the built-in embedder alone");
  });

  it("spends nothing unasked, prints what it would take, and goes on from the cache", async () => {
    const service = ["--embedder", `${server.baseURL}#test-model`, "--price", "1000"];
    const args = [at("pairs.csv"), ...service, "--out", at("priced")];
    const refused = await tune(...args);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("30 texts to embed");
    expect(refused.stderr).toContain("--max-cost USD agrees to a price");
    const dry = await tune(...args, "--dry-run");
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(
      /^30 texts to embed, \d+ tokens, 2 requests, less than a minute: \$/,
    );
    expect(server.requests()).toBe(0);
    const agreed = await tune(...args, "--max-cost", "5");
    expect(agreed).toMatchObject({ code: 0 });
    const sent = server.requests();
    expect(sent).toBeGreaterThan(0);
    expect((await tune(...args)).code).toBe(0);
    expect(server.requests()).toBe(sent);
  });

  it("says what is kept when it is interrupted", async () => {
    const controller = new AbortController();
    const run = runCommand(["tune", at("pairs.csv"), "--out", at("never")], {
      signal: controller.signal,
      status: (line) => {
        if (line.startsWith("embed")) controller.abort(new Error("Ctrl-C"));
      },
    });
    expect(await run).toMatchObject({ code: 130 });
    expect((await run).stderr).toContain("interrupted: ");
    expect(readdirSync(folder)).not.toContain("never");
  });

  it("writes the page, which report writes again without its texts", async () => {
    const out = at("paged");
    await tune(at("pairs.csv"), "--out", out);
    const page = readFileSync(join(out, "report.html"), "utf8");
    const figures = readFileSync(join(out, "figures.json"), "utf8");
    const { sentence } = JSON.parse(figures) as { sentence: string };
    expect(page).toContain(sentence);
    expect(page).toContain("wie geht");
    const again = await runCommand(["report", out, "--no-texts", "--out", at("page.html")]);
    expect(again).toMatchObject({ code: 0, stdout: `${sentence}\n${at("page.html")}\n` });
    expect(readFileSync(at("page.html"), "utf8")).not.toMatch(/wie geht|Antwort \d/);
    const svg = at("gains.svg");
    expect((await runCommand(["report", out, "--plot", "gains", "--out", svg])).code).toBe(0);
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg class="chart" xmlns="http:.*<style>/s);
    const png = at("gains.png");
    await runCommand(["report", out, "--plot", "gains", "--png", "--out", png]);
    expect(readFileSync(png).subarray(1, 4).toString()).toBe("PNG");
    const wrong = await runCommand(["report", out, "--plot", "pie"]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("--plot must be gains, ");
    expect((await runCommand(["report", out, "--png"])).code).toBe(2);
    const none = await runCommand(["report", folder]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("decision.json.gz: cannot read the record of the decision");
  });

  it("says how many labels changed since the last verdict, and what more would be worth unless told not to", async () => {
    const out = at("changed");
    const data = at("changed.jsonl");
    const line = (i: number, passage: number): object => ({
      query: `ask ${i}`,
      passage: `topic ${passage}`,
    });
    const lines = Array.from({ length: 24 }, (_, i) => line(i, i % 6));
    writeFileSync(data, jsonLines(lines));
    const first = await tune(data, "--out", out);
    expect(first.stderr).not.toContain("last verdict");
    writeFileSync(data, jsonLines([...lines.slice(2), line(30, 0)]));
    const unasked = readFileSync(join(out, "report.html"), "utf8");
    expect(unasked).toContain("pairs learnt from");
    const second = await tune(data, "--out", out, "--learning-curve");
    const said = "Since the last verdict 3 labels changed: 1 added, 2 taken away, 0 turned";
    expect(second.stderr).toContain(said);
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain(said);
    expect(page).toContain("pairs learnt from");
    // Ids in the place of texts are no texts to compare.
    await tune(data, "--out", out, "--no-texts", "--no-learning-curve");
    const without = readFileSync(join(out, "report.html"), "utf8");
    expect(without).not.toContain("pairs learnt from");
    expect(without).toContain("--learning-curve</code>");
    expect((await tune(data, "--out", out)).stderr).not.toContain("last verdict");
  });

  it("gives the same bytes for the same seed", async () => {
    await tune(at("pairs.csv"), "--out", at("one"));
    await tune(at("pairs.csv"), "--out", at("two"));
    for (const file of readdirSync(at("one"))) {
      if (/\.(html|gz)$/.test(file)) continue; // they tell the seconds that each candidate took
      expect(readFileSync(join(at("one"), file))).toEqual(readFileSync(join(at("two"), file)));
    }
  });

  it("writes what the library writes, down to the bytes", async () => {
    await tune(at("pairs.csv"), "--dimensions", "64", "--out", at("by-command"));
    const decision = await tuneFiles(at("pairs.csv"), {
      ...{ embedder: createHashingEmbedder({ dimensions: 64 }), cache: null, candidates: ["rca"] },
    });
    const paths = await saveDecision(at("by-library"), decision);
    for (const path of paths.filter((of) => !of.endsWith(".gz"))) {
      expect(readFileSync(join(at("by-command"), basename(path)))).toEqual(readFileSync(path));
    }
  });

  it.skipIf(process.getuid?.() === 0)(
    "refuses a folder that it may not write to before anything is sent",
    async () => {
      const out = at("read-only");
      mkdirSync(out, { mode: 0o500 });
      const before = server.requests();
      const flags = ["--embedder", `${server.baseURL}#fake`, "--out", out];
      const { code, stderr } = await tune(at("pairs.csv"), ...flags);
      expect(code).toBe(2);
      expect(stderr).toContain("--out must name a folder that can be written to, received");
      expect(server.requests()).toBe(before);
    },
  );
});
