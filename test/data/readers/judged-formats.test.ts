import { describe, expect, it } from "vitest";
import { beirPairs, readBeir } from "../../../src/data/pairs/read-beir.js";
import { dprPairs, readDpr } from "../../../src/data/pairs/read-dpr.js";
import { readTuningFiles } from "../../../src/data/tuning-files/read-tuning-files.js";
import { evaluateRun } from "../../../src/evaluate/retrieval/evaluate-run.js";
import { parseQrels, parseRun } from "../../../src/evaluate/retrieval/trec-format.js";
import { collect, scratchFolder } from "./support.js";

const file = scratchFolder();
let count = 0;
/** A BEIR folder of its own. */
function beir(files: Readonly<Record<string, string>>): string {
  const folder = `beir-${count++}`;
  const paths = Object.entries({
    "corpus.jsonl": '{"_id":"d1","text":"one"}\n{"_id":"d2","text":"two"}\n',
    "queries.jsonl": '{"_id":"q1","text":"who"}\n{"_id":"q2","text":"one"}\n',
    ...files,
  }).map(([name, text]) => [name, file(`${folder}/${name}`, text)]);
  const [[name, path]] = paths;
  return path.slice(0, -name.length - 1);
}

describe("ids with quotes", () => {
  it("are found as BEIR's writer quotes them and as others leave them", async () => {
    const texts = {
      "corpus.jsonl": ['"Heroes"', "Low", 'a "b"', '"x"', "x"]
        .map((id) => `${JSON.stringify({ _id: id, text: id })}\n`)
        .join(""),
      "queries.jsonl": `${JSON.stringify({ _id: '"q"', text: "who" })}\n`,
    };
    for (const [written, meant] of [
      ['"Heroes"', '"Heroes"'],
      ['"""Heroes"""', '"Heroes"'],
      ["Low", "Low"],
      ['"Low"', "Low"],
      ['"a ""b"""', 'a "b"'],
      ['a "b"', 'a "b"'],
      // Both ids exist: the one that BEIR's own reader takes.
      ['"x"', "x"],
      ['"""x"""', '"x"'],
    ]) {
      for (const query of ['"q"', '"""q"""']) {
        const data = await readBeir(
          beir({
            ...texts,
            "qrels/test.tsv": `query-id\tcorpus-id\tscore\n${query}\t${written}\t1\n`,
          }),
        );
        expect(data.qrels).toEqual([{ queryId: '"q"', passageId: meant, score: 1 }]);
      }
    }
    const bare = beir({ ...texts, "qrels/test.tsv": '"q"\tHeroes\t1\n' });
    await expect(readBeir(bare)).rejects.toThrow('received "Heroes"');
  });

  it("are unquoted in BEIR's columns of text, and stay as they are in TREC's", () => {
    const ids = (text: string): string[] => [...parseQrels(text).get("q")!.keys()];
    expect(ids('q\t"""Heroes"""\t1\n')).toEqual(['"Heroes"']);
    expect(ids('q\t"a ""b"""\t1\n')).toEqual(['a "b"']);
    expect(ids('q\t0\t"Heroes"\t1\n')).toEqual(['"Heroes"']);
    expect(ids('q 0 "Heroes" 1\n')).toEqual(['"Heroes"']);
    expect(ids('"query-id"\t"it"\t"corpus-id"\t"score"\nq\t0\t"d"\t"1"\n')).toEqual(["d"]);
  });
});

describe("grades that no sum holds", () => {
  it.each(["1e308", "1e400", "9007199254740992"])(
    "are refused by file and line: %s",
    async (grade) => {
      const folder = beir({ "qrels/test.tsv": `q1\td1\t1\nq1\td2\t${grade}\n` });
      await expect(readBeir(folder)).rejects.toThrow(/test\.tsv:2: score must be .*received "/);
      await expect(readTuningFiles(folder)).rejects.toThrow(/test\.tsv:2: score must be /);
      expect(() => parseQrels(`q1 0 d1 1\nq1 0 d2 ${grade}\n`, "a.qrels")).toThrow(
        "a.qrels:2: grade must be an integer",
      );
      const pairs = file(`grades-${grade}.csv`, `query,passage,grade\nq,p,1\nq,b,${grade}\n`);
      await expect(readTuningFiles(pairs)).rejects.toThrow(/:3: grade must be /);
    },
  );
});

describe("BEIR", () => {
  it("reads judgements of four columns, without a header, and with scores of 0 and below", async () => {
    const qrels = [
      { queryId: "q1", passageId: "d1", score: 2 },
      { queryId: "q1", passageId: "d2", score: 0 },
      { queryId: "q2", passageId: "d2", score: 0 },
    ];
    for (const text of [
      "q1 0 d1 2\nq1 0 d2 0\nq2 0 d2 -1\n",
      "q1\t0\td1\t2\nq1\t0\td2\t0\nq2\t0\td2\t-2\n",
      "q1\td1\t2\nq1\td2\t0\nq2\td2\t-1.0\n",
      "query-id\tcorpus-id\tscore\nq1\td1\t+2\nq1\td2\t.0\nq2\td2\t-1e0\n",
    ]) {
      const data = await readBeir(beir({ "qrels/test.tsv": text }));
      expect(data.qrels).toEqual(qrels);
      expect(beirPairs(data).map(({ label }) => label)).toEqual([1, 0, 0]);
    }
  });

  it("keeps a passage that is the very text of its query: which of them is no answer, the judgements say", async () => {
    const folder = beir({ "qrels/test.tsv": "q2\td1\t1\nq2\td2\t0\n" });
    const data = await readBeir(folder);
    expect(data.corpus).toHaveLength(2);
    expect(beirPairs(data).map(({ query, passage, label }) => [query, passage, label])).toEqual([
      ["one", "one", 1],
      ["one", "two", 0],
    ]);
    const tuned = await readTuningFiles(folder);
    expect(tuned.data).toMatchObject({ corpus: data.corpus, qrels: data.qrels });
  });

  it("reads texts that come in parts, in the order of their numbers, and several files of judgements", async () => {
    const folder = beir({
      "corpus.jsonl": "",
      "corpus-10.jsonl": '{"_id":"d3","text":"three"}\n',
      "corpus-2.jsonl": '{"_id":"d2","text":"two"}\n',
      "corpus-01.jsonl": '{"_id":"d1","text":"one"}\n',
      "qrels/dev.tsv": "q1\td1\t1\n",
      "qrels/test.tsv": "q2\td3\t1\n",
    });
    await expect(readBeir(folder)).rejects.toThrow("corpus.jsonl: the file is empty");
    const { rm } = await import("node:fs/promises");
    await rm(`${folder}/corpus.jsonl`);
    const data = await readBeir(folder, { split: ["dev", "test"] });
    expect(data.corpus.map(({ id }) => id)).toEqual(["d1", "d2", "d3"]);
    expect(data.qrels.map(({ passageId }) => passageId)).toEqual(["d1", "d3"]);
    const tuned = await readTuningFiles(folder, { split: "test" });
    expect(tuned.data).toMatchObject({ corpus: data.corpus });
    const twice = file("twice/corpus-1.jsonl", '{"_id":"d","text":"a"}\n');
    file("twice/corpus-2.jsonl", '{"_id":"d","text":"b"}\n');
    file("twice/queries.jsonl", '{"_id":"q","text":"a"}\n');
    file("twice/qrels/test.tsv", "q\td\t1\n");
    await expect(readBeir(twice.replace(/\/corpus-1\.jsonl$/, ""))).rejects.toThrow(
      'corpus-2.jsonl:1: _id must be another in every record, received "d" again',
    );
  });
});

describe("DPR", () => {
  const read = async (question: unknown): Promise<unknown[]> => {
    const path = file(`dpr-${count++}.json`, JSON.stringify([question]));
    const pairs = (await collect(readDpr(path))).flatMap(dprPairs);
    return pairs.map(({ passage, label, group }) => [passage, label, group]);
  };

  it("reads titles that are null, contexts that are empty or null, and ids of both names", async () => {
    const pairs = await read({
      question: "who",
      answers: null,
      positive_ctxs: [
        { title: null, text: "p", psg_id: "1" },
        { title: "T", text: "r", passage_id: 2 },
      ],
      negative_ctxs: [],
      hard_negative_ctxs: null,
    });
    expect(pairs).toEqual([
      ["p", 1, "T"],
      ["r", 1, "T"],
    ]);
    expect(await read({ question: "who", positive_ctxs: [] })).toEqual([]);
    expect(await read({ question: "who", positive_ctxs: null })).toEqual([]);
  });

  it("makes no pair of an empty text, nor a negative of a positive", async () => {
    const pairs = await read({
      question: "who",
      positive_ctxs: [
        { title: "T", text: "p" },
        { title: "T", text: "" },
      ],
      hard_negative_ctxs: [
        { title: "T", text: "p" },
        { title: "U", text: null },
        { title: "U", text: "n" },
      ],
    });
    expect(pairs).toEqual([
      ["p", 1, "T"],
      ["n", 0, "T"],
    ]);
  });
});

describe("TREC", () => {
  it("reads runs with comments, tabs, scores in scientific form and a byte order mark", () => {
    const text =
      "\ufeff# my run\nq1\tQ0\td1\t1\t1.5E-05\tx\r\n#q Q0 d 1 0.5 x\nq1 Q0  d\u00a02 2 -.5 x\nq1 Q0 d3 3 +1e2 x\n";
    expect([...parseRun(text)]).toEqual([
      [
        "q1",
        [
          { id: "d1", score: 1.5e-5 },
          { id: "d\u00a02", score: -0.5 },
          { id: "d3", score: 100 },
        ],
      ],
      ["#q", [{ id: "d", score: 0.5 }]],
    ]);
  });

  it("counts a passage that is listed twice with one score once, and refuses two scores", () => {
    const run = parseRun("q Q0 d 1 0.5 x\nq Q0 e 2 0.4 x\nq Q0 d 3 0.50 y\n");
    expect(run.get("q")).toEqual([
      { id: "d", score: 0.5 },
      { id: "e", score: 0.4 },
    ]);
    expect(evaluateRun(run, parseQrels("q 0 e 1\nq 0 e 1\n"), { ks: [2] }).metrics.mrr).toBe(0.5);
    expect(() => parseRun("q Q0 d 1 0.5 x\nq Q0 d 3 0.4 x\n", "a.run")).toThrow(
      'a.run:2: passages must be listed once per query, received "d" twice for "q", with 0.5 and 0.4',
    );
  });

  it("refuses a score that is no decimal number", () => {
    for (const score of ["0x1F", "1e400", "nan", "0,5", "Infinity"]) {
      expect(() => parseRun(`q Q0 d 1 ${score} x`, "a.run")).toThrow(
        `a.run:1: score must be a finite number, received "${score}"`,
      );
    }
  });

  it("reads judgements with comments, of three columns too, with ids that hold blanks between tabs", () => {
    expect(parseQrels("# judged by me\nq 0 d 1\n")).toEqual(new Map([["q", new Map([["d", 1]])]]));
    const beirs = new Map([["q", new Map([["d 1", 1]])]]);
    expect(parseQrels("q\td 1\t1.0\n")).toEqual(beirs);
    expect(parseQrels('"query-id"\t"corpus-id"\t"score"\n"q"\t"d 1"\t"1"\n')).toEqual(beirs);
    expect(parseQrels("qid\tpid\tscore\textra\nq\td 1\t1\tz\n")).toEqual(beirs);
    expect(parseQrels("1 0 d -1\n01 0 d 0\n").get("1")!.get("d")).toBe(-1);
  });
});
