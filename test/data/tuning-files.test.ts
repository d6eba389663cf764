import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { layOutTexts } from "../../src/data/texts/text-tables.js";
import type { TuningData } from "../../src/data/tuning-data.js";
import { readTuningFiles } from "../../src/data/tuning-files/read-tuning-files.js";
import type { TuningFiles } from "../../src/data/tuning-files/types.js";
import type { Source } from "../../src/data/sources/open-source.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "embedtune-tuning-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

let laid = 0;
/** Files in a folder of their own. */
function lay(files: Record<string, string | Uint8Array>): string {
  const name = `laid-${++laid}`;
  mkdirSync(join(folder, name));
  for (const [path, content] of Object.entries(files)) file(`${name}/${path}`, content);
  return join(folder, name);
}

/** A stream that comes in pieces of the given size. */
function stream(name: string, bytes: Uint8Array, size: number): Source {
  return {
    name,
    stream: (async function* () {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    })(),
  };
}

const pairsOf = ({ data }: TuningFiles): unknown => ("pairs" in data ? data.pairs : undefined);
const read = (
  name: string,
  content: string | Uint8Array,
  options?: Parameters<typeof readTuningFiles>[1],
): Promise<TuningFiles> => readTuningFiles(file(name, content), options);

const jsonl = (...records: unknown[]): string =>
  records.map((record) => JSON.stringify(record)).join("\n") + "\n";

describe("readTuningFiles, pairs,", () => {
  it("gives what tune takes", async () => {
    const result = await read("a.jsonl", jsonl({ query: "q", passage: "p" }));
    expectTypeOf(result.data).toExtend<TuningData>();
    expect(result).toEqual({
      data: { pairs: [{ query: "q", passage: "p" }] },
      format: "JSON lines, fields query, passage",
      notes: [],
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["question and answer", { question: "q", answer: "p" }, "question → query, answer → passage"],
    ["anchor and positive", { anchor: "q", positive: "p" }, "anchor → query, positive → passage"],
    ["sentences", { sentence1: "q", sentence2: "p" }, "sentence1 → query, sentence2 → passage"],
    ["texts", { text1: "q", text2: "p" }, "text1 → query, text2 → passage"],
    ["a prompt", { prompt: "q", completion: "p" }, "prompt → query, completion → passage"],
    ["a context", { question: "q", context: "p" }, "question → query, context → passage"],
    ["a document", { query: "q", document: "p" }, "query, document → passage"],
    ["an intent", { utterance: "q", intent: "p" }, "utterance → query, intent → passage"],
    ["a query and a text", { query: "q", text: "p" }, "query, text → passage"],
    ["another case and blanks", { " Query ": "q", PASSAGE: "p" }, "query, passage"],
    ["accents", { Requête: "q", Réponse: "p" }, "Requête → query, Réponse → passage"],
  ])("knows %s", async (name, record, mapping) => {
    const result = await read(`${name}.jsonl`, jsonl(record));
    expect(pairsOf(result)).toEqual([{ query: "q", passage: "p" }]);
    expect(result.format).toBe(`JSON lines, fields ${mapping}`);
    expect(result.notes).toEqual([]);
  });

  const triplet = [
    { query: "q", passage: "p" },
    { query: "q", passage: "n", label: 0 },
  ];
  it.each<[string, unknown]>([
    ["sentence-transformers", { anchor: "q", positive: "p", negative: "n" }],
    ["query, positive, negatives", { query: "q", positive: "p", negatives: ["n"] }],
    ["FlagEmbedding's lists", { query: "q", pos: ["p"], neg: ["n"] }],
    [
      "Tevatron's objects",
      {
        query: "q",
        positive_passages: [{ docid: "1", text: "p" }],
        negative_passages: [{ text: "n" }],
      },
    ],
    ["numbered columns", { query: "q", positive: "p", negative_1: "n", negative_2: null }],
    ["a line of texts", ["q", "p", "n"]],
  ])("makes pairs of label 1 and 0 of triplets: %s", async (name, record) => {
    expect(pairsOf(await read(`${name}.jsonl`, jsonl(record)))).toEqual(triplet);
  });

  it("takes the score of two sentences for their label, and no other score", async () => {
    const sentences = await read("sts.csv", "sentence1,sentence2,score\na,b,1\nc,d,0\n");
    expect(pairsOf(sentences)).toEqual([
      { query: "a", passage: "b", label: 1 },
      { query: "c", passage: "d", label: 0 },
    ]);
    const mined = await read("mined.csv", "query,passage,score\na,b,0.37\n");
    expect(pairsOf(mined)).toEqual([{ query: "a", passage: "b" }]);
    expect(mined.notes).toEqual(["Not used: the column score."]);
  });

  it("keeps every pair that comes twice, and every positive of a list", async () => {
    const record = { query: "q", pos: ["a", "b"], neg: [] };
    const result = await read("twice.jsonl", jsonl(record, record));
    expect(pairsOf(result)).toHaveLength(4);
  });

  it("passes over a negative that is its record's passage, and says so", async () => {
    const result = await read("own.jsonl", jsonl({ query: "q", pos: ["p"], neg: ["p", "n"] }));
    expect(pairsOf(result)).toEqual(triplet);
    expect(result.notes).toEqual([
      `1 record whose negative is its own passage was passed over: ${join(folder, "own.jsonl")}:1.`,
    ]);
  });

  it.each([
    ["1", 1],
    ["1.0", 1],
    ["TRUE", 1],
    [" true ", 1],
    ["0", 0],
    ["0.0", 0],
    ["-1", 0],
    ["FALSE", 0],
  ])("reads the label %j as %d", async (text, label) => {
    const result = await read("label.csv", `query,passage,label\nq,p,${text}\nq,r,1\n`);
    expect(pairsOf(result)).toEqual([
      { query: "q", passage: "p", label },
      { query: "q", passage: "r", label: 1 },
    ]);
  });

  it("passes over records without a label where others have one", async () => {
    const result = await read("some.csv", "query,passage,label\na,b,1\nc,d,\ne,f,0\n");
    expect(pairsOf(result)).toHaveLength(2);
    expect(result.notes[0]).toMatch(/^1 record without a label was passed over: .*some\.csv:3\.$/);
  });

  it("takes all for matches where no record has a label", async () => {
    const result = await read("none.csv", "query,passage,label\na,b,\nc,d,\n");
    expect(pairsOf(result)).toEqual([
      { query: "a", passage: "b" },
      { query: "c", passage: "d" },
    ]);
    expect(result.notes).toEqual(["No record has a label, so every pair is taken for a match."]);
  });

  it("reads grades: 0 is no answer", async () => {
    const result = await read("grades.csv", "query,passage,relevance\na,b,3\na,c,0\na,d,0.5\n");
    expect(pairsOf(result)).toEqual([
      { query: "a", passage: "b", label: 1, grade: 3 },
      { query: "a", passage: "c", label: 0 },
      { query: "a", passage: "d", label: 1, grade: 0.5 },
    ]);
  });

  it("takes the names that the caller gives, whatever their case, before any guess", async () => {
    const text = "Titel;Kundenfrage;query;Text;Seite;falsch\nT;q;x;p;7;n\n";
    const result = await read("own.csv", text, {
      columns: {
        query: "kundenfrage",
        passage: "Text",
        group: "Seite",
        negative: ["falsch"],
        title: "Titel",
      },
    });
    expect(pairsOf(result)).toEqual([
      { query: "q", passage: "T p", group: "7" },
      { query: "q", passage: "n", label: 0, group: "7" },
    ]);
    expect(result.format).toBe(
      "CSV with semicolons, columns Kundenfrage → query, Text → passage, Titel → title, Seite → group, falsch → passage of label 0",
    );
    expect(result.notes).toEqual(["Not used: the column query."]);
  });

  it("reads several files, a pattern or a folder as one", async () => {
    const at = lay({
      "a.csv": "query,passage\na,b\n",
      "b.jsonl.gz": gzipSync(jsonl({ question: "c", answer: "d" })),
      "README.md": "# about",
    });
    const expected = [
      { query: "a", passage: "b" },
      { query: "c", passage: "d" },
    ];
    for (const paths of [at, [join(at, "a.csv"), join(at, "b.jsonl.gz")], join(at, "{a,b}*")]) {
      const result = await readTuningFiles(paths);
      expect(pairsOf(result)).toEqual(expected);
      expect(result.format).toBe(
        "CSV, columns query, passage; JSON lines, fields question → query, answer → passage",
      );
    }
  });

  it("does not take the page beside a file of records for a document", async () => {
    const at = lay({ "a.csv": "query,passage\na,b\n", "README.md": "# about", "notes.txt": "" });
    expect((await readTuningFiles(at)).data).toEqual({ pairs: [{ query: "a", passage: "b" }] });
  });

  it("reads a JSON array, on one line or pretty, and objects that take lines", async () => {
    const records = [
      { query: "a", passage: "b" },
      { query: "c", passage: "d ]}" },
    ];
    for (const text of [
      JSON.stringify(records),
      JSON.stringify(records, null, 2),
      records.map((record) => JSON.stringify(record, null, 1)).join("\n"),
    ]) {
      const result = await read("array.json", text);
      expect(pairsOf(result)).toEqual(records);
      expect(result.format).toBe("JSON, fields query, passage");
    }
  });

  it("reads DPR's questions", async () => {
    const question = {
      question: "who",
      answers: ["me", 7],
      positive_ctxs: [{ title: null, text: "p" }],
      negative_ctxs: [{ title: "T", text: "n" }],
      hard_negative_ctxs: [{ title: "T", text: "p" }, { text: "" }],
    };
    const lonely = { ...question, positive_ctxs: [] };
    const result = await read("dpr.json", JSON.stringify([question, lonely]));
    expect(pairsOf(result)).toEqual([
      { query: "who", passage: "p", label: 1, group: "who" },
      { query: "who", passage: "n", label: 0, group: "who" },
    ]);
    expect(result.format).toBe("JSON, DPR's questions with lists of passages");
    expect(result.notes).toHaveLength(3);
  });

  it("joins a corpus to the pairs", async () => {
    const pairs = file("p.jsonl", jsonl({ query: "q", passage: "p" }));
    const corpus = file("c.jsonl", jsonl({ _id: 1, title: "T", text: "x" }, { _id: 2, text: "y" }));
    const result = await readTuningFiles(pairs, { corpus });
    expect(result.data).toEqual({
      pairs: [{ query: "q", passage: "p" }],
      corpus: [
        { id: "1", title: "T", text: "x" },
        { id: "2", text: "y" },
      ],
    });
    expect(result.format).toBe(
      "JSON lines, fields query, passage; corpus: JSON lines, fields id, title, text",
    );
  });

  it("takes the columns of passages for those of the corpus where there is one", async () => {
    const pairs = file("own-pairs.csv", "query,doc\nq,7\n");
    const corpus = file("own-corpus.csv", "Nr;Kopf;Inhalt;text\n7;T;x;y\n");
    const columns = { id: "Nr", title: "Kopf", text: "Inhalt" };
    expect((await readTuningFiles(pairs, { corpus, columns })).data).toEqual({
      queries: [{ id: "q1", text: "q" }],
      corpus: [{ id: "7", title: "T", text: "x" }],
      qrels: [{ queryId: "q1", passageId: "7", score: 1 }],
    });
  });

  it("reads pairs that name their passages by id as judgements", async () => {
    const corpus = file("ids.csv", "id,text\np1,one\np2,two\n");
    const data = {
      queries: [
        { id: "q1", text: "a" },
        { id: "q2", text: "b" },
      ],
      corpus: [
        { id: "p1", text: "one" },
        { id: "p2", text: "two" },
      ],
      qrels: [
        { queryId: "q1", passageId: "p1", score: 1 },
        { queryId: "q1", passageId: "p2", score: 0 },
        { queryId: "q2", passageId: "p2", score: 1 },
      ],
    };
    const byName = file("byid.csv", "question,corpus-id,label\na,p1,1\na,p2,0\nb,p2,1\n");
    expect((await readTuningFiles(byName, { corpus })).data).toEqual(data);
    // The name says a text, what stands there are ids.
    const byContent = file("bycontent.csv", "question,answer,label\na,p1,1\na,p2,0\nb,p2,1\n");
    const result = await readTuningFiles(byContent, { corpus });
    expect(result.data).toEqual(data);
    expect(result.notes).toEqual(["The passages of the pairs are ids of the corpus."]);
  });

  it("keeps the groups of pairs that name their passages by id", async () => {
    const corpus = file("ids.csv", "id,text\np1,one\np2,two\n");
    const grouped = file("grouped.csv", "question,corpus-id,group\na,p1,x\nb,p2,x\nc,p2,y\n");
    const { data, notes } = await readTuningFiles(grouped, { corpus });
    expect(notes).toEqual([]);
    const { groups } = await layOutTexts(data, "test");
    expect(groups?.[0]).toBe(groups?.[1]);
    expect(groups?.[2]).not.toBe(groups?.[0]);
  });
});

describe("readTuningFiles, tables,", () => {
  const rows = [
    { query: 'Was ist "neu"?', passage: "Zeile 1\nZeile 2; mit Semikolon" },
    { query: "Wie, wo, wann?", passage: "Ja, nein\tvielleicht | nie" },
  ];
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const table = (delimiter: string, end: string): string =>
    [["Frage", "Antwort"], ...rows.map(({ query, passage }) => [quote(query), quote(passage)])]
      .map((cells) => cells.join(delimiter) + end)
      .join("");

  it.each([
    [",", "CSV"],
    [";", "CSV with semicolons"],
    ["|", "CSV with bars"],
  ])("guesses the delimiter %j, whatever stands in the cells", async (delimiter, kind) => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const result = await read("t.csv", "\ufeff" + table(delimiter, end));
      expect(pairsOf(result)).toEqual(rows);
      expect(result.format).toBe(`${kind}, columns Frage → query, Antwort → passage`);
    }
  });

  it("lets the names of the header tell the delimiter before the shape of the rows", async () => {
    const columns = { passage: "Antwort, kurz, gut" };
    const result = await read("h.csv", "Frage;Antwort, kurz, gut\na;b, c, d\n", { columns });
    expect(pairsOf(result)).toEqual([{ query: "a", passage: "b, c, d" }]);
  });

  it("believes Excel's line that names the delimiter", async () => {
    const columns = { query: "x", passage: "y,z" };
    const result = await read("sep.csv", "sep=;\r\nx;y,z\r\n1;2,3\r\n", { columns });
    expect(pairsOf(result)).toEqual([{ query: "1", passage: "2,3" }]);
  });

  it("guesses tabs, with line breaks in quoted cells and quotes that are text", async () => {
    const text =
      'query\tpassage\nq\t"two\nlines ""quoted"""\n"Heroes" by whom\t"Heroes" is by Bowie\n';
    expect(pairsOf(await read("t.csv", text))).toEqual([
      { query: "q", passage: 'two\nlines "quoted"' },
      { query: '"Heroes" by whom', passage: '"Heroes" is by Bowie' },
    ]);
  });

  it.each(["utf-16le", "utf-16be"])("reads %s, as spreadsheets save Unicode text", async (name) => {
    const bytes = Buffer.from(
      "\ufeff" + table("\t", "\r\n").replaceAll("\tvielleicht", "🙂"),
      "utf16le",
    );
    const text = name === "utf-16le" ? bytes : bytes.swap16();
    for (const size of [1, 3, 7, 1000]) {
      const result = await readTuningFiles(stream("u.txt", text, size));
      expect(pairsOf(result)).toEqual([rows[0], { ...rows[1], passage: "Ja, nein🙂 | nie" }]);
      expect(result.format).toBe("TSV in UTF-16, columns Frage → query, Antwort → passage");
    }
  });

  it.each([
    ["an index column without a name", ",query,passage\n0,q,p\n"],
    ["two of them", ",,query,passage\n0,1,q,p\n"],
    ["empty columns at the end", "query,passage,,\nq,p,,\n"],
    ["an empty cell beyond the header", "query,passage\nq,p,\n"],
    ["empty rows", "\n\nquery,passage\n,\nq,p\n , \n,,,\n"],
    ["a quoted header with blanks", '\ufeff" Query ","PASSAGE"\nq,p\n'],
    ["Excel's line that names the delimiter", "sep=;\r\nquery;passage\r\nq;p\r\n"],
    ["a header that comes again", "query,passage\nq,p\n\ufeffquery,passage\n"],
    ["cells that are missing", "query,passage,note\nq,p\n"],
  ])("passes over %s", async (name, text) => {
    expect(pairsOf(await read(`${name}.csv`, text))).toEqual([{ query: "q", passage: "p" }]);
  });

  it("counts rows without a query or a passage, and names the first", async () => {
    const at = file("half.csv", "query,passage\na,b\n,x\nc,\nd, \ne,f\n");
    expect((await readTuningFiles(at)).notes).toEqual([
      `1 record without a query was passed over: ${at}:3.`,
      `2 records without a passage were passed over, the first ${at}:4.`,
    ]);
  });

  it("is not misled by names: content comes first", async () => {
    expect((await read("table.txt", "query\tpassage\na\tb\n")).format).toMatch(/^TSV/);
    expect((await read("lines.csv", jsonl({ query: "a", passage: "b" }))).format).toMatch(/^JSON/);
    expect((await read("table.json", "query,passage\na,b\n")).format).toMatch(/^CSV,/);
    expect((await read("prose.txt", "Answer, he said.\nText, more text.\n")).format).toBe(
      "text, a passage per line",
    );
    expect((await read("brackets.txt", "[1] a note\n{2} another\n")).data).toEqual({
      corpus: ["[1] a note", "{2} another"],
    });
  });

  it("reads back every table that is written, however it is cut", async () => {
    const cell = fc
      .string({ unit: fc.constantFrom("a", "é", '"', ",", ";", "\t", "|", "\n", "\r", "😀", " ") })
      .map((text) => `x${text}`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(",", ";", "|"),
        fc.constantFrom("\n", "\r\n"),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (cells, delimiter, end, size, mark) => {
          const lines = [["query", "passage"], ...cells.map((row) => row.map(quote))];
          const text = (mark ? "\ufeff" : "") + lines.map((row) => row.join(delimiter)).join(end);
          const result = await readTuningFiles(stream("s.csv", Buffer.from(text), size));
          expect(pairsOf(result)).toEqual(cells.map(([query, passage]) => ({ query, passage })));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reads parquet", async () => {
    const path = new URL("../fixtures/data/pairs.parquet", import.meta.url).pathname;
    const result = await readTuningFiles(path);
    expect(pairsOf(result)).toEqual([
      { query: "who", passage: "me", label: 1 },
      { query: "who", passage: "you", label: 0 },
      { query: "wo é", passage: "hier", label: 1 },
    ]);
    expect(result.format).toBe("parquet, columns question → query, answer → passage, label");
  });
});

describe("readTuningFiles, passages alone,", () => {
  it("reads a passage per line", async () => {
    const result = await read("lines.txt", "\ufeffone\r\n\r\n two, three\nfour");
    expect(result).toEqual({
      data: { corpus: ["one", " two, three", "four"] },
      format: "text, a passage per line",
      notes: [],
    });
  });

  it.each([
    ["c1.jsonl", jsonl({ _id: "a", title: "", text: "x" }, { _id: "b", title: "T", text: "y" })],
    ["c2.csv", "ID,Title,Content\na,,x\nb,T,y\n"],
  ])("reads %s", async (name, text) => {
    expect((await read(name, text)).data).toEqual({
      corpus: [
        { id: "a", text: "x" },
        { id: "b", title: "T", text: "y" },
      ],
    });
  });

  it("takes the title for the text where there is no other", async () => {
    const text = jsonl({ id: "a", title: "T", text: "" }, { id: "b", title: "", text: null });
    const { data, notes } = await read("c4.jsonl", text);
    expect(data).toEqual({ corpus: [{ id: "a", text: "T" }] });
    expect(notes).toHaveLength(1);
  });

  it("reads a column of the caller's", async () => {
    const columns = { text: "Artikel" };
    const result = await read("c3.csv", "Nr;Artikel;label\n1;x;7\n2;y;8\n", { columns });
    expect(result.data).toEqual({ corpus: ["x", "y"] });
    expect(result.notes).toEqual(["Not used: the columns Nr, label."]);
  });

  it("reads a folder of documents, a passage each", async () => {
    const at = lay({
      "b.md": "# B\n\ntext",
      "sub/a.txt": "\ufefflong ".repeat(2000),
      "empty.md": "\n",
      ".git/x.md": "hidden",
      "picture.png": "",
    });
    const result = await readTuningFiles(at);
    expect(result.data).toMatchObject({
      corpus: [{ id: "b.md", text: "# B\n\ntext" }, { id: "sub/a.txt" }],
    });
    expect(result.format).toBe("documents, a passage each");
    expect(result.notes[0]).toMatch(/^1 of 3 documents have more than 8 kB and stay one passage/);
    expect(result.notes[1]).toMatch(/^1 record without a text was passed over: .*empty\.md\.$/);
  });
});

describe("readTuningFiles, a BEIR folder,", () => {
  const qrels = "query-id\tcorpus-id\tscore\nq1\td1\t1\n";
  const beir = (changes: Record<string, string | Uint8Array>): string =>
    lay({
      "corpus.jsonl": jsonl({ _id: "d1", title: "T", text: "one" }, { _id: "d2", text: "two" }),
      "queries.jsonl": jsonl({ _id: "q1", text: "who" }, { _id: "q2", text: "what" }),
      ...changes,
    });

  it("gives judged queries against the corpus", async () => {
    const queries = gzipSync(jsonl({ _id: "q1", text: "who" }, { _id: "q2", text: "what" }));
    const at = beir({ "qrels/train.tsv.gz": gzipSync(qrels) });
    rmSync(join(at, "queries.jsonl"));
    writeFileSync(join(at, "queries.jsonl.gz"), queries);
    expect(await readTuningFiles(at)).toEqual({
      data: {
        queries: [
          { id: "q1", text: "who" },
          { id: "q2", text: "what" },
        ],
        corpus: [
          { id: "d1", title: "T", text: "one" },
          { id: "d2", text: "two" },
        ],
        qrels: [{ queryId: "q1", passageId: "d1", score: 1 }],
      },
      format: "BEIR folder, judgements of qrels/train.tsv.gz",
      notes: ["1 query without a judgement was passed over."],
    });
  });

  it.each([
    [["train", "dev", "test"], "qrels/train.tsv", false],
    [["test"], "qrels/test.tsv", false],
    [["dev", "test"], "qrels/dev.tsv", true],
    [["mine", "test"], "qrels/test.tsv", true],
  ])("chooses among the judgements %j %s", async (names, chosen, told) => {
    const at = beir(Object.fromEntries(names.map((name) => [`qrels/${name}.tsv`, qrels])));
    const { format, notes } = await readTuningFiles(at);
    expect(format).toBe(`BEIR folder, judgements of ${chosen}`);
    expect(notes.some((note) => note.startsWith("There are no judgements named train"))).toBe(told);
    const split = names[names.length - 1];
    expect((await readTuningFiles(at, { split })).format).toContain(`qrels/${split}.tsv`);
  });

  it("takes judgements that lie beside the texts, in TREC's columns", async () => {
    const { data, format } = await readTuningFiles(beir({ "qrels.txt": "q1 0 d2 2\n" }));
    expect(format).toBe("BEIR folder, judgements of qrels.txt");
    expect(data).toMatchObject({ qrels: [{ queryId: "q1", passageId: "d2", score: 2 }] });
  });

  it("passes over what does not exist, is empty or is contradicted, and says so", async () => {
    const at = beir({
      "corpus.jsonl": jsonl(
        { _id: "d1", text: "one" },
        { _id: "d2", title: null, text: "" },
        { _id: "d3", title: "only", text: " " },
      ),
      "qrels/train.tsv": qrels + "q1\td1\t0\nq1\td1\t2\nq1\td1\t2\nq1\tgone\t1\nq1\td2\t1\n",
    });
    const { data, notes } = await readTuningFiles(at);
    expect(data).toMatchObject({
      corpus: [
        { id: "d1", text: "one" },
        { id: "d3", text: "only" },
      ],
      qrels: [
        { queryId: "q1", passageId: "d1", score: 2 },
        { queryId: "q1", passageId: "d1", score: 2 },
      ],
    });
    expect(notes).toEqual([
      `1 of 6 judgements name a query or a passage that is not there and were passed over, the first: ${at}/qrels/train.tsv:6: corpus-id must be that of a passage, received "gone".`,
      "1 passage without a text was passed over.",
      "1 judgement of an empty text was passed over.",
      "2 judgements contradict others of the same query and passage; the higher score counts.",
      "1 query without a judgement was passed over.",
    ]);
  });

  it("gives its passages to pairs that lie elsewhere", async () => {
    const pairs = file("mine.csv", "query,doc_id\nmine,d2\n");
    const { data } = await readTuningFiles(pairs, { corpus: beir({ "qrels/test.tsv": qrels }) });
    expect(data).toMatchObject({ qrels: [{ queryId: "q1", passageId: "d2", score: 1 }] });
  });
});

describe("readTuningFiles, fields that come late,", () => {
  const many = Array.from({ length: 1000 }, (_, i) => ({ query: `q${i}`, passage: `p${i}` }));

  it("refuses a label that it would have overlooked", async () => {
    const text = jsonl(...many, { query: "q", passage: "p", label: 0 });
    await expect(read("late.jsonl", text)).rejects.toThrow(
      "late.jsonl:1001: the field label must come within the first 100 records, received it first here; " +
        "write it into the first one, as null where it has none",
    );
    const early = jsonl({ ...many[0], label: null }, ...many.slice(1), { ...many[0], label: 0 });
    await expect(read("early.jsonl", early)).resolves.toMatchObject({
      notes: [expect.stringMatching(/^1000 records without a label were passed over/)],
    });
  });

  it("does not mind those that mean nothing", async () => {
    const text = jsonl(...many, { query: "q", passage: "p", url: "x", text: "y" });
    expect(pairsOf(await read("later.jsonl", text))).toHaveLength(1001);
  });
});

describe("readTuningFiles, files as programs write them:", () => {
  it("a CSV that Excel saved in a country of semicolons", async () => {
    const rows = [
      "\ufeffNr.;Frage;Antwort;Gültig;;",
      '1;"Wie lange gilt das ""alte"" Ticket?";"Bis zum 31.12.;\ndanach nicht mehr.\n";WAHR;;',
      '2;Wo?;"Am Schalter, 1. OG";WAHR;;',
      "3;Wann kommt die Antwort?;;WAHR;;",
      ";;;;;",
      "",
    ];
    const result = await read("Fragen.csv", rows.join("\r\n"));
    expect(pairsOf(result)).toEqual([
      {
        query: 'Wie lange gilt das "alte" Ticket?',
        passage: "Bis zum 31.12.;\ndanach nicht mehr.\n",
      },
      { query: "Wo?", passage: "Am Schalter, 1. OG" },
    ]);
    expect(result.format).toBe("CSV with semicolons, columns Frage → query, Antwort → passage");
    expect(result.notes).toEqual([
      "Not used: the columns Nr., Gültig.",
      expect.stringMatching(/^1 record without a passage was passed over: .*Fragen\.csv:6\.$/),
    ]);
  });

  it("a JSONL of triplets that a Python script mined", async () => {
    const lines = [
      '{"anchor": "Wer ist \\u00e4lter?", "positive": "Sie\\u2028ist.", "negative": "Er ist \\ud83d\\ude42.", "score": 0.81}',
      '{"anchor": "Who?", "positive": "She.", "negative": "He.", "score": 0.7}',
    ];
    const result = await read("triplets.jsonl.gz", gzipSync(lines.join("\n")));
    expect(pairsOf(result)).toEqual([
      { query: "Wer ist älter?", passage: "Sie\u2028ist." },
      { query: "Wer ist älter?", passage: "Er ist 🙂.", label: 0 },
      { query: "Who?", passage: "She." },
      { query: "Who?", passage: "He.", label: 0 },
    ]);
    expect(result.notes).toEqual(["Not used: the field score."]);
  });

  it("a BEIR folder as it is downloaded", async () => {
    const at = lay({
      "corpus.jsonl":
        '{"_id": "4983", "title": "Microstructural development", "text": "Alterations of the architecture.", "metadata": {}}\n' +
        '{"_id": "5836", "title": "", "text": "Myelodysplastic syndromes.", "metadata": {}}\n',
      "queries.jsonl":
        '{"_id": "0", "text": "0-dimensional biomaterials", "metadata": {}}\n{"_id": "2", "text": "1 in 5 million", "metadata": {"4983": [{"sentences": [4]}]}}\n',
      "qrels/test.tsv": "query-id\tcorpus-id\tscore\r\n0\t4983\t1\r\n",
      "qrels/train.tsv": "query-id\tcorpus-id\tscore\r\n2\t5836\t1\r\n",
    });
    expect((await readTuningFiles(at)).data).toEqual({
      queries: [
        { id: "0", text: "0-dimensional biomaterials" },
        { id: "2", text: "1 in 5 million" },
      ],
      corpus: [
        {
          id: "4983",
          title: "Microstructural development",
          text: "Alterations of the architecture.",
        },
        { id: "5836", text: "Myelodysplastic syndromes." },
      ],
      qrels: [{ queryId: "2", passageId: "5836", score: 1 }],
    });
  });
});

describe("readTuningFiles, as a long job,", () => {
  it("reports bytes of all files and stops when it is told to", async () => {
    const at = lay({
      "a.csv": "query,passage\n" + "a,b\n".repeat(100_000),
      "b.csv": "query,passage\na,b\n",
    });
    const seen: [number, number | undefined][] = [];
    await readTuningFiles(at, { onProgress: ({ done, total }) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([400_014 + 18, 400_014 + 18]);
    const reason = new Error("enough");
    await expect(readTuningFiles(at, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
