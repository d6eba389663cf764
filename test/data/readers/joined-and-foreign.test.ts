import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readBeir } from "../../../src/data/pairs/read-beir.js";
import { readDpr } from "../../../src/data/pairs/read-dpr.js";
import { readPairs } from "../../../src/data/pairs/read-pairs.js";
import { readSearchLog } from "../../../src/data/search-log/read-search-log.js";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { collect, scratchFolder, stream } from "./support.js";

const file = scratchFolder();
const bom = "\ufeff";

describe("files joined one after the other", () => {
  const joined = [
    `query,passage\nq,p\n${bom}query,passage\na,b\n`,
    `"query","passage"\nq,p\n${bom}"query","passage"\na,b\n`,
    `${bom}query, passage\nq,p\nquery,passage\na,b\n`,
  ];

  it("never make a pair of the second header: pairs of one's own are refused by its line", async () => {
    for (const text of joined) {
      await expect(collect(readPairs(stream("a.csv", text, 7)))).rejects.toThrow(
        "a.csv:3: the row must be a record, received the header again",
      );
    }
  });

  it("never make a pair of the second header: files to be guessed are read without it", async () => {
    for (const [i, text] of joined.entries()) {
      const { data } = await readTuningFiles(file(`joined-${i}.csv`, text));
      expect(data).toMatchObject({
        pairs: [
          { query: "q", passage: "p" },
          { query: "a", passage: "b" },
        ],
      });
    }
  });

  it("are told apart from rows that share a cell with the header", async () => {
    const text = "query,passage\nquery,p\nq,passage\n";
    expect(await collect(readPairs(stream("a.csv", text, 0)))).toHaveLength(2);
  });
});

describe("a file of another kind", () => {
  const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
  const kinds: [string, Buffer][] = [
    ["parquet", latin1("PAR1\x15\x04PAR1")],
    ["a zip archive", latin1("PK\x03\x04\x14\0\0\0\x08\0a.csv")],
    ["a workbook of a spreadsheet program", latin1("PK\x03\x04\x14\0\0\0\x08\0xl/workbook.xml")],
    ["bzip2", latin1("BZh91AY&SY")],
    ["xz", latin1("\xfd7zXZ\0")],
    ["a 7-Zip archive", latin1("7z\xbc\xaf\x27\x1c")],
    ["LZ4", latin1("\x04\x22M\x18d@")],
    ["a PDF", latin1("%PDF-1.7\n")],
    ["an HTML page", latin1("<!doctype html><title>Sign in</title>")],
  ];

  it.each(kinds)("is named, %s, by every reader, with what to do", async (what, bytes) => {
    const refused = `the file must be JSON, CSV or TSV, received ${what}; `;
    for (const name of ["a.jsonl", "a.csv", "a.tsv", "a.jsonl.gz"]) {
      const content = name.endsWith(".gz") ? gzipSync(bytes) : bytes;
      for (const size of [4, Infinity]) {
        const source = () => stream(name, content, 0, what.includes("workbook") ? Infinity : size);
        await expect(collect(readPairs(source()))).rejects.toThrow(`${name}: ${refused}`);
        await expect(collect(readSearchLog(source()))).rejects.toThrow(`${name}: ${refused}`);
        await expect(collect(readDpr(source()))).rejects.toThrow(`${name}: ${refused}`);
      }
    }
    const path = file(`${what}/corpus.jsonl`, bytes);
    file(`${what}/queries.jsonl`, '{"_id":"q","text":"t"}\n');
    file(`${what}/qrels/test.tsv`, "q\td\t1\n");
    await expect(readBeir(path.slice(0, -"/corpus.jsonl".length))).rejects.toThrow(refused);
  });

  it("is named by the reader of tuning files too, unless that reads it", async () => {
    for (const [i, [what, bytes]] of kinds.entries()) {
      if (what === "parquet") continue;
      await expect(readTuningFiles(file(`kind-${i}.jsonl`, bytes))).rejects.toThrow(
        `received ${what}; `,
      );
    }
  });
});
