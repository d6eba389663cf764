import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromRows, identityAdapter } from "embedtune";
import { saveAdapter } from "embedtune/node";
import { runCommand, type CommandRun } from "./run-command.js";

let folder = "";
const at = (name: string): string => join(folder, name);
const check = (...args: string[]): Promise<CommandRun> =>
  runCommand(["check", ...args, "--cache", at("cache")]);
const csv = (from: number, to: number): string =>
  [
    "question,answer",
    ...Array.from(
      { length: to - from },
      (_, i) => `ask about thing ${from + i},the answer on thing ${from + i}`,
    ),
  ].join("\n");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-check-"));
  writeFileSync(at("old.csv"), csv(0, 30));
  writeFileSync(at("new.csv"), csv(30, 70));
  await runCommand([
    "tune",
    at("old.csv"),
    "--out",
    at("tuned"),
    "--dimensions",
    "64",
    "--candidates",
    "rca",
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("embedtune check", () => {
  it("judges an adapter on fresh pairs, and the embedder by what was kept", async () => {
    const { code, stdout, stderr } = await check(
      ...[at("tuned/adapter.safetensors"), at("new.csv")],
      ...["--embedder", "hashing"],
    );
    expect(stderr).toContain("is read as CSV");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(use it|not shown): for the questions given, /);
    expect(stdout).toContain(
      "The embedder was not checked: none of the kept passages is in the corpus",
    );
    const again = await check(
      at("tuned/adapter.safetensors"),
      at("old.csv"),
      "--embedder",
      "hashing",
    );
    expect(again.stdout).toContain(
      "The embedder gives the same vectors: the lowest cosine of 30 kept",
    );
  });

  it("prices the probes too, which are embedded again whatever the cache has", async () => {
    const { stdout } = await check(
      ...[at("tuned/adapter.safetensors"), at("old.csv"), "--embedder", "hashing"],
      ...["--dry-run", "--json"],
    );
    // 30 questions, 30 passages, and these passages again.
    expect(JSON.parse(stdout)).toMatchObject({ texts: 90, toEmbed: 90 });
  });

  it("ends with 3 where the adapter does harm", async () => {
    const rows = Array.from({ length: 64 }, (_, i) =>
      Array.from({ length: 64 }, (_, j) => Math.sin(i * 7.1 + j * 3.3)),
    );
    await saveAdapter(at("harm.safetensors"), {
      ...identityAdapter(64),
      query: { center: null, weights: fromRows(rows) },
    });
    const { code, stdout, stderr } = await check(
      at("harm.safetensors"),
      at("new.csv"),
      "--embedder",
      "hashing",
    );
    expect(code).toBe(3);
    expect(stdout).toContain("leave it: ");
    expect(stderr.trimEnd().split("\n").at(-1)).toBe("the adapter does harm on these questions");
  });

  it("gives all of it as JSON", async () => {
    const { stdout } = await check(
      at("tuned/adapter.safetensors"),
      at("new.csv"),
      "--embedder",
      "hashing",
      "--json",
    );
    const found = JSON.parse(stdout) as { judgement: Record<string, unknown> };
    expect(found).toMatchObject({ questions: 40, alarm: false, drift: { checked: 0 } });
    expect(found.judgement.verdict).toMatch(/^(use it|not shown)$/);
    expect(found.judgement).not.toHaveProperty("questions");
    const whole = await check(
      ...[at("tuned/adapter.safetensors"), at("new.csv"), "--embedder", "hashing"],
      ...["--json", "--questions"],
    );
    const { judgement } = JSON.parse(whole.stdout) as { judgement: { questions: unknown[] } };
    expect(judgement.questions).toHaveLength(40);
  });

  it("leaves out questions that the adapter was fitted on, and says what it takes to fit again", async () => {
    writeFileSync(at("mixed.csv"), csv(10, 60));
    const { code, stdout } = await check(
      ...[at("tuned/adapter.safetensors"), at("mixed.csv"), "--embedder", "hashing"],
    );
    expect(code).toBe(0);
    expect(stdout).toContain("Of 50 questions 20 were left out");
    expect(stdout).toContain("(30 questions against 50 passages)");
    expect(stdout).toContain(
      "30 questions answered since, 30 learnt from: 40 more would be enough to fit again.",
    );
  });

  it("names the embedder that the adapter was made for, where none was named", async () => {
    const { code, stderr } = await check(at("tuned/adapter.safetensors"), at("new.csv"));
    expect(code).toBe(2);
    expect(stderr).toContain(
      '--embedder is needed: the adapter was made for "hashing/char-3-5/64/v1", such as --embedder hashing',
    );
    for (const [id, named] of [
      ["openai/text-embedding-3-small/1536", "--embedder openai:text-embedding-3-small"],
      ["ollama/nomic-embed-text/768?query=a&passage=b", "--embedder ollama:nomic-embed-text"],
      ["127.0.0.1/fake/8/cut-bytes", "--embedder http://127.0.0.1/v1#fake"],
    ]) {
      await saveAdapter(at("named.safetensors"), identityAdapter(4, id));
      expect((await check(at("named.safetensors"), at("new.csv"))).stderr).toContain(named);
    }
  });

  it.each([
    ["no pairs", ["tuned/adapter.safetensors"], 2, "FILE"],
    [
      "another embedder",
      ["tuned/adapter.safetensors", "new.csv", "--dimensions", "32"],
      1,
      "the one that the adapter was made for",
    ],
    ["no adapter", ["new.csv", "new.csv"], 1, "new.csv"],
    ["no probes", ["tuned/adapter.safetensors", "new.csv", "--probes", "none"], 1, "none"],
  ])("refuses %s in one sentence", async (_, args, code, says) => {
    const named = args.map((arg) => (/^--|^\d+$/.test(arg) ? arg : at(arg)));
    const run = await check(...named, "--embedder", "hashing");
    expect(run.code).toBe(code);
    expect(run.stderr.trimEnd().split("\n").at(-1)).toContain(says);
  });
});
