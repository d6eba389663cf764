import { describe, expect, it } from "vitest";
import { readPairs, type ReadPairsOptions } from "../../../src/data/pairs/read-pairs.js";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { collect, stream } from "./support.js";

type Row = readonly [query: string, passage: string];

/** What comes of a table, rows or the error, where its bytes are cut once at every place, and all in pieces of 1, 2 and 3. */
async function atEveryCut(
  name: string,
  content: string | Uint8Array,
  options: ReadPairsOptions = {},
): Promise<Set<string>> {
  const length = Buffer.from(content).length;
  const cuts = [
    ...Array.from({ length: length + 1 }, (_, first): [number, number] => [first, Infinity]),
    ...[1, 2, 3].map((size): [number, number] => [0, size]),
  ];
  const outcomes = new Set<string>();
  for (const [first, size] of cuts) {
    const rows: Row[] = [];
    let error = "";
    try {
      for await (const { query, passage } of readPairs(stream(name, content, first, size), options))
        rows.push([query, passage]);
    } catch (thrown) {
      error = String(thrown);
    }
    outcomes.add(JSON.stringify({ rows, error }));
  }
  return outcomes;
}

async function expectRows(
  name: string,
  content: string | Uint8Array,
  rows: readonly Row[],
  options?: ReadPairsOptions,
): Promise<void> {
  const outcomes = await atEveryCut(name, content, options);
  expect([...outcomes].map((outcome) => JSON.parse(outcome) as unknown)).toEqual([
    { rows, error: "" },
  ]);
}

describe("a table", () => {
  it("gives the same rows wherever a quoted field is cut", async () => {
    const rows: Row[] = [
      ['say "hi", é\n', "x\r\ny"],
      ["plain", ""],
      ['"', "last"],
    ].map(([query, passage]): Row => [query, passage === "" ? "p" : passage]);
    const cell = (text: string): string =>
      /["\r\n,\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    for (const [name, delimiter] of [
      ["a.csv", ","],
      ["a.tsv", "\t"],
    ]) {
      const text = [["query", "passage"], ...rows]
        .map((row) => row.map(cell).join(delimiter))
        .join("\r\n");
      await expectRows(name, text, rows);
    }
  });

  it("keeps quotes in the middle of an unquoted field, and quotes of tabbed text that open none", async () => {
    await expectRows("a.csv", 'query,passage\n5" screw,a "b" c\n', [['5" screw', 'a "b" c']]);
    const tabbed = 'query\tpassage\n"Heroes" is a song\t"open\n"a ""b"""\t5" x\n';
    await expectRows("a.tsv", tabbed, [
      ['"Heroes" is a song', '"open'],
      ['a "b"', '5" x'],
    ]);
  });

  it("takes a byte order mark off, in front of a quoted header too, wherever it is cut", async () => {
    await expectRows("a.csv", '\ufeff"query","passage"\nq,p\n', [["q", "p"]]);
    await expectRows("a.tsv", "\ufeffquery\tpassage\nq\tp\n", [["q", "p"]]);
    const utf16 = Buffer.concat([
      Buffer.of(0xff, 0xfe),
      Buffer.from("query\tpassage\nq\té\n", "utf16le"),
    ]);
    for (let first = 0; first <= utf16.length; first++) {
      const { data } = await readTuningFiles(stream("a.txt", utf16, first, 1));
      expect(data).toEqual({ pairs: [{ query: "q", passage: "é" }] });
    }
  });

  it("keeps a carriage return and line feed inside quotes, and ends rows by either or both", async () => {
    await expectRows("a.csv", 'query,passage\r\n"a\r\nb",c\r\nd,e', [
      ["a\r\nb", "c"],
      ["d", "e"],
    ]);
    await expectRows("a.csv", 'query,passage\r"a\rb",c\rd,e\r', [
      ["a\rb", "c"],
      ["d", "e"],
    ]);
  });

  it("reads quotes and delimiters that databases escape with a backslash", async () => {
    // MySQL's and Spark's quotes, a quoted path, pandas' QUOTE_NONE.
    const quoted = 'query,passage\n"he said \\"hi\\", ok","C:\\\\x"\n"a","b \\"c\\""\n';
    await expectRows("a.csv", quoted, [
      ['he said "hi", ok', "C:\\x"],
      ["a", 'b "c"'],
    ]);
    await expectRows("a.csv", "query,passage\none\\, two,p\nq,a\\\nb\n", [
      ["one, two", "p"],
      ["q", "a\nb"],
    ]);
    await expectRows("a.tsv", "query\tpassage\none\\\ttwo\tp\n", [["one\ttwo", "p"]]);
  });

  it("keeps backslashes that the rules of doubled quotes explain", async () => {
    await expectRows("a.csv", 'query,passage\n"C:\\",\\d+\n"a ""\\"" b",\\n\n', [
      ["C:\\", "\\d+"],
      ['a "\\" b', "\\n"],
    ]);
  });

  it("reads backslashes as it is told: as escapes from the first row on, or never", async () => {
    const backslash = { escape: "backslash" as const };
    await expectRows("a.csv", 'query,passage\n"C:\\\\",\\"x\\"\n', [["C:\\", '"x"']], backslash);
    // PostgreSQL's and MySQL's tabbed exports.
    await expectRows("a.tsv", "query\tpassage\na\\tb\tc\\nd\n", [["a\tb", "c\nd"]], backslash);
    const rows = await collect(
      readPairs(stream("a.csv", "query,passage,group\nq,p,\\N\n", 0), backslash),
    );
    expect(rows[0].group).toBe("q");
    const doubled = { escape: "doubled" as const };
    await expect(
      collect(readPairs(stream("a.csv", 'query,passage\n"a \\"b\\" c",p\n', 0), doubled)),
    ).rejects.toThrow('a.csv:2: a quote inside a quoted field must be doubled ("")');
    expect(() => readPairs("a.csv", { escape: "quote" as "doubled" })).toThrow(
      'readPairs: escape must be "doubled" or "backslash", received "quote"',
    );
  });

  it("reads fields of thousands of characters, quoted or not, with their quotes and escapes", async () => {
    const filler = "x".repeat(5000);
    const long = `${filler}"${filler}\\`;
    const rows: Row[] = [[`${long}a`, `b${filler}`]];
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    for (const [name, delimiter] of [
      ["a.csv", ","],
      ["a.tsv", "\t"],
    ]) {
      const header = `query${delimiter}passage\n`;
      for (const [text, options] of [
        [rows[0].join(delimiter), { escape: "doubled" }],
        [rows[0].map(quoted).join(delimiter), { escape: "doubled" }],
        [
          rows[0].map((cell) => cell.replaceAll(/["\\]/g, (c) => `\\${c}`)).join(delimiter),
          { escape: "backslash" },
        ],
      ] as const) {
        const read = await collect(readPairs(stream(name, `${header}${text}\n`, 0, 999), options));
        expect(read.map(({ query, passage }) => [query, passage])).toEqual(rows);
      }
    }
  });

  it("refuses the same row with the same words, after the same rows, wherever it is cut", async () => {
    for (const [text, error] of [
      ['query,passage\nq,p\n"a "b" c",p\n', "a.csv:3: a quote inside a quoted field must be"],
      ['query,passage\nq,p\n\n"a,p\nb', "a.csv:4: a quote is opened and never closed"],
      ["query,passage\nq,p\na,b,c\n", "a.csv:3: the row must have 2 fields like the header"],
    ]) {
      const outcomes = [...(await atEveryCut("a.csv", text))];
      expect(outcomes).toHaveLength(1);
      expect((JSON.parse(outcomes[0]) as { error: string }).error).toContain(error);
      expect((JSON.parse(outcomes[0]) as { rows: Row[] }).rows).toEqual([["q", "p"]]);
    }
  });
});
