import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parquetReadObjects } from "hyparquet";
import { afterAll, describe, expect, it } from "vitest";
import {
  createHashingEmbedder,
  createVectorIndex,
  encodeNpy,
  mineHardNegatives,
  miningTexts,
  positivePairs,
  type Question,
} from "embedtune";
import { createGoldGuard, passagePool, toTriplets } from "embedtune/negatives";
import { readNaturalQuestions } from "embedtune/node";
import { runCommand, type CommandRun } from "./run-command.js";

const folder = mkdtempSync(join(tmpdir(), "embedtune-mine-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const file = (url: string): string => fileURLToPath(new URL(url, import.meta.url));
const sample = file("../../examples/data/nq-sample.jsonl.gz");

const mine = (...flags: string[]): Promise<CommandRun> => runCommand(["mine", ...flags]);

interface MinedPair {
  readonly query: string;
  readonly passage: string;
  readonly label: 0 | 1;
}
const readRows = <T>(name: string): T[] =>
  readFileSync(at(name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

async function readSample(): Promise<Question[]> {
  const questions: Question[] = [];
  for await (const question of readNaturalQuestions(sample, { natural: true })) {
    questions.push(question);
  }
  return questions;
}

/** What `embedtune mine --method nearest --embedder hashing` must find, by the library. */
async function mineByLibrary(settings: { numNegatives: number; relativeMargin: number }) {
  const questions = await readSample();
  const positives = positivePairs(questions).pairs;
  const corpus = passagePool(questions).passages.map(({ text }) => text);
  const texts = miningTexts(positives, { corpus });
  const embedder = createHashingEmbedder({ dimensions: 384 });
  const queries = await embedder.embed(texts.queries, { side: "query" });
  const passages = await embedder.embed(texts.passages);
  const guard = createGoldGuard(questions);
  const index = createVectorIndex(texts, { queries, passages });
  const mined = await mineHardNegatives(positives, index, { ...settings, guards: [guard] });
  return { texts, queries, passages, guard, mined };
}

function hasNumPy(): boolean {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("embedtune mine", () => {
  it.each(["weak", "same-page", "bm25", "nearest"])(
    "mines the shipped questions by the method %s, never a right answer",
    async (method) => {
      const flags = ["--method", method, "--exclude-answers", "--out", at(`${method}.jsonl`)];
      const embedder = method === "nearest" ? ["--embedder", "hashing"] : [];
      const { code, stdout, stderr } = await mine(sample, ...flags, ...embedder, "--json");
      expect(code).toBe(0);
      expect(stderr).toContain(`read as Natural Questions: 360 matches; mined by ${method}`);
      const { mined, wanted } = JSON.parse(stdout) as { mined: number; wanted: number };
      const pairs = readRows<MinedPair>(`${method}.jsonl`);
      const negatives = pairs.filter(({ label }) => label === 0);
      expect(negatives).toHaveLength(mined);
      expect(mined).toBeGreaterThan(300);
      expect(mined).toBeLessThanOrEqual(wanted);
      const right = new Set(
        pairs
          .filter(({ label }) => label === 1)
          .map(({ query, passage }) => `${query}\n${passage}`),
      );
      expect(right.size).toBe(360);
      expect(negatives.filter(({ query, passage }) => right.has(`${query}\n${passage}`))).toEqual(
        [],
      );
    },
  );

  it("mines what the library mines, as triplets", async () => {
    const flags = [
      "--embedder",
      "hashing",
      "--as",
      "triplets",
      "--num",
      "2",
      "--out",
      at("t.jsonl"),
    ];
    expect((await mine(sample, ...flags)).code).toBe(0);
    const { mined } = await mineByLibrary({ numNegatives: 2, relativeMargin: 0.05 });
    const expected = JSON.parse(JSON.stringify(toTriplets(mined))) as unknown[];
    expect(readRows("t.jsonl")).toEqual(expected);
  });

  it("writes triplets and weak pairs under the column names of sentence-transformers, as parquet too", async () => {
    const flags = ["--as", "triplets", "--num", "2"];
    const renamed = ["--columns", "query,answer", "--out", at("words.parquet")];
    expect((await mine(sample, ...flags, "--out", at("words.jsonl"))).code).toBe(0);
    expect((await mine(sample, ...flags, ...renamed)).code).toBe(0);
    const bytes = readFileSync(at("words.parquet"));
    const slice = (start: number, end?: number): ArrayBuffer =>
      Uint8Array.from(bytes.subarray(start, end)).buffer;
    const rows = await parquetReadObjects({ file: { byteLength: bytes.length, slice } });
    const triplets = readRows<{ query: string; positive: string; negative: string }>("words.jsonl");
    expect(rows).toEqual(
      triplets.map(({ query, positive, negative }) => ({ query, answer: positive, negative })),
    );
    expect(Object.keys(rows[0])).toEqual(["query", "answer", "negative"]);

    const weak = ["--method", "weak", "--columns", "sentence1,sentence2,score"];
    expect((await mine(sample, ...weak, "--out", at("weak.jsonl"))).code).toBe(0);
    const [first] = readRows<object>("weak.jsonl");
    expect(Object.keys(first)).toEqual(["sentence1", "sentence2", "score"]);

    const { code, stderr } = await mine(sample, "--columns", "query");
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      'must be two or three names, such as anchor,positive, received "query"',
    );
  });

  it("mines pairs of other columns among a corpus of their own", async () => {
    const pairs =
      "question,answer,page\nwhat is red,apples are red,a\nwhat is blue,the sky is blue,b\n";
    writeFileSync(at("pairs.csv"), pairs);
    writeFileSync(at("corpus.txt"), "what is it\nblue is what\nred is what\n");
    const { code, stdout } = await mine(
      ...[at("pairs.csv"), "--group-column", "page"],
      ...["--corpus", at("corpus.txt"), "--num", "1", "--relative-margin", "0"],
    );
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as MinedPair);
    expect(rows.filter(({ label }) => label === 1)).toMatchObject([
      { query: "what is red", passage: "apples are red", group: "a" },
      { query: "what is blue", passage: "the sky is blue", group: "b" },
    ]);
  });

  it("reads DPR's JSON", async () => {
    const passage = (text: string) => ({ title: "", text });
    const examples = [0, 1, 2].map((i) => ({
      question: `who is number ${i}`,
      answers: [`answer ${i}`],
      positive_ctxs: [passage(`number ${i} is answer ${i}`)],
      hard_negative_ctxs: [passage(`who is who ${i}`)],
    }));
    writeFileSync(at("dpr.json"), JSON.stringify(examples));
    const { code, stderr } = await mine(at("dpr.json"), "--relative-margin", "0");
    expect(code).toBe(0);
    expect(stderr).toContain("DPR");
    const without = await mine(
      at("dpr.json"),
      "--exclude-answers",
      "--json",
      "--out",
      at("d.jsonl"),
    );
    expect(without.code).toBe(0);
  });

  it.skipIf(!hasNumPy())("mines what NumPy mines from the same vectors", async () => {
    const settings = { numNegatives: 3, relativeMargin: 0.05 };
    const { texts, queries, passages, guard, mined } = await mineByLibrary(settings);
    const queryRow = new Map(texts.queries.map((text, i) => [text, i]));
    const passageRow = new Map(texts.passages.map((text, i) => [text, i]));
    const rows = mined.queries.map(({ query, positives, negatives }) => ({
      query: queryRow.get(query),
      positives: positives.map(({ text }) => passageRow.get(text)),
      negatives: negatives.map(({ text }) => passageRow.get(text)),
      scores: negatives.map(({ score }) => score),
      refused: texts.passages.flatMap((passage, row) =>
        guard(query, passage) === null ? [] : [row],
      ),
    }));
    writeFileSync(at("queries.npy"), encodeNpy(queries));
    writeFileSync(at("passages.npy"), encodeNpy(passages));
    writeFileSync(
      at("mined.json"),
      JSON.stringify({ settings, texts: texts.passages, mined: rows }),
    );
    const script = file("../fixtures/negatives/check-mined.py");
    expect(execFileSync("python3", [script, folder], { encoding: "utf8" })).toMatch(
      /^(\d+) of \1 queries agree/,
    );
  });
});
