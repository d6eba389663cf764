import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeNpy, fromRows } from "embedtune";
import { startFakeOpenAI, type FakeOpenAIServer } from "../support/fake-openai-server.js";
import { runCommand } from "./run-command.js";

let folder = "";
let server: FakeOpenAIServer;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedtune-wrong-tune-"));
  server = await startFakeOpenAI({ dimensions: 8 });
  const vectors = encodeNpy(
    fromRows(
      [
        [1, 0],
        [0, 1],
        [1, 1],
      ].map((row) => Float32Array.from(row)),
    ),
  );
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "three.csv": "query,passage\na b,c d\ne f,g h\ni j,k l\n",
    "zeros.jsonl": '{"query":"a","passage":"b","label":0}\n{"query":"c","passage":"d","label":0}\n',
    "twice.jsonl": '{"query":"a","passage":"b"}\n{"query":"a","passage":"b"}\n',
    "both.jsonl": '{"query":"a","passage":"b","label":1}\n{"query":"a","passage":"b","label":0}\n',
    "names.jsonl": '{"foo":"a","bar":"b"}\n',
    "empty.jsonl": "",
    "header.csv": "query,passage\n",
    "column.csv": "query\nwhat\n",
    "blank.jsonl": '{"query":"a","passage":""}\n',
    "yes.jsonl": '{"query":"a","passage":"b","label":"yes"}\n',
    "page.csv": "<html><body>x</body></html>",
    "sheet.xlsx": "PK\u0003\u0004xlsx",
    "paper.pdf": "%PDF-1.4",
    "bytes.dat": Uint8Array.of(1, 2, 3, 0, 5, 6, 7, 8, 9),
    "latin.csv": Buffer.concat([
      Buffer.from("query,passage\n"),
      Buffer.from([0xe4, 0x2c, 0x62, 0x0a]),
    ]),
    "cut.jsonl.gz": gzipSync('{"query":"a","passage":"b"}\n'.repeat(1000)).subarray(0, 60),
    "broken.jsonl": '{"query":"a","passage":"b"}\n{"query":"a"',
    "ids.jsonl": '{"query":"a","passage_id":"p1"}\n',
    "corpus.jsonl": '{"_id":"p2","text":"two"}\n',
    "v.npy": vectors,
    "short.npy": encodeNpy(fromRows([Float32Array.of(1, 0)])),
    "wide.npy": encodeNpy(fromRows(Array.from({ length: 3 }, () => Float32Array.of(1, 0, 0)))),
    "zero.npy": encodeNpy(fromRows(Array.from({ length: 3 }, () => Float32Array.of(0, 0)))),
    "nan.npy": encodeNpy(fromRows(Array.from({ length: 3 }, () => Float32Array.of(NaN, 0)))),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(at(name), content);
  await mkdir(at("void"));
  await mkdir(at("beir/qrels"), { recursive: true });
  await writeFile(at("beir/corpus.jsonl"), '{"_id":"p","text":"passage"}\n');
  await writeFile(at("beir/queries.jsonl"), '{"_id":"q","text":"question"}\n');
  await writeFile(at("beir/qrels/train.tsv"), "query-id\tcorpus-id\tscore\nq\tx\t1\n");
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** `@name` stands for the file of this name. */
const fill = (text: string): string =>
  text
    .replaceAll("@SERVER", server.baseURL)
    .replaceAll(/@([\w./-]+)/g, (_, name: string) => at(name));

interface WrongUse {
  readonly what: string;
  readonly args: string;
  readonly code: 0 | 1 | 2;
  /** What the last line holds: what is wrong, and the remedy. */
  readonly says: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

// A line for each: the table is to be read as one.
// prettier-ignore
const table: readonly WrongUse[] = [
  // The line itself.
  { what: "no data", args: "", code: 2, says: ["DATA is missing", "tune --help"] },
  { what: "a typo in a flag", args: "@three.csv --embeder hashing", code: 2, says: ["no flag --embeder", "did you mean --embedder?"] },
  { what: "another metric", args: "@three.csv --metric accuracy", code: 2, says: ["--metric must be mrr, ndcg@10 or recall@K", '"accuracy"'] },
  { what: "another side", args: "@three.csv --side left", code: 2, says: ["--side must be both or query", '"left"'] },
  { what: "another claim", args: "@three.csv --hold-out pages", code: 2, says: ["--hold-out must be auto, questions or passages", '"pages"'] },
  { what: "another method", args: "@three.csv --candidates rca,magic", code: 2, says: ["--candidates must be some of rca, corpus-prior", '"magic"'] },
  { what: "a method that moves passages where they must stay", args: "@three.csv --side query --candidates refined-rca", code: 1, says: ['with side "query"', '"refined-rca"'] },
  { what: "no seconds", args: "@three.csv --time-budget soon", code: 2, says: ["--time-budget must be seconds >= 0", '"soon"'] },
  { what: "no dollars", args: "@three.csv --max-cost cheap", code: 2, says: ["--max-cost must be US dollars >= 0", '"cheap"'] },
  { what: "no length", args: "@three.csv --dimensions 0", code: 2, says: ["--dimensions must be an integer >= 1"] },
  { what: "another format", args: "@three.csv --format xml", code: 2, says: ["--format must be beir, dpr, jsonl", '"xml"'] },
  { what: "a file for a folder", args: "@three.csv --out @three.csv", code: 2, says: ["--out must name a folder that can be made", "three.csv"] },
  // The files.
  { what: "a missing file", args: "@nofile.csv", code: 1, says: ["nofile.csv: there is no such file", "the folder has"] },
  { what: "a missing corpus", args: "@three.csv --corpus @none.jsonl", code: 1, says: ["none.jsonl: there is no such file"] },
  { what: "an empty file", args: "@empty.jsonl", code: 1, says: ["empty.jsonl: the file is empty", "name one that has"] },
  { what: "a header alone", args: "@header.csv", code: 1, says: ["header.csv"] },
  { what: "one column alone", args: "@column.csv", code: 1, says: ["column.csv", "query"] },
  { what: "an empty folder", args: "@void", code: 1, says: ["void: the folder must hold", "BEIR"] },
  { what: "a workbook", args: "@sheet.xlsx", code: 1, says: ["a workbook", "save its sheet as CSV (UTF-8)"] },
  { what: "a PDF", args: "@paper.pdf", code: 1, says: ["paper.pdf"] },
  { what: "an HTML page", args: "@page.csv", code: 1, says: ["an HTML page", "download the data themselves"] },
  { what: "binary", args: "@bytes.dat", code: 1, says: ["bytes.dat"] },
  { what: "Windows-1252", args: "@latin.csv", code: 1, says: ["latin.csv:2", "UTF-8"] },
  { what: "a cut archive", args: "@cut.jsonl.gz", code: 1, says: ["cut.jsonl.gz"] },
  { what: "a cut line", args: "@broken.jsonl", code: 1, says: ["broken.jsonl:2"] },
  { what: "other names", args: "@names.jsonl", code: 1, says: ["received foo, bar", "--query-column, --passage-column"] },
  { what: "a column that is not there", args: "@three.csv --query-column frage", code: 1, says: ['received "frage"', "the file has query, passage"] },
  { what: "a blank passage", args: "@blank.jsonl", code: 1, says: ["blank.jsonl", "without a passage"] },
  { what: "a label in words", args: "@yes.jsonl", code: 1, says: ["yes.jsonl:1: label must be 0 or 1", "write 1 where"] },
  { what: "ids without a corpus", args: "@ids.jsonl", code: 1, says: ["--corpus"] },
  { what: "ids of another corpus", args: "@ids.jsonl --corpus @corpus.jsonl", code: 1, says: ["p1"] },
  { what: "BEIR judgements of unknown passages", args: "@beir", code: 1, says: ["train.tsv:2", '"x"'] },
  { what: "no such split", args: "@beir --split dev", code: 1, says: ["dev", "train"] },
  // The vectors.
  { what: "one file of vectors", args: "@three.csv --query-vectors @v.npy", code: 2, says: ["--corpus-vectors is needed beside --query-vectors"] },
  { what: "vectors of other data", args: "@three.csv --query-vectors @short.npy --corpus-vectors @v.npy", code: 1, says: ["3 vectors, one per item of the data, received 1"] },
  { what: "vectors of two models", args: "@three.csv --query-vectors @v.npy --corpus-vectors @wide.npy", code: 1, says: ["dimensions", "received 3"] },
  { what: "vectors of zeros", args: "@three.csv --query-vectors @zero.npy --corpus-vectors @v.npy", code: 1, says: ["row 0", "zeros only"] },
  { what: "vectors that are no numbers", args: "@three.csv --query-vectors @nan.npy --corpus-vectors @v.npy", code: 1, says: ["NaN"] },
  { what: "no vectors at all", args: "@three.csv --query-vectors @three.csv --corpus-vectors @v.npy", code: 1, says: ["three.csv"] },
  // The embedder.
  { what: "an unknown embedder", args: "@three.csv --embedder gpt", code: 2, says: ["--embedder must be hashing, openai:MODEL", '"gpt"'] },
  { what: "no model", args: "@three.csv --embedder openai:", code: 2, says: ["--embedder must name a model"] },
  { what: "no key", args: "@three.csv --embedder openai:text-embedding-3-small", code: 2, says: ["OPENAI_API_KEY must hold the key", "--embedder hashing needs none"] },
  { what: "no consent", args: "@three.csv --embedder @SERVER#m --price 5", code: 2, says: ["--max-cost USD agrees to a price", "nothing was sent"] },
  { what: "a price above the consent", args: "@three.csv --embedder @SERVER#m --price 50000 --max-cost 0.01", code: 2, says: ["more than --max-cost 0.01; nothing was sent"] },
];

/** What shows nothing, and is no error. */
// prettier-ignore
const harmless: readonly WrongUse[] = [
  { what: "three pairs", args: "@three.csv", code: 0, says: ["not shown: "] },
  { what: "one class", args: "@zeros.jsonl", code: 0, says: ["untested: there are no labels to judge by"] },
  { what: "duplicates only", args: "@twice.jsonl", code: 0, says: ["untested: ", "1 pair said what another had said"] },
  { what: "contradictions only", args: "@both.jsonl", code: 0, says: ["untested: ", "1 pair labelled both 1 and 0"] },
];

describe("embedtune tune, used wrongly", () => {
  it.each(table)(
    "says one sentence with the remedy for $what",
    async ({ args, code, says, env }) => {
      const line = fill(args).split(" ").filter(Boolean);
      const sent = server.requests();
      const run = await runCommand(
        ["tune", ...line, ...(line.includes("--out") ? [] : ["--out", at("out")])],
        env === undefined ? {} : { env },
      );
      const last = run.stderr.trimEnd().split("\n").at(-1)!;
      for (const part of says) expect(last).toContain(part);
      expect(run.code).toBe(code);
      expect(run.stdout).toBe("");
      expect(last.length).toBeLessThan(400);
      expect(run.stderr).not.toMatch(/\n\s+at /);
      expect(server.requests()).toBe(sent);
    },
  );

  it.each(harmless)("gives a verdict on $what", async ({ args, says }) => {
    const run = await runCommand(["tune", ...fill(args).split(" "), "--out", at("out")]);
    expect(run.code).toBe(0);
    for (const part of says) expect(run.stdout).toContain(part);
  });
});
