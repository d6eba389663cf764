import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readNaturalQuestions } from "../../../src/data/natural-questions/read-natural-questions.js";
import { readBeir } from "../../../src/data/pairs/read-beir.js";
import { readDpr } from "../../../src/data/pairs/read-dpr.js";
import { readPairs } from "../../../src/data/pairs/read-pairs.js";
import { readSearchLog } from "../../../src/data/search-log/read-search-log.js";
import type { Source } from "../../../src/data/sources/open-source.js";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { collect, scratchFolder } from "./support.js";

const file = scratchFolder();
const mebibyte = Buffer.alloc(1 << 20, "x");

/** A source that never ends, and how much of it was asked for. */
function endless(name: string, begin: string): { source: Source; taken: () => number } {
  let taken = 0;
  const stream = (async function* () {
    yield Buffer.from(begin);
    for (;;) {
      taken += mebibyte.length;
      yield mebibyte;
    }
  })();
  return { source: { name, stream }, taken: () => taken };
}

describe("what one record may take", () => {
  it.each([
    ["a.jsonl", "", (source: Source) => collect(readPairs(source))],
    ["a.jsonl", "", (source: Source) => collect(readNaturalQuestions(source))],
    ["a.jsonl", '{"a":"', (source: Source) => collect(readSearchLog(source))],
    ["a.jsonl", '{"query":"', (source: Source) => readTuningFiles(source)],
  ])("is 64 MiB of a line, by name, in %s", async (name, begin, read) => {
    const { source, taken } = endless(name, begin);
    await expect(read(source)).rejects.toThrow(
      "a.jsonl:1: the line must have at most 67108864 bytes (maxLineBytes), received more",
    );
    expect(taken()).toBeLessThan(2 ** 26 + 2 ** 21);
  });

  it("is 64 MiB of an object in a JSON array", async () => {
    const { source } = endless("a.json", '[\n{"question":"');
    await expect(collect(readDpr(source))).rejects.toThrow(
      "a.json:2: an object of JSON must have at most 67108864 bytes (maxLineBytes), received more",
    );
  });

  it("is 16 Mi characters of a cell, quoted or not", async () => {
    for (const [name, begin] of [
      ["a.csv", 'query,passage\n"'],
      ["a.tsv", 'query\tpassage\nq\t"'],
    ]) {
      const { source, taken } = endless(name, begin);
      await expect(collect(readPairs(source))).rejects.toThrow(
        /^a\.[ct]sv:2: (?:a cell must have at most 16777216 characters \(maxTextLength\)|the row must have at most 67108864 characters \(maxLineBytes\)), received more/,
      );
      expect(taken()).toBeLessThan(2 ** 28);
    }
    const long = `query,passage\n${"x".repeat(2 ** 24 + 1)},p\n`;
    await expect(collect(readPairs(file("long.csv", long)))).rejects.toThrow(
      "long.csv:2: a cell must have at most 16777216 characters (maxTextLength), received more",
    );
  });

  it("is 16 Mi characters of a text of parquet, by its file and rows", async () => {
    for (const length of [2 ** 24 + 1, 3 * 2 ** 24 + 1]) {
      const columnData = [
        { name: "query", data: ["a", "b", "x".repeat(length)] },
        { name: "passage", data: ["p", "q", "r"] },
      ];
      const path = file("long.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
      await expect(readTuningFiles(path)).rejects.toThrow(
        /long\.parquet rows 0 to 2: a text must have at most 16777216 characters \(maxTextLength\), received more$/,
      );
      const { data } = await readTuningFiles(path, { maxTextLength: length });
      expect(data).toMatchObject({ pairs: { length: 3 } });
    }
  });

  it("is 1 Mi fields of a row, in the header too", async () => {
    for (const [name, begin, row, line] of [
      ["a.csv", "query,passage\n", ",", 2],
      ["a.tsv", "query\tpassage\n", "\t", 2],
      ["a.csv", "", "a,", 1],
    ] as const) {
      const fields = Buffer.from(row.repeat(1 << 18));
      const stream = (async function* () {
        yield Buffer.from(begin);
        for (;;) yield fields;
      })();
      await expect(collect(readPairs({ name, stream }))).rejects.toThrow(
        `${name}:${line}: the row must have at most 1048576 fields, received more`,
      );
    }
  });

  it("counts a quote that is doubled once", async () => {
    const cell = `"${'""'.repeat(100)}"`;
    const path = file("quotes.csv", `query,passage\n${cell},p\n`);
    const [pair] = await collect(readPairs(path, { maxTextLength: 100 }));
    expect(pair.query).toBe('"'.repeat(100));
    await expect(collect(readPairs(path, { maxTextLength: 99 }))).rejects.toThrow(
      "quotes.csv:2: a cell must have at most 99 characters (maxTextLength), received more",
    );
  });

  it("is 16 Mi characters of a document", async () => {
    const path = file("documents/a.md", "x".repeat(2 ** 24 + 1));
    await expect(readTuningFiles(path.replace(/\/a\.md$/, ""))).rejects.toThrow(
      "a.md: a document must have at most 16777216 characters (maxTextLength), received more",
    );
  });

  it("holds for what a small gzip file unpacks to", async () => {
    const path = file("bomb.jsonl.gz", gzipSync(Buffer.alloc(2 ** 26 + 1, " ")));
    await expect(collect(readPairs(path))).rejects.toThrow(
      "bomb.jsonl.gz:1: the line must have at most 67108864 bytes (maxLineBytes), received more",
    );
  });

  it("is the caller's to set, up and down", async () => {
    const line = '{"query":"q","passage":"p"}';
    const path = file("a.jsonl", `${line}\n${line} \n`);
    expect(await collect(readPairs(path, { maxLineBytes: line.length + 1 }))).toHaveLength(2);
    await expect(collect(readPairs(path, { maxLineBytes: line.length }))).rejects.toThrow(
      `a.jsonl:2: the line must have at most ${line.length} bytes (maxLineBytes), received more`,
    );
    const table = file("b.csv", `query,passage\nq,${"x".repeat(2 ** 24 + 1)}\n`);
    expect(await collect(readPairs(table, { maxTextLength: Infinity }))).toHaveLength(1);
    await expect(readTuningFiles(path, { maxBytes: 20 })).rejects.toThrow(
      "a.jsonl: the files must hold at most 20 bytes of text (maxBytes), received more",
    );
    const beir = file("beir/corpus.jsonl", '{"_id":"d","text":"one"}\n').replace(/\/corpus.*/, "");
    file("beir/queries.jsonl", '{"_id":"q","text":"who"}\n');
    file("beir/qrels/test.tsv", "q\td\t1\n");
    expect((await readBeir(beir)).qrels).toHaveLength(1);
    await expect(readBeir(beir, { maxLineBytes: 10 })).rejects.toThrow("corpus.jsonl:1: the line");
    expect(() => readPairs(path, { maxLineBytes: 0 })).toThrow(
      "readPairs: maxLineBytes must be an integer >= 1, received 0",
    );
  });

  it("is not the length of a stream", async () => {
    let count = 0;
    const line = Buffer.from(`${JSON.stringify({ query: "q", passage: "x".repeat(1 << 20) })}\n`);
    const stream = (async function* () {
      for (let i = 0; i < 100; i++) yield line;
    })();
    for await (const _ of readPairs({ name: "a.jsonl", stream })) count++;
    expect(count).toBe(100);
  });
});
