import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { frameDelimited, frameRows } from "../../src/data/pairs/delimited-rows.js";
import { frameJsonArray } from "../../src/data/pairs/json-array.js";
import { beirPairs, readBeir } from "../../src/data/pairs/read-beir.js";
import { dprPairs, readDpr } from "../../src/data/pairs/read-dpr.js";
import { readPairs, type ReadPairsOptions } from "../../src/data/pairs/read-pairs.js";
import type { JudgedTexts } from "../../src/data/tuning-data.js";
import type { Pair } from "../../src/data/types.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-own-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const read = (name: string, text: string, options?: ReadPairsOptions): Promise<Pair[]> =>
  collect(readPairs(file(name, text), options));

/** Bytes cut into pieces of the given size. */
async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

describe("readPairs", () => {
  it("reads JSON lines; without a label a pair matches, without a group its query groups it", async () => {
    const text = '{"query":"q","passage":"p"}\n{"query":"q","passage":"r","label":0,"group":"g"}\n';
    expect(await read("a.jsonl", text)).toEqual([
      { query: "q", passage: "p", label: 1, group: "q", kind: "gold" },
      { query: "q", passage: "r", label: 0, group: "g", kind: "given" },
    ]);
  });

  it("reads CSV and TSV alike, plain and gzipped", async () => {
    const rows = [
      { query: 'what "is" it', passage: "one, two\nthree", label: 1, group: "q1", kind: "gold" },
      { query: "é?", passage: "four", label: 0, group: "q1", kind: "given" },
    ];
    const csv =
      'query,passage,label,group\r\n"what ""is"" it","one, two\nthree",1,q1\r\né?,four,0,q1\r\n';
    expect(await read("a.csv", csv)).toEqual(rows);
    expect(await collect(readPairs(file("a.csv.gz", gzipSync(csv))))).toEqual(rows);
    const tsv = 'label\tquery\tgroup\tpassage\n1\twhat "is" it\tq1\tone, two\n0\té?\tq1\tfour';
    expect((await read("a.tsv", tsv)).map(({ query }) => query)).toEqual(['what "is" it', "é?"]);
  });

  it("takes other names for the fields", async () => {
    const fields = { query: "anchor", passage: "positive" };
    const [pair] = await read("b.csv", "anchor,positive\na,b", { fields });
    expect(pair).toMatchObject({ query: "a", passage: "b", label: 1 });
  });

  it.each([
    [
      "c.jsonl",
      '{"query":"q","passage":"p","label":"yes"}',
      ':1: label must be 0 or 1, received "yes"',
    ],
    [
      "d.jsonl",
      '{"query":"q"}',
      ":1: passage must be a text, received nothing among the fields query",
    ],
    ["e.jsonl", '\n{"query":"q","passage":""}', ':2: passage must be a text, received ""'],
    ["f.jsonl", '{"query":', ":1: not valid JSON"],
    ["g.jsonl", "[1,2]", ":1: the record must be a JSON object, received [1,2]"],
    [
      "h.csv",
      "query,passage\na,b\nc",
      ":3: the row must have 2 fields like the header, received 1",
    ],
    ["i.csv", 'query,passage\na,"b\n\n', ":2: a quote is opened and never closed"],
    [
      "j.csv",
      "query,query\na,b",
      ":1: the header must name every column once, received query, query",
    ],
    ["k.csv", 'query,passage,label\n"a\nb",c,2', ':2: label must be 0 or 1, received "2"'],
    ["l.csv", "query,passage\n", ": the file is empty"],
  ])("refuses %s: %j", async (name, text, message) => {
    await expect(read(name, text)).rejects.toThrow(name + message);
  });

  it.each([
    [{ skip: -1 }, "readPairs: skip must be an integer >= 0, received -1"],
    [{ limit: 1.5 }, "readPairs: limit must be an integer >= 0, received 1.5"],
    [{ sample: NaN }, "readPairs: sample must be an integer >= 0, received NaN"],
    [
      { format: "xml" as "csv" },
      'readPairs: format must be "jsonl", "csv" or "tsv", received "xml"',
    ],
  ])("refuses the options %j before anything is read", (options, message) => {
    expect(() => readPairs("none.jsonl", options)).toThrow(message);
  });
});

describe("frameDelimited", () => {
  it.each(['query,passage\n"what is "love" song","p1"\n', 'query,passage\n"a" "b",p\n'])(
    "refuses an undoubled quote in a quoted field: %j",
    async (text) => {
      for (const size of [1, 1000]) {
        const position = { source: "s", line: 0 };
        await expect(collect(frameDelimited(pieces(text, size), position, ","))).rejects.toThrow(
          's:2: a quote inside a quoted field must be doubled (""), received ',
        );
      }
    },
  );

  it("names the line of a character that ends early, however the bytes are cut", async () => {
    const bytes = Buffer.concat([
      Buffer.from("a,b\né,"),
      Buffer.of(0xe2, 0x82),
      Buffer.from("\nx\n"),
    ]);
    for (let size = 1; size <= bytes.length; size++) {
      const cut = (async function* () {
        for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
      })();
      await expect(collect(frameDelimited(cut, { source: "s", line: 0 }, ","))).rejects.toThrow(
        "s:2: the text must be UTF-8",
      );
    }
  });

  it("names the line of a byte that is not UTF-8, however the bytes are cut", async () => {
    const bytes = Buffer.concat([
      Buffer.from("a,b\né,ü\n😀,"),
      Buffer.of(0xe9),
      Buffer.from("x\n"),
    ]);
    for (let size = 1; size <= bytes.length; size++) {
      const cut = (async function* () {
        for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
      })();
      await expect(collect(frameDelimited(cut, { source: "s", line: 0 }, ","))).rejects.toThrow(
        "s:3: the text must be UTF-8, received other bytes; convert the file first, e.g. iconv",
      );
    }
  });

  it("gives the same fields of tabbed text whose quotes are text or not, however it is cut", async () => {
    const cell = fc.string({
      unit: fc.constantFrom("a", '"', '""', " ", "\n", "😀"),
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, size) => {
          const text = rows.map((row) => row.join("\t")).join("\n");
          const framed = async (width: number): Promise<unknown> =>
            collect(frameRows(pieces(text, width), { source: "s", line: 0 }, "\t")).then(
              (batches) => batches.flat(),
              (error: unknown) => String(error),
            );
          expect(await framed(size)).toEqual(await framed(1_000_000));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['"Heroes" is a song\tp', ['"Heroes" is a song', "p"]],
    ['"a ""doubled"" one"\tp', ['a "doubled" one', "p"]],
    ['q\t"two\nlines"', ["q", "two\nlines"]],
    ['q\t"never closed', ["q", '"never closed']],
    ['q\t5" pipe', ["q", '5" pipe']],
  ])("reads quotes of tabbed text as people write them: %j", async (text, fields) => {
    const batches = await collect(frameRows(pieces(text, 3), { source: "s", line: 0 }, "\t"));
    expect(batches.flat().map(({ value }) => value)).toEqual([fields]);
  });

  const field = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", "\n", "\r", "😀", " ") });
  it("reads back what RFC 4180 writes, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("\n", "\r\n", "\r"),
        async (rows, size, end) => {
          const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
          const text = ["x,y", ...rows.map((row) => row.map(quote).join(","))].join(end);
          const position = { source: "s", line: 0 };
          const batches = await collect(frameDelimited(pieces(text, size), position, ","));
          expect(batches.flat().map(({ value }) => [...value.values()])).toEqual(rows);
        },
      ),
    );
  });
});

describe("frameJsonArray", () => {
  it("cuts an array, or lines, into its objects however the bytes are cut", async () => {
    const objects = [{ a: 'x]}"\\' }, { b: [{ c: 1 }, []] }, {}];
    const lines = objects.map((object) => JSON.stringify(object));
    for (const text of [
      JSON.stringify(objects, null, 1),
      lines.join("\n"),
      ` [${lines.join(" , ")} ]\n`,
    ]) {
      for (const size of [1, 2, 1000]) {
        const position = { source: "s", line: 0 };
        const batches = await collect(frameJsonArray(pieces(text, size), position));
        const parsed = batches
          .flat()
          .map(({ value }) => JSON.parse(Buffer.from(value).toString()) as unknown);
        expect(parsed).toEqual(objects);
      }
    }
  });

  it.each([
    ["[1]", 's:1: the file must be an array of JSON objects, received "1"'],
    ['[{"a":1}', 's:1: the file ends before the "]"'],
    ['[\n{"a":1', "s:2: the file ends inside an object"],
    ['[{}]\n{"a":1}', 's:2: the file must be an array of JSON objects, received "{"'],
  ])("refuses %j", async (text, message) => {
    const position = { source: "s", line: 0 };
    await expect(collect(frameJsonArray(pieces(text, 100), position))).rejects.toThrow(message);
  });
});

describe("readBeir", () => {
  const lay = (name: string, changes: Record<string, string> = {}): string => {
    const at = join(folder, name);
    mkdirSync(join(at, "qrels"), { recursive: true });
    const files: Record<string, string> = {
      "corpus.jsonl":
        '{"_id":"d1","title":"T","text":"one"}\n{"_id":"d2","title":"","text":"two","metadata":{}}\n',
      "queries.jsonl": '{"_id":"q1","text":"who"}\n',
      "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n",
      ...changes,
    };
    for (const [path, text] of Object.entries(files)) writeFileSync(join(at, path), text);
    return at;
  };

  it("reads passages, queries and judgements, and makes pairs of them", async () => {
    const data = await readBeir(lay("beir"));
    expect(data).toEqual({
      queries: [{ id: "q1", text: "who" }],
      corpus: [
        { id: "d1", title: "T", text: "one" },
        { id: "d2", text: "two" },
      ],
      qrels: [
        { queryId: "q1", passageId: "d1", score: 2 },
        { queryId: "q1", passageId: "d2", score: 0 },
      ],
    });
    expect(beirPairs(data)).toEqual([
      { query: "who", passage: "T one", label: 1, group: "T", kind: "gold" },
      { query: "who", passage: "two", label: 0, group: "d2", kind: "given" },
    ]);
    // What a reader gives goes into `tune` as it is.
    expectTypeOf(data).toExtend<JudgedTexts>();
  });

  it.each([
    ["three columns without header", "q1\td1\t2\nq1\td2\t-1\n"],
    ["TREC's four columns", "q1 0 d1 2\nq1\t0\td2\t-2\n"],
    ["blanks between the columns", "query-id corpus-id score\nq1  d1 2.0\nq1 d2 0\n"],
    ["columns in another order", "score\tpid\tqid\r\n2\td1\tq1\r\n0\td2 \tq1\r\n"],
    ["quoted fields", '"query-id"\t"corpus-id"\t"score"\n"q1"\t"d1"\t"2"\nq1\td2\t0\n'],
  ])("reads judgements in %s", async (name, text) => {
    const { qrels } = await readBeir(lay(`qrels ${name}`, { "qrels/test.tsv": text }));
    expect(qrels).toEqual([
      { queryId: "q1", passageId: "d1", score: 2 },
      { queryId: "q1", passageId: "d2", score: 0 },
    ]);
  });

  it("takes ids that are numbers or called id, and titles that are null", async () => {
    const { corpus } = await readBeir(
      lay("odd ids", {
        "corpus.jsonl": '{"_id":1,"title":null,"text":"one"}\n{"id":"d2","text":"two"}\n',
        "qrels/test.tsv": "q1\t1\t1\n",
      }),
    );
    expect(corpus).toEqual([
      { id: "1", text: "one" },
      { id: "d2", text: "two" },
    ]);
  });

  it.each([
    [
      "an unknown passage",
      { "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\tx\t1" },
      'test.tsv:2: corpus-id must be that of a passage, received "x"',
    ],
    [
      "an unknown query",
      { "qrels/test.tsv": "query-id\tcorpus-id\tscore\nx\td1\t1" },
      'test.tsv:2: query-id must be that of a query, received "x"',
    ],
    [
      "a score that is no number",
      { "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\tx" },
      'test.tsv:2: score must be a number, received "x"',
    ],
    [
      "a score beyond all numbers",
      { "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1e999" },
      'test.tsv:2: score must be a number, received "1e999"',
    ],
    [
      "qrels of two columns",
      { "qrels/test.tsv": "q1\td1\nq1\td2" },
      "test.tsv:1: the columns must be query-id, corpus-id and score, received q1, d1",
    ],
    [
      "an id that comes twice",
      { "queries.jsonl": '{"_id":"a","text":"b"}\n{"_id":"a","text":"c"}' },
      'queries.jsonl:2: _id must be another in every record, received "a" again',
    ],
  ])("refuses %s", async (name, changes, message) => {
    await expect(readBeir(lay(name, changes))).rejects.toThrow(message);
  });

  it("names a split that is not there, and those that are", async () => {
    await expect(readBeir(lay("beir2"), { split: "dev" })).rejects.toThrow(
      "dev.tsv: there is no such file; the folder has test.tsv",
    );
  });
});

describe("readDpr", () => {
  it("reads questions with their passages; extra keys are passed over", async () => {
    const text = JSON.stringify([
      {
        dataset: "x",
        question: "who",
        answers: ["me"],
        positive_ctxs: [{ title: "T", text: "p", score: 1, passage_id: "7" }],
        negative_ctxs: [{ title: "U", text: "n" }],
        hard_negative_ctxs: [{ title: "V", text: "h" }],
      },
    ]);
    const [question] = await collect(readDpr(file("a.json", text)));
    expect(question.answers).toEqual(["me"]);
    expect(
      dprPairs(question).map(({ passage, label, kind, group }) => [passage, label, kind, group]),
    ).toEqual([
      ["p", 1, "gold", "T"],
      ["n", 0, "given", "T"],
      ["h", 0, "given-hard", "T"],
    ]);
  });

  it("refuses another kind of array by line and field", async () => {
    const text = '[\n{"question":"q","positive_ctxs":[{"title":"t"}]}]';
    await expect(collect(readDpr(file("b.json", text)))).rejects.toThrow(
      'b.json:2: positive_ctxs[0] must have a text and a title, received {"title":"t"}',
    );
  });
});
