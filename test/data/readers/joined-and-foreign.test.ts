import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readBeir } from "../../../src/data/pairs/read-beir.js";
import { readDpr } from "../../../src/data/pairs/read-dpr.js";
import { readPairs } from "../../../src/data/pairs/read-pairs.js";
import { readSearchLog } from "../../../src/data/search-log/read-search-log.js";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { parseQrels, parseRun } from "../../../src/evaluate/retrieval/trec-format.js";
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

  it("bring no byte order mark into the text of a record: JSON lines, one array, and tables without a header again", async () => {
    const pairs = [
      { query: "q", passage: "p" },
      { query: "a b", passage: "c" },
    ];
    const [first, second] = pairs.map((pair) => JSON.stringify(pair));
    const files: readonly (readonly [name: string, parts: readonly string[]])[] = [
      ["a.jsonl", [`${first}\n`, `${second}\n`]],
      ["a.json", [`${first}\n`, second]],
      ["a.csv", ["query,passage\nq,p\n", '"a b",c\n']],
      ["a.tsv", ["query\tpassage\r\nq\tp\r\n", '"a b"\tc']],
      ["a.csv", ["query,passage\rq,p\r", "a b,c\r"]],
    ];
    for (const [i, [name, parts]] of files.entries()) {
      const joined = bom + parts.join(bom + (i === 1 ? bom : ""));
      const length = Buffer.byteLength(joined);
      const cuts = Array.from({ length: length + 1 }, (_, first) => [first, Infinity]);
      for (const [first, size] of [...cuts, [0, 1], [0, 2]]) {
        const read = await collect(readPairs(stream(name, joined, first, size)));
        expect(read.map(({ query, passage }) => ({ query, passage }))).toEqual(pairs);
      }
      const { data } = await readTuningFiles(file(`marks-${i}/${name}`, joined));
      expect(data).toEqual({ pairs });
      // The same files as a list, each with its mark.
      const list = parts.map((part, k) => {
        const header = k > 0 && /\.[ct]sv$/.test(name) ? parts[0].split(/[\r\n]/)[0] + "\n" : "";
        return file(`marks-${i}/${k}-${name}`, bom + header + part.replaceAll("\r", "\n"));
      });
      const several = await collect(readPairs(list));
      expect(several.map(({ query, passage }) => ({ query, passage }))).toEqual(pairs);
    }
  });

  it("bring no byte order mark into an id: arrays of DPR, BEIR's texts and judgements, TREC's runs", async () => {
    const dpr = (question: string): string =>
      JSON.stringify({ question, positive_ctxs: [{ title: "", text: "p" }] });
    const questions = `${bom}[${dpr("one")},\n${bom}${dpr("two")}${bom}]\n${bom}`;
    for (let cut = 0; cut <= Buffer.byteLength(questions); cut++) {
      const read = await collect(readDpr(stream("a.json", questions, cut)));
      expect(read.map(({ question }) => question)).toEqual(["one", "two"]);
    }
    const corpus = `${bom}{"_id":"d1","text":"one"}\n${bom}{"_id":"d2","text":"two"}\n`;
    const folder = file("marks/corpus.jsonl", corpus).replace(/\/corpus\.jsonl$/, "");
    file("marks/queries.jsonl", `{"_id":"q1","text":"a"}\n${bom}{"_id":"q2","text":"b"}\n`);
    file("marks/qrels/test.tsv", `${bom}q1\td1\t1\n${bom}q2\td2\t1\n`);
    const judged = [
      { queryId: "q1", passageId: "d1", score: 1 },
      { queryId: "q2", passageId: "d2", score: 1 },
    ];
    expect((await readBeir(folder)).qrels).toEqual(judged);
    const run = parseRun(`${bom}q1 Q0 d1 1 0.5 x\n${bom}q2 Q0 d2 1 0.5 x\n`);
    expect([...run.keys()]).toEqual(["q1", "q2"]);
    const qrels = parseQrels(`${bom}q1 0 d1 1\n${bom}q2 0 d2 1\n`);
    expect([...qrels.keys()]).toEqual(["q1", "q2"]);
    const texts = await readTuningFiles(file("marks/lines.txt", `one\n${bom}two\n`));
    expect(texts.data).toEqual({ corpus: ["one", "two"] });
  });

  it("refuse what only resembles a byte order mark between objects", async () => {
    const question = '{"question":"q","positive_ctxs":[]}';
    for (const mark of [[0xef], [0xef, 0xbb], [0xbf], [0xef, 0xbb, 0xbb]]) {
      for (const after of [question, ",", " ", "]"]) {
        const text = [Buffer.from(`[${question}`), Buffer.from(mark), Buffer.from(after)];
        await expect(
          collect(readDpr(stream("a.json", Buffer.concat(text), 0, 20))),
        ).rejects.toThrow("a.json:1: the file must be an array of JSON objects");
      }
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
