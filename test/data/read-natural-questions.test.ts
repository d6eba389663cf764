import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DataError, Progress } from "../../src/index.js";
import {
  readNaturalQuestions,
  type ReadNaturalQuestionsOptions,
  type Source,
} from "../../src/node.js";

const sample = fileURLToPath(new URL("../../examples/data/nq-sample.jsonl.gz", import.meta.url));
const lines = gunzipSync(readFileSync(sample)).toString("utf8").trimEnd().split("\n").slice(0, 50);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-read-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function ids(
  paths: Source | readonly Source[],
  options?: ReadNaturalQuestionsOptions,
): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of readNaturalQuestions(paths, options)) found.push(id);
  return found;
}

const idOf = (line: string): string => /"example_id":(-?\d+)/.exec(line)![1];
const all = lines.map(idOf);

describe("readNaturalQuestions", () => {
  it.each([
    ["lines ended by \\n", lines.map((line) => `${line}\n`).join("")],
    ["lines ended by \\r\\n", lines.map((line) => `${line}\r\n`).join("")],
    ["a last line without end", lines.join("\n")],
    ["a byte order mark", `\ufeff${lines.join("\n")}`],
    ["blank lines", `\n${lines.join("\n\n \r\n")}\n\n`],
    [
      "U+2028 in a string",
      lines.map((line) => line.replace('question_text":"', 'question_text":"\u2028')).join("\n"),
    ],
  ])("reads %s, plain and gzipped", async (_, text) => {
    expect(await ids(file("a.jsonl", text))).toEqual(all);
    expect(await ids(file("a.jsonl.gz", gzipSync(text)))).toEqual(all);
    expect(await ids(file("gzip-without-the-name.jsonl", gzipSync(text)))).toEqual(all);
  });

  it("reads a gzip file of several members, as `cat a.gz b.gz` makes", async () => {
    const halves = [lines.slice(0, 20), lines.slice(20)].map((half) =>
      gzipSync(`${half.join("\n")}\n`),
    );
    expect(await ids(file("members.jsonl.gz", Buffer.concat(halves)))).toEqual(all);
  });

  it("reads bytes however they are cut, from a stream with a name", async () => {
    for (const compress of [(b: Buffer) => b, (b: Buffer) => gzipSync(b)]) {
      const bytes = compress(Buffer.from(lines.slice(0, 3).join("\n")));
      for (const size of [1, 3, 1000]) {
        const stream = (async function* () {
          for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
        })();
        expect(await ids({ name: "upload", stream })).toEqual(all.slice(0, 3));
      }
    }
  });

  it("reads several files, a folder of shards and a pattern, in order", async () => {
    const shard = (i: number): string => `shard-0${i}.jsonl${i % 2 === 0 ? ".gz" : ""}`;
    const at = mkdtempSync(join(folder, "shards-"));
    for (let i = 0; i < 5; i++) {
      const text = lines.slice(10 * i, 10 * i + 10).join("\n");
      writeFileSync(join(at, shard(i)), i % 2 === 0 ? gzipSync(text) : text);
    }
    writeFileSync(join(at, "readme.txt"), "not data");
    expect(await ids(at)).toEqual(all);
    expect(await ids(join(at, "shard-*.jsonl*"))).toEqual(all);
    expect(await ids(join(at, "shard-0{0,1}.*"))).toEqual(all.slice(0, 20));
    expect(await ids(join(at, "..", "**", "shard-0[34].*"))).toEqual(all.slice(30));
    expect(await ids([join(at, shard(1)), join(at, shard(0))])).toEqual([
      ...all.slice(10, 20),
      ...all.slice(0, 10),
    ]);
  });

  it("passes over `skip` and stops at `limit`", async () => {
    const path = file("b.jsonl", lines.join("\n"));
    expect(await ids(path, { skip: 3, limit: 4 })).toEqual(all.slice(3, 7));
    expect(await ids([path, path], { skip: 48, limit: 4 })).toEqual([
      ...all.slice(48),
      ...all.slice(0, 2),
    ]);
    expect(await ids(path, { limit: 0 })).toEqual([]);
  });

  it("draws a seeded sample in the order of the file, each record with the same chance", async () => {
    const path = file("c.jsonl", lines.slice(0, 10).join("\n"));
    const times = new Map(all.slice(0, 10).map((id) => [id, 0]));
    for (let seed = 0; seed < 150; seed++) {
      const drawn = await ids(path, { sample: 3, seed });
      expect(drawn).toHaveLength(3);
      expect(all.filter((id) => drawn.includes(id))).toEqual(drawn);
      for (const id of drawn) times.set(id, times.get(id)! + 1);
    }
    // 45 expected each, standard deviation 5.6.
    for (const count of times.values()) expect(Math.abs(count - 45)).toBeLessThan(25);
    expect(await ids(path, { sample: 3, seed: 1 })).toEqual(
      await ids(path, { sample: 3, seed: 1 }),
    );
    expect(await ids(path, { sample: 99 })).toEqual(all.slice(0, 10));
  });

  it("stops at a broken line, or passes over it and counts it", async () => {
    const broken = [lines[0], lines[1].slice(0, 99), lines[2], '{"a":1}', lines[4]].join("\n");
    const path = file("broken.jsonl", broken);
    await expect(ids(path)).rejects.toThrow(
      `${path}:2: not valid JSON: the line ends inside a string`,
    );
    const errors: DataError[] = [];
    const stream = readNaturalQuestions(path, { onError: (error) => errors.push(error) });
    const read: string[] = [];
    for await (const { id } of stream) read.push(id);
    expect(read).toEqual([all[0], all[2], all[4]]);
    expect(errors.map(({ place }) => place.line)).toEqual([2, 4]);
    expect(stream.counts).toEqual({ records: 3, failed: 2 });
    expect(await ids(path, { onError: "skip" })).toEqual(read);
  });

  it("reads the files anew for every loop", async () => {
    const stream = readNaturalQuestions(file("d.jsonl", lines.join("\n")), { limit: 5 });
    for (let loop = 0; loop < 2; loop++) {
      const read: string[] = [];
      for await (const { id } of stream) read.push(id);
      expect(read).toEqual(all.slice(0, 5));
      expect(stream.counts.records).toBe(5);
    }
  });

  const zipped = gzipSync(lines.join("\n"));
  it.each([
    ["a missing file", () => join(folder, "none.jsonl"), ": there is no such file"],
    ["an empty file", () => file("empty.jsonl", ""), ": the file is empty"],
    ["a file of white space", () => file("white.jsonl", "\n \r\n"), ": the file is empty"],
    [
      "an empty .gz",
      () => file("empty.gz", ""),
      ": the name ends in .gz, but the content is not gzip",
    ],
    [
      "text named .gz",
      () => file("t.gz", "{}"),
      ": the name ends in .gz, but the content is not gzip",
    ],
    [
      "a gzip file cut short",
      () => file("cut.gz", zipped.subarray(0, -30)),
      /:\d+: the gzip data ends early/,
    ],
    [
      "a gzip file whose checksum is wrong",
      () =>
        file(
          "bad.gz",
          zipped.map((b, i) => (i === zipped.length - 6 ? b ^ 1 : b)),
        ),
      /:\d+: the compressed data is damaged/,
    ],
    [
      "UTF-16",
      () => file("u16.jsonl", Buffer.from("\ufeff{}", "utf16le")),
      ":1: the text must be UTF-8, received UTF-16",
    ],
    [
      "lone carriage returns",
      () => file("mac.jsonl", lines.join("\r")),
      ":1: not valid JSON: the line must be one object, received more",
    ],
    [
      "a folder without data",
      () => mkdtempSync(join(folder, "none-")),
      ": the folder must hold a file",
    ],
    [
      "a pattern without match",
      () => join(folder, "x*.jsonl"),
      ": the pattern must match a file, received none",
    ],
    [
      "another kind of JSON",
      () => file("o.jsonl", '{"text":"a"}'),
      ":1: a Natural Questions example must have",
    ],
  ])("refuses %s by name", async (_, path, message) => {
    const name = path();
    const error = await ids(name).then(
      () => null,
      (reason: unknown) => reason as Error,
    );
    expect(error?.name).toBe("DataError");
    expect(error?.message.startsWith(name)).toBe(true);
    expect(error?.message.slice(name.length)).toMatch(message);
  });

  // Node 22.15 and later have zstd, Node 20 has not.
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };

  it.skipIf(zstdCompressSync === undefined)("reads zstd, and refuses it cut short", async () => {
    const whole = zstdCompressSync!(Buffer.from(lines.slice(0, 5).join("\n")));
    expect(await ids(file("z.jsonl.zst", whole))).toHaveLength(5);
    const short = file("short.jsonl.zst", whole.subarray(0, whole.length >> 1));
    await expect(ids(short)).rejects.toThrow(/^\S*short\.jsonl\.zst/);
  });

  it.skipIf(zstdCompressSync !== undefined)(
    "says what to do about zstd where Node cannot read it",
    async () => {
      const path = file("z.jsonl.zst", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]));
      await expect(ids(path)).rejects.toThrow(/zstd needs Node 22.15/);
    },
  );

  it.each([{ skip: -1 }, { limit: 1.5 }, { sample: NaN }])("refuses the options %j", (options) => {
    expect(() => readNaturalQuestions(sample, options)).toThrow("must be an integer >= 0");
  });

  it("reports bytes of the file as it lies on disk, up to the last", async () => {
    const seen: Progress[] = [];
    await ids(sample, { onProgress: (progress) => seen.push(progress) });
    const size = readFileSync(sample).length;
    expect(seen.at(-1)).toEqual({ stage: "read", done: size, total: size });
  });

  it("stops with the reason of an aborted signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const read = async (): Promise<void> => {
      for await (const _ of readNaturalQuestions(sample, { signal: controller.signal })) {
        controller.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
  });

  it("reads no further than the consumer has got, but for a few chunks", async () => {
    let given = 0;
    const line = Buffer.from(`${lines[0]}\n`);
    const stream = (async function* () {
      for (; given < 10_000; given++) yield line;
    })();
    for await (const _ of readNaturalQuestions({ name: "endless", stream }, { limit: 3 })) {
      expect(given).toBeLessThan(10);
    }
  });
});
