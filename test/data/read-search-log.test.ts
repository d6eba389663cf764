import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  readSearchLog,
  type ReadSearchLogOptions,
} from "../../src/data/search-log/read-search-log.js";
import type { SearchLogRow } from "../../src/data/search-log/search-log-row.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-log-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function read(
  name: string,
  content: string | Uint8Array,
  options?: ReadSearchLogOptions,
): Promise<SearchLogRow[]> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const rows: SearchLogRow[] = [];
  for await (const row of readSearchLog(path, options)) rows.push(row);
  return rows;
}

describe("readSearchLog", () => {
  it("reads a search a line: the list, one click or several, who and when", async () => {
    const text = [
      '{"query":"q","shown":["a","b","c"],"clicked":["c","a"],"dwell":[3,null],"user":"u","time":"t1"}',
      '{"query":"q","shown":["a","b"],"clicked":null,"user":7,"time":12.5,"offset":10}',
      '{"query":"q","shown":[],"clicked":"a","rank":4}',
    ].join("\n");
    expect(await read("a.jsonl", text)).toEqual([
      {
        query: "q",
        shown: ["a", "b", "c"],
        clicks: [{ passage: "c", dwell: 3 }, { passage: "a" }],
        user: "u",
        time: "t1",
      },
      { query: "q", shown: ["a", "b"], offset: 10, clicks: [], user: "7", time: 12.5 },
      { query: "q", shown: [], clicks: [{ passage: "a", rank: 4 }] },
    ]);
  });

  it("reads a click a line from CSV and TSV, plain and compressed; empty cells are nothing", async () => {
    const rows = [
      { query: "a, b", clicks: [{ passage: "p1", rank: 2, dwell: 31.5 }], user: "u1", time: "t" },
      { query: "c", clicks: [{ passage: "7" }] },
    ];
    const csv = 'query,clicked,rank,dwell,user,time\n"a, b",p1,2,31.5,u1,t\nc,7,,,,\n';
    expect(await read("b.csv", csv)).toEqual(rows);
    expect(await read("b.csv.gz", gzipSync(csv))).toEqual(rows);
    const tsv = "query\tclicked\trank\tdwell\tuser\ttime\na, b\tp1\t2\t31.5\tu1\tt\nc\t7\t\t\t\t\n";
    expect(await read("b.tsv", tsv)).toEqual(rows);
    expect(await read("b.log", tsv, { format: "tsv" })).toEqual(rows);
  });

  it("reads lists in a cell, between separators or as JSON", async () => {
    const [row] = await read("c.csv", "query,shown,clicked,dwell\nq,a | b|c,c|a,1|\n");
    expect(row).toEqual({
      query: "q",
      shown: ["a", "b", "c"],
      clicks: [{ passage: "c", dwell: 1 }, { passage: "a" }],
    });
    const json = 'query\tshown\tclicked\nq\t["a|b", 2]\ta|b\n';
    const [other] = await read("c.tsv", json, { separator: ";" });
    expect(other).toEqual({ query: "q", shown: ["a|b", "2"], clicks: [{ passage: "a|b" }] });
  });

  it("reads support tickets under their own names", async () => {
    const fields = { query: "subject", clicked: "article", user: "agent" };
    const text = '{"subject":"Cannot sign in","article":"kb-3","agent":"ann","rank":null}';
    expect(await read("d.jsonl", text, { fields })).toEqual([
      { query: "Cannot sign in", clicks: [{ passage: "kb-3" }], user: "ann" },
    ]);
  });

  it("counts ranks from 1, also those of a log that begins at 0", async () => {
    const text =
      '{"query":"q","clicked":"a","rank":0}\n{"query":"q","shown":["a","b"],"clicked":"b","rank":1}';
    const rows = await read("e.jsonl", text, { firstRank: 0 });
    expect(rows.map(({ clicks }) => clicks[0].rank)).toEqual([1, 2]);
  });

  it("takes any place of a passage that stands twice in its list", async () => {
    const text = '{"query":"q","shown":["a","b","a"],"clicked":"a","rank":3}';
    expect((await read("f.jsonl", text))[0].clicks).toEqual([{ passage: "a", rank: 3 }]);
  });

  it.each<[string, string, string, ReadSearchLogOptions?]>([
    [
      "g1.jsonl",
      '{"query":"q","clicked":"a","rank":0}',
      ":1: rank must be an integer >= 1, received 0 (firstRank: 0 reads",
    ],
    [
      "g2.jsonl",
      '{"query":"q","clicked":"a","rank":-1}',
      ":1: rank must be an integer >= 0, received -1",
      { firstRank: 0 },
    ],
    [
      "g3.jsonl",
      '\n{"query":"q","clicked":"a","dwell":-3}',
      ":2: dwell must be seconds >= 0, received -3",
    ],
    ["g4.csv", "query,clicked,dwell\nq,a,long", ':2: dwell must be a number, received "long"'],
    [
      "g5.jsonl",
      '{"query":"q","clicked":"a","dwell":"NaN"}',
      ':1: dwell must be a number, received "NaN"',
    ],
    ["g6.jsonl", '{"query":"","clicked":"a"}', ":1: query must be a text, received nothing"],
    ["g7.jsonl", '{"clicked":"a"}', ":1: query must be a text, received nothing"],
    [
      "g8.jsonl",
      '{"query":"q","doc":"a"}',
      ":1: clicked must be the id of a passage, or shown must be a list, received nothing among the fields query, doc",
    ],
    [
      "g9.csv",
      "query,shown,click\nq,a|b,a",
      ":2: clicked must be the id of a passage, received nothing among the fields query, shown, click",
    ],
    ["h1.jsonl", '{"query":"q","shown":["a",{}]}', ":1: shown must be a text, received {}"],
    [
      "h2.jsonl",
      '{"query":"q","clicked":9.0071992547409939e15}',
      ":1: clicked must be a text or an integer with all its digits, received 9007199254740994",
    ],
    [
      "h3.jsonl",
      '{"query":"q","clicked":["a","b"],"dwell":4}',
      ":1: dwell must be 2 numbers like clicked, received 4",
    ],
    [
      "h4.jsonl",
      '{"query":"q","clicked":"a","rank":[1,2]}',
      ":1: rank must be one number like clicked, received [1,2]",
    ],
    [
      "h5.jsonl",
      '{"query":"q","shown":["a","b"],"clicked":"b","rank":1}',
      ':1: rank must be 2, the place of "b" in shown, received 1',
    ],
    [
      "h6.jsonl",
      '{"query":"q","shown":["a","b"],"clicked":"b","rank":0}',
      ':1: rank must be 1, the place of "b" in shown, received 0',
      { firstRank: 0 },
    ],
    [
      "h7.jsonl",
      '{"query":"q","shown":["a","b"],"clicked":"c","rank":2}',
      ':1: rank must be that of "c", received 2, where shown has "b"',
    ],
    [
      "h8.jsonl",
      '{"query":"q","shown":["a"],"offset":-1}',
      ":1: offset must be an integer >= 0, received -1",
    ],
    ["h9.csv", 'query,shown,clicked\nq,"[1,",a', ':2: shown must be a JSON array, received "[1,"'],
    ["i1.jsonl", '{"query":"q","clicked":"a"', ":1: not valid JSON"],
    ["i2.jsonl", "", ": the file is empty"],
    ["i3.jsonl", '{"query":"q","clicked":"a","user":{}}', ":1: user must be a text, received {}"],
  ])("refuses %s: %j", async (name, text, message, options) => {
    await expect(read(name, text, options)).rejects.toThrow(name + message);
  });

  it("passes over what is broken where asked to, and counts it", async () => {
    const path = join(folder, "j.jsonl");
    writeFileSync(path, '{"query":"q","clicked":"a","dwell":-1}\n{"query":"q","clicked":"b"}\n');
    const rows = readSearchLog(path, { onError: "skip" });
    const passages: string[] = [];
    for await (const { clicks } of rows) passages.push(clicks[0].passage);
    expect(passages).toEqual(["b"]);
    expect(rows.counts).toEqual({ records: 1, failed: 1 });
  });

  it.each([
    [{ firstRank: 2 as 1 }, "readSearchLog: firstRank must be 0 or 1, received 2"],
    [{ separator: "" }, 'readSearchLog: separator must be a text, received ""'],
    [
      { format: "xml" as "csv" },
      'readSearchLog: format must be "jsonl", "csv" or "tsv", received "xml"',
    ],
    [{ limit: -1 }, "readSearchLog: limit must be an integer >= 0, received -1"],
  ])("refuses the options %j before anything is read", (options, message) => {
    expect(() => readSearchLog("none.jsonl", options)).toThrow(message);
  });
});
