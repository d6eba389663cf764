import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeNpy, fromRows, identityAdapter } from "embedtune";
import { saveAdapter } from "embedtune/node";
import { runCommand } from "./run-command.js";

let folder = "";
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedtune-wrong-"));
  const vectors = encodeNpy(fromRows([Float32Array.of(1, 0), Float32Array.of(0, 1)]));
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "empty.txt": "",
    "blank.txt": "one\n\nthree\n",
    "texts.txt": "one\ntwo\n",
    "texts.jsonl": '{"id":1,"body":"one"}\n{"id":2,"body":"two"}\n',
    "broken.jsonl": '{"text":"one"}\n{"text":',
    "latin.txt": Uint8Array.of(0xe4, 0xf6, 0x0a),
    "binary.dat": Uint8Array.of(1, 2, 3, 0, 5, 6, 7, 8, 9),
    "wrong.txt.gz": "not gzip",
    "cut.txt.gz": gzipSync("one\ntwo\nthree\n".repeat(1000)).subarray(0, 40),
    "utf16.dat": Buffer.from("one and two\n", "utf16le"),
    "pairs.jsonl": '{"query":"a b","passage":"c d"}\n{"query":"e f","passage":"g h"}\n',
    "zeros.jsonl": '{"query":"a","passage":"b","label":0}\n',
    "scores.jsonl": '{"score":0.9,"label":1}\n{"score":0.2,"label":0}\n',
    "run.trec": "q1 Q0 p1 1 0.9 x\nq1 Q0 p2 2 0.5 x\n",
    "other.trec": "z1 Q0 p1 1 0.9 x\n",
    "qrels.txt": "q1 0 p1 1\n",
    "badqrels.txt": "q1 0 p1 yes\n",
    "rows.qrels": "0 0 1 1\n",
    "far.qrels": "0 0 7 1\n",
    "ids.txt": "a\n",
    "twice.txt": "a\na\n",
    "v.npy": vectors,
    "long.npy": Buffer.concat([vectors, Buffer.alloc(3)]),
    "cut.npy": vectors.subarray(0, vectors.length - 3),
    "wide.npy": encodeNpy(fromRows([Float32Array.of(1, 0, 0)])),
    "zero.npy": encodeNpy(fromRows([Float32Array.of(0, 0)])),
    "v.jsonl": '{"vector":[1,0]}\n{"vector":[1,0,0]}\n',
    "nan.jsonl": '{"vector":[1,null]}\n',
  };
  await mkdir(at("folder"));
  for (const [name, content] of Object.entries(files)) await writeFile(at(name), content);
  await saveAdapter(at("same.safetensors"), identityAdapter(2, "some/model"));
  const weights = fromRows([Float32Array.of(2, 0), Float32Array.of(0, 1)]);
  await saveAdapter(at("query.safetensors"), {
    ...identityAdapter(2),
    query: { center: null, weights },
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** `@name` stands for the file of this name, in the arguments and in the message. */
const fill = (text: string): string =>
  text.replaceAll("@DOT", folder).replaceAll(/@([\w.-]+)/g, (_, name: string) => at(name));

interface WrongUse {
  readonly what: string;
  readonly args: string;
  readonly code: 1 | 2;
  /** What the one sentence holds: what is wrong, and the remedy. */
  readonly says: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

// A line for each: the table is to be read as one.
// prettier-ignore
const table: readonly WrongUse[] = [
  // The line itself.
  { what: "a typo in the verb", args: "evalute @run.trec", code: 2, says: ['no verb "evalute"', "did you mean evaluate?", "embedtune --help"] },
  { what: "a typo in a flag", args: "evaluate @run.trec --qrel @qrels.txt", code: 2, says: ["no flag --qrel", "did you mean --qrels?", "embedtune evaluate --help"] },
  { what: "a flag of another verb", args: "nq @texts.txt --side query", code: 2, says: ["no flag --side"] },
  { what: "no file", args: "inspect", code: 2, says: ["PATH is missing", "an adapter, the folder that tune wrote, a file or folder of texts"] },
  { what: "no file for nq", args: "nq", code: 2, says: ["FILE is missing"] },
  { what: "a file too many", args: "inspect a b", code: 2, says: ["at most 1 file", '"b"'] },
  { what: "a flag without its value", args: "embed @texts.txt --embedder hashing --out", code: 2, says: ["--out", "value"] },
  { what: "two things missing", args: "embed --side query", code: 2, says: ["TEXTS is missing"] },
  { what: "a flag twice", args: "embed @texts.txt --embedder hashing --out a.npy --out b.npy", code: 2, says: ["--out is there twice"] },
  { what: "no number where one must be", args: "evaluate @scores.jsonl --level often", code: 2, says: ["--level must be a share between 0 and 1", '"often"'] },
  { what: "a depth of nothing", args: "evaluate @run.trec --qrels @qrels.txt --depths 0,10", code: 2, says: ["--depths must be integers >= 1", '"0,10"'] },
  { what: "a side that there is not", args: "embed @texts.txt --embedder hashing --out @x.npy --side left", code: 2, says: ["--side must be query or passage", '"left"'] },

  // evaluate
  { what: "nothing to evaluate", args: "evaluate", code: 2, says: ["FILE is missing", "--qrels", "--query-vectors"] },
  { what: "a file beside vectors", args: "evaluate @run.trec --query-vectors @v.npy --corpus-vectors @v.npy", code: 2, says: ["a file or vectors, received both"] },
  { what: "vectors without judgements", args: "evaluate --query-vectors @v.npy --corpus-vectors @v.npy", code: 2, says: ["--qrels is needed"] },
  { what: "vectors of one side", args: "evaluate --query-vectors @v.npy --qrels @rows.qrels", code: 2, says: ["--corpus-vectors is needed"] },
  { what: "a missing file", args: "evaluate @none.trec --qrels @qrels.txt", code: 1, says: ["@none.trec: there is no such file"] },
  { what: "an empty run", args: "evaluate @empty.txt --qrels @qrels.txt", code: 1, says: ["@empty.txt: the file is empty"] },
  { what: "a folder for a run", args: "evaluate @DOT --qrels @qrels.txt", code: 1, says: ["this must be a file, received a folder"] },
  { what: "a binary run", args: "evaluate @binary.dat --qrels @qrels.txt", code: 1, says: ["@binary.dat", "text file, received a binary one"] },
  { what: "a run that is none", args: "evaluate @scores.jsonl --qrels @qrels.txt", code: 1, says: ["@scores.jsonl:1", "query Q0 passage rank score tag"] },
  { what: "a wrong grade", args: "evaluate @run.trec --qrels @badqrels.txt", code: 1, says: ['@badqrels.txt:1: grade must be an integer, received "yes"'] },
  { what: "a run of other queries", args: "evaluate @other.trec --qrels @qrels.txt", code: 1, says: ["must share a query"] },
  { what: "scores that are a run", args: "evaluate @run.trec", code: 1, says: ["@run.trec: this must be scored pairs", "--qrels"] },
  { what: "vectors of two lengths", args: "evaluate --query-vectors @v.npy --corpus-vectors @wide.npy --qrels @rows.qrels", code: 1, says: ["@wide.npy", "as many dimensions", "2, received 3"] },
  { what: "vectors that are cut short", args: "evaluate --query-vectors @cut.npy --corpus-vectors @v.npy --qrels @rows.qrels", code: 1, says: ["@cut.npy", "must be 16 bytes, received 13"] },
  { what: "a judgement beyond the vectors", args: "evaluate --query-vectors @v.npy --corpus-vectors @v.npy --qrels @far.qrels", code: 1, says: ['received "7"', "--corpus-ids"] },
  { what: "too few ids", args: "evaluate --query-vectors @v.npy --corpus-vectors @v.npy --qrels @rows.qrels --query-ids @ids.txt", code: 1, says: ["one query id per row, 2, received 1"] },
  { what: "an id twice", args: "evaluate --query-vectors @v.npy --corpus-vectors @v.npy --qrels @rows.qrels --query-ids @twice.txt", code: 1, says: ['@twice.txt:2: ids must not repeat, received "a" twice'] },

  // compare
  { what: "one run to compare", args: "compare @run.trec --qrels @qrels.txt", code: 2, says: ["SECOND is missing", "two TREC runs"] },
  { what: "a figure that there is not", args: "compare @run.trec @run.trec --qrels @qrels.txt --metric mmr", code: 2, says: ["--metric must be mrr", '"mmr"'] },

  // embed
  { what: "no embedder", args: "embed @texts.txt --out @x.npy", code: 2, says: ["--embedder is needed", "hashing (no key"] },
  { what: "a typo in the embedder", args: "embed @texts.txt --embedder opnai:x --out @x.npy", code: 2, says: ["--embedder must be hashing, openai:MODEL", '"opnai:x"'] },
  { what: "an embedder without a model", args: "embed @texts.txt --embedder openai --out @x.npy", code: 2, says: ["must name a model, such as openai:text-embedding-3-small"] },
  { what: "an address without a model", args: "embed @texts.txt --embedder http://127.0.0.1:9/v1 --out @x.npy", code: 2, says: ["an address and a model"] },
  { what: "no key", args: "embed @texts.txt --embedder openai:text-embedding-3-small --out @x.npy", code: 2, says: ["OPENAI_API_KEY", "--embedder hashing needs none"] },
  { what: "nobody to agree to a price", args: "embed @texts.txt --embedder openai:text-embedding-3-small --out @x.npy --cache @cache", code: 2, says: ["2 texts to embed", "--max-cost USD", "--dry-run"], env: { OPENAI_API_KEY: "sk-none" } },
  { what: "a price above the limit", args: "embed @texts.txt --embedder openai:text-embedding-3-small --out @x.npy --cache @cache --max-cost 0", code: 2, says: ["more than --max-cost 0", "nothing was sent"], env: { OPENAI_API_KEY: "sk-none" } },
  { what: "a price that nobody knows", args: "embed @texts.txt --embedder openai:text-embedding-9 --out @x.npy --cache @cache", code: 2, says: ["price of openai/text-embedding-9 is not known", "--price"], env: { OPENAI_API_KEY: "sk-none" } },
  { what: "a server that is not there", args: "embed @texts.txt --embedder http://127.0.0.1:9/v1#m --out @x.npy --cache @cache", code: 1, says: ["http://127.0.0.1:9/v1/embeddings", "cannot be reached"] },
  { what: "nowhere to write", args: "embed @texts.txt --embedder hashing", code: 2, says: ["--out is needed"] },
  { what: "a format that is not written", args: "embed @texts.txt --embedder hashing --out @x.csv", code: 2, says: ["--out must end in .npy, .jsonl or .parquet"] },
  { what: "a folder that is not there", args: "embed @texts.txt --embedder hashing --out @no/x.npy", code: 1, says: ["cannot be written", "no/x.npy"] },
  { what: "a wrong column", args: "embed @texts.jsonl --embedder hashing --out @x.npy", code: 1, says: ["@texts.jsonl:1: text must be a text", "among the fields id, body", "--column"] },
  { what: "an empty line", args: "embed @blank.txt --embedder hashing --out @x.npy", code: 1, says: ["@blank.txt:2", "received an empty one"] },
  { what: "an empty file", args: "embed @empty.txt --embedder hashing --out @x.npy", code: 1, says: ["@empty.txt: the file is empty"] },
  { what: "a binary file", args: "embed @binary.dat --embedder hashing --out @x.npy", code: 1, says: ["@binary.dat: the file must be JSON lines", "binary data", "save its texts"] },
  { what: "vectors for texts", args: "embed @v.npy --embedder hashing --out @x.npy", code: 1, says: ["NumPy's vectors", "name the file of their texts"] },
  { what: "broken JSON", args: "embed @broken.jsonl --embedder hashing --out @x.npy", code: 1, says: ["@broken.jsonl:2: not valid JSON"] },
  { what: "another encoding", args: "embed @latin.txt --embedder hashing --out @x.npy", code: 1, says: ["@latin.txt:1", "UTF-8"] },
  { what: "UTF-16 that says nothing of it", args: "embed @utf16.dat --embedder hashing --out @x.npy", code: 1, says: ["@utf16.dat", "UTF-16 without a byte order mark", "iconv"] },
  { what: "a name that says gzip", args: "embed @wrong.txt.gz --embedder hashing --out @x.npy", code: 1, says: ["the content is not gzip"] },
  { what: "gzip that ends early", args: "embed @cut.txt.gz --embedder hashing --out @x.npy", code: 1, says: ["@cut.txt.gz", "ends early"] },
  { what: "two answers on one output", args: "embed @texts.txt --embedder hashing --out - --json", code: 2, says: ["--json and --out -"] },

  // apply
  { what: "a forgotten side", args: "apply @query.safetensors @v.npy --out @x.npy", code: 2, says: ["--side query or --side passage is needed", "@query.safetensors"] },
  { what: "a wrong dimension", args: "apply @same.safetensors @wide.npy --out @x.npy", code: 1, says: ["@wide.npy", "the adapter's 2 dimensions, those of some/model, received 3"] },
  { what: "vectors that are no adapter", args: "apply @v.npy @v.npy --out @x.npy", code: 1, says: ["@v.npy"] },
  { what: "vectors that go on after their end", args: "apply @same.safetensors @long.npy --out @x.npy", code: 1, says: ["@long.npy: the file must end after 2 rows"] },
  { what: "vectors that end early", args: "apply @same.safetensors @cut.npy --out @x.npy", code: 1, says: ["@cut.npy: the file must hold 2 rows, received 1"] },
  { what: "an adapter for vectors", args: "apply @same.safetensors @same.safetensors --out @x.npy", code: 1, says: ["this must be vectors", "safetensors"] },
  { what: "a vector of zeros", args: "apply @same.safetensors @zero.npy --out @x.npy", code: 1, says: ["@zero.npy", "from 0 on"] },
  { what: "rows of two lengths", args: "apply @same.safetensors @v.jsonl --out @x.npy", code: 1, says: ["@v.jsonl:2: vector must have 2 values like those before, received 3"] },
  { what: "a value that is none", args: "apply @same.safetensors @nan.jsonl --out @x.npy", code: 1, says: ["@nan.jsonl:1: vector must be a list of finite numbers"] },
  { what: "a wrong column of vectors", args: "apply @same.safetensors @v.jsonl --column embedding --out @x.npy", code: 1, says: ["embedding must be a list of finite numbers", "among the columns vector", "--column"] },
  { what: "a missing adapter", args: "apply @none.safetensors @v.npy --out @x.npy", code: 1, says: ["@none.safetensors", "no such file"] },

  // inspect, mine, nq
  { what: "a binary file to inspect", args: "inspect @binary.dat", code: 1, says: ["@binary.dat"] },
  { what: "an empty folder", args: "inspect @folder", code: 1, says: ["@folder", "received nothing"] },
  { what: "pairs of other columns", args: "mine @texts.jsonl", code: 1, says: ["@texts.jsonl", "fields id, body → text", "--query-column"] },
  { what: "mining by vectors of nothing", args: "mine @pairs.jsonl --method nearest", code: 2, says: ["--method nearest needs --embedder"] },
  { what: "mining where nothing is right", args: "mine @zeros.jsonl", code: 1, says: ["there must be a pair with label 1"] },
  { what: "answers that are not there", args: "mine @pairs.jsonl --exclude-answers", code: 1, says: ["--exclude-answers needs answers"] },
  { what: "pages that are not known", args: "mine @pairs.jsonl --method same-page", code: 2, says: ["needs Natural Questions"] },
  { what: "triplets of random negatives", args: "mine @pairs.jsonl --method weak --as triplets", code: 2, says: ["--as triplets needs --method nearest or bm25"] },
  { what: "mining passages alone", args: "mine @texts.txt", code: 1, says: ["there must be a pair with label 1"] },
  { what: "pairs that are no Natural Questions", args: "nq @pairs.jsonl", code: 1, says: ["@pairs.jsonl:1"] },
];

describe("a wrong use", () => {
  it.each(table)("of $what is one sentence with the remedy", async ({ args, code, says, env }) => {
    const run = await runCommand(args.split(" ").map(fill), { env: env ?? {} });
    const sentence = run.stderr.split("\n").slice(-2);
    expect(sentence[1], "ends in a line end").toBe("");
    if (sentence[0].includes("; see embedtune")) expect(run.stderr).toBe(`${sentence[0]}\n`);
    for (const part of says) expect(sentence[0]).toContain(fill(part));
    expect(sentence[0]).not.toMatch(/\bat .*\.ts:\d|undefined|\[object/);
    expect([run.code, run.stdout]).toEqual([code, ""]);
  });
});
