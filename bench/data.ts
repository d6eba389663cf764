/**
 * `npm run bench -- data [--megabytes 100] [--python python3]`: reads Natural Questions files of that size and holds the speed against
 * the limit of this machine, measured in the same run: gunzip and JSON.parse work on two cores at once, so a reader
 * can be as fast as the slower of the two alone. Real pages where `../shared/data` is present, else our sample's.
 */
import { execFileSync } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";
import { parseNaturalQuestion } from "embedtune";
import { readNaturalQuestions } from "embedtune/node";
import { pythonOf } from "./python.js";
import type { BenchOptions, BenchRow } from "./rows.js";

const sample = new URL("../examples/data/nq-sample.jsonl.gz", import.meta.url);
const shared = new URL("../../shared/data/nq/", import.meta.url);
const rounds = 3;

function linesOf(file: URL): string[] {
  const bytes = readFileSync(file);
  const text = file.pathname.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  return text.toString("utf8").trimEnd().split("\n");
}

function simplifiedLines(): string[] {
  if (!existsSync(shared)) return linesOf(sample);
  return ["simplified-train.jsonl", "simplified-dev.jsonl"].flatMap((name) =>
    linesOf(new URL(name, shared)),
  );
}

function originalLines(): string[] {
  if (!existsSync(shared)) return linesOf(sample).map(toOriginal);
  return ["original-dev-00.jsonl.gz", "original-train-01.jsonl.gz"].flatMap((name) =>
    linesOf(new URL(name, shared)),
  );
}

/** A simplified example with the fields that the original has beside it. */
function toOriginal(line: string): string {
  const example = JSON.parse(line) as { document_text: string };
  const { document_text: text, ...rest } = example;
  let at = 0;
  const document_tokens = text.split(" ").map((token) => {
    const start_byte = at;
    at += Buffer.byteLength(token) + 1;
    return { end_byte: at - 1, html_token: /^<\/?[A-Z]/.test(token), start_byte, token };
  });
  return JSON.stringify({ ...rest, document_html: text, document_title: "Page", document_tokens });
}

/** Writes the lines again and again until there are so many bytes; returns how many there are. */
function write(path: string, lines: readonly string[], bytes: number): number {
  const block = `${lines.join("\n")}\n`;
  const blockBytes = Buffer.byteLength(block);
  const times = Math.max(1, Math.round(bytes / blockBytes));
  // Members of a few blocks each: the file is as slow to unpack as a real one, but quick to make.
  const packed = gzipSync(block, { level: 6 });
  writeFileSync(path, Buffer.concat(new Array<Buffer>(times).fill(packed)));
  return blockBytes * times;
}

interface Cost {
  /** Seconds on the clock. */
  readonly wall: number;
  /** Seconds of all threads together: what it costs, however busy the machine is. */
  readonly cpu: number;
}

const unknown: Cost = { wall: Infinity, cpu: Infinity };

/** The better of an earlier cost and that of doing the work once more. */
async function better(earlier: Cost, work: () => Promise<void> | void): Promise<Cost> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return {
    wall: Math.min(earlier.wall, (performance.now() - begun) / 1000),
    cpu: Math.min(earlier.cpu, (user + system) / 1e6),
  };
}

async function gunzipAlone(path: string): Promise<void> {
  const stream = createReadStream(path).pipe(createGunzip({ chunkSize: 1 << 19 }));
  for await (const _ of stream);
}

/** What training pairs need: the question and its answers. */
async function readAnswers(path: string): Promise<void> {
  let characters = 0;
  for await (const { text, annotations } of readNaturalQuestions(path)) {
    characters += text.length;
    for (const { longAnswer } of annotations) characters += longAnswer?.text.length ?? 0;
  }
  if (characters === 0) throw new Error("nothing was read");
}

/** What mining on the page needs: the text of every candidate as well. */
async function readCandidates(path: string): Promise<void> {
  let characters = 0;
  for await (const { candidates } of readNaturalQuestions(path)) {
    for (const { text } of candidates) characters += text.length;
  }
  if (characters === 0) throw new Error("nothing was read");
}

/** The text of every candidate out of lines that are in memory and parsed, by bytes of the pages' text. */
function candidatesInMemory(name: string, lines: readonly string[]): BenchRow {
  const bytes = lines.map((line) => Buffer.from(line));
  const parsed = lines.map((line) => JSON.parse(line) as PageJson);
  const size = parsed.reduce((sum, page) => sum + Buffer.byteLength(textOf(page)), 0) / 1e6;
  let [texts, parse] = [Infinity, Infinity];
  for (let round = 0; round < 200; round++) {
    const questions = bytes.map((line) => parseNaturalQuestion(line));
    const lists = questions.map(({ candidates }) => candidates);
    let begun = performance.now();
    for (const candidates of lists) for (const { text } of candidates) void text;
    texts = Math.min(texts, performance.now() - begun);
    begun = performance.now();
    for (const line of lines) JSON.parse(line);
    parse = Math.min(parse, performance.now() - begun);
  }
  return {
    table: "every candidate's text, pages in memory, by the size of the pages' text",
    ...{ format: name, "MB/s": size / (texts / 1e3) },
    "beside JSON.parse of the lines": texts / parse,
  };
}

interface PageJson {
  readonly document_text?: string;
  readonly document_tokens?: readonly { readonly token: string }[];
}

const textOf = ({ document_text: text, document_tokens: tokens }: PageJson): string =>
  text ?? tokens!.map(({ token }) => token).join(" ");

const python = `
import gzip, json, sys, time
begun = time.perf_counter()
for line in gzip.open(sys.argv[1], "rb"):
    json.loads(line)
print(time.perf_counter() - begun)
`;

function pythonSeconds(program: string, path: string): number | null {
  try {
    return Number(execFileSync(program, ["-c", python, path], { encoding: "utf8" }));
  } catch {
    return null; // no Python here
  }
}

/** Peak memory of a process of its own that reads the file, in MB. */
function peakMemory(path: string): number {
  const script = fileURLToPath(new URL("data-memory.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--import", "tsx", script, path], {
    encoding: "utf8",
  });
  return Number(output) / 1000;
}

async function measure(
  name: string,
  lines: readonly string[],
  folder: string,
  bytes: number,
  program: string,
): Promise<BenchRow[]> {
  const path = join(folder, `${name}.jsonl.gz`);
  const size = write(path, lines, bytes) / 1e6;
  const strings = lines.map((line) => Buffer.from(line).toString("utf8"));
  const repeats = Math.round(bytes / Buffer.byteLength(lines.join("\n")));
  const parseAlone = (): void => {
    for (let i = 0; i < repeats; i++) for (const line of strings) JSON.parse(line);
  };
  const best = { gunzip: unknown, parse: unknown, read: unknown, all: unknown };
  // In turns, so that what else the machine does falls on all alike.
  for (let round = 0; round < rounds; round++) {
    best.gunzip = await better(best.gunzip, () => gunzipAlone(path));
    best.parse = await better(best.parse, parseAlone);
    best.read = await better(best.read, () => readAnswers(path));
    best.all = await better(best.all, () => readCandidates(path));
  }
  const limit = size / Math.max(best.gunzip.wall, best.parse.wall);
  const row = (what: string, { wall, cpu }: Cost): BenchRow => ({
    table: `${name} Natural Questions, ${size.toFixed(0)} MB unpacked`,
    what,
    "MB/s": size / wall,
    "of the limit": size / wall / limit,
    "CPU ns/byte": (cpu * 1000) / size,
  });
  const rows = [
    row("gunzip alone", best.gunzip),
    row("JSON.parse alone", best.parse),
    row("readNaturalQuestions", best.read),
    row("and every candidate's text", best.all),
  ];
  const reference = pythonSeconds(program, path);
  if (reference !== null) rows.push(row("Python gzip + json", { wall: reference, cpu: reference }));
  return rows;
}

export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const bytes = Number(options.get("megabytes") ?? 100) * 1e6;
  const program = pythonOf(options);
  const folder = mkdtempSync(join(tmpdir(), "embedtune-bench-"));
  try {
    const rows = [
      ...(await measure("simplified", simplifiedLines(), folder, bytes, program)),
      ...(await measure("original", originalLines(), folder, bytes, program)),
      candidatesInMemory("simplified", simplifiedLines()),
      candidatesInMemory("original", originalLines()),
    ];
    for (const factor of [1, 10]) {
      const path = join(folder, "memory.jsonl.gz");
      const size = write(path, simplifiedLines(), bytes * factor) / 1e6;
      rows.push({
        table: "peak memory of reading",
        "MB unpacked": Math.round(size),
        "peak MB": peakMemory(path),
      });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
