import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Random } from "../../src/base/random.js";
import { readNaturalQuestions } from "../../src/data/natural-questions/read-natural-questions.js";
import { parseNaturalQuestion } from "../../src/data/natural-questions/natural-question.js";
import { simplifyNaturalQuestion } from "../../src/data/natural-questions/simplify.js";
import { beirPairs, readBeir } from "../../src/data/pairs/read-beir.js";
import { dprPairs, readDpr } from "../../src/data/pairs/read-dpr.js";
import { readPairs } from "../../src/data/pairs/read-pairs.js";
import { readSearchLog } from "../../src/data/search-log/read-search-log.js";
import type { Source } from "../../src/data/sources/open-source.js";
import { readTuningFiles } from "../../src/data/tuning-files/read-tuning-files.js";
import type { Question } from "../../src/data/types.js";
import { evaluateRun } from "../../src/evaluate/retrieval/evaluate-run.js";
import {
  formatQrels,
  formatRun,
  parseQrels,
  parseRun,
} from "../../src/evaluate/retrieval/trec-format.js";
import type { FuzzTarget } from "./targets.js";
import { checkFinite, checkSame, WrongValue } from "./wrong-value.js";

const root = new URL("../../", import.meta.url);
const sample = (): string[] =>
  gunzipSync(readFileSync(new URL("examples/data/nq-sample.jsonl.gz", root)))
    .toString()
    .split("\n");

/** A stream in pieces of random length. */
function pieces(name: string, bytes: Uint8Array, random: Random): Source {
  return {
    name,
    stream: (async function* () {
      for (let at = 0; at < bytes.length;) {
        const size = 1 + random.integer(random.integer(3) === 0 ? 40 : 100_000);
        yield bytes.subarray(at, (at += size));
      }
    })(),
  };
}

const whole = (name: string, bytes: Uint8Array): Source => ({
  name,
  stream: (async function* () {
    if (bytes.length > 0) yield bytes;
  })(),
});

async function outcome<T>(items: AsyncIterable<T>): Promise<{ items: T[]; error: unknown }> {
  const all: T[] = [];
  try {
    for await (const item of items) all.push(item);
  } catch (error) {
    return { items: all, error };
  }
  return { items: all, error: undefined };
}

/** Cut in any way, the same bytes must give the same records, or be refused: of two faults either may be met first. */
async function sameHoweverCut<T>(
  read: (source: Source) => AsyncIterable<T>,
  name: string,
  bytes: Uint8Array,
  random: Random,
): Promise<T[]> {
  const one = await outcome(read(whole(name, bytes)));
  const cut = await outcome(read(pieces(name, bytes, random)));
  checkSame(one.error === undefined, cut.error === undefined, "whether it is refused when cut");
  if (one.error === undefined) checkSame(one.items, cut.items, "what is read when cut");
  if (one.error !== undefined) throw one.error;
  return one.items;
}

function textsOf({ text, title, url, candidates, annotations }: Question): string[] {
  return [
    ...[text, title, url],
    ...candidates.map((candidate) => candidate.text),
    ...annotations.flatMap(({ longAnswer, shortAnswers }) => [
      longAnswer?.text ?? "",
      ...shortAnswers.map((answer) => answer.text),
    ]),
  ];
}

function checkTexts(texts: Iterable<unknown>): void {
  for (const text of texts)
    if (typeof text !== "string") throw new WrongValue(`a text is ${typeof text}`);
}

/** A line of the original format, from a short page. */
const original = JSON.stringify({
  example_id: 5328212470870865242,
  question_text: "who wrote it",
  document_url: "https://en.wikipedia.org//w/index.php?title=Book",
  document_title: "Book",
  document_html: "<H1>Book</H1><P>It was written by Ann Poe.</P>",
  document_tokens: "<H1> Book </H1> <P> It was written by Ann Poe . </P>"
    .split(" ")
    .map((token, i) => ({
      token,
      html_token: token.startsWith("<"),
      start_byte: i,
      end_byte: i + 1,
    })),
  long_answer_candidates: [
    { start_token: 3, end_token: 12, top_level: true, start_byte: 1, end_byte: 2 },
  ],
  annotations: [
    {
      annotation_id: 1,
      long_answer: {
        start_token: 3,
        end_token: 12,
        candidate_index: 0,
        start_byte: 1,
        end_byte: 2,
      },
      short_answers: [{ start_token: 8, end_token: 10, start_byte: 1, end_byte: 2 }],
      yes_no_answer: "NONE",
    },
  ],
});

const tables = [
  '{"query":"a","passage":"b","label":1,"group":"g"}\n{"query":"c","passage":"d"}\n{"query":"é🙂","passage":"\\u2028 x","label":0}\n',
  'query,passage,label,group\n"a ""q"", b","multi\nline",1,g\r\nx,y,0,h\n"say \\"hi\\", you",z,1,g\n',
  'query\tpassage\tlabel\n"a"\tb\t1\nc d\t"e ""f"""\t0\n"Heroes" x\t5" y\t1\n',
];
const names = ["x.jsonl", "x.csv", "x.tsv"];
const dpr = JSON.stringify(
  [1, 2].map((i) => ({
    question: `who ${i}`,
    answers: ["me", i],
    positive_ctxs: [{ title: null, text: "p", psg_id: 5 }],
    negative_ctxs: [],
    hard_negative_ctxs: [{ title: "T", text: "n", passage_id: "7" }],
  })),
  null,
  1,
);
const beir = {
  "corpus.jsonl": '{"_id":"p1","title":"T","text":"a text"}\n{"_id":2,"title":null,"text":"b"}\n',
  "queries.jsonl": '{"_id":"q1","text":"what"}\n{"_id":"q2","text":"who"}\n',
  "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\tp1\t1\nq2\t2\t0\n",
};
let folder: string | undefined;
function beirFolder(changed: number, bytes: Uint8Array): string {
  folder ??= mkdtempSync(join(tmpdir(), "embedtune-fuzz-"));
  mkdirSync(join(folder, "qrels"), { recursive: true });
  for (const [i, [name, text]] of Object.entries(beir).entries()) {
    writeFileSync(join(folder, name), i === changed ? bytes : text);
  }
  return folder;
}
const run = "# r\nq1 Q0 d1 1 0.9 tag\nq1\tQ0\td2\t2\t8E-1\ttag\nq2 Q0 d1 1 1e-3 tag\n";
const qrels = [
  "q1 0 d1 1\nq1 0 d2 0\nq2 0 d3 2\n",
  "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t-1\n",
];

export const readerTargets: readonly FuzzTarget[] = [
  {
    name: "pairs",
    isText: true,
    seeds: () => tables.map((text) => Buffer.from(text)),
    async run(bytes, random, k) {
      const pairs = await sameHoweverCut((source) => readPairs(source), names[k], bytes, random);
      checkTexts(pairs.flatMap(({ query, passage, group }) => [query, passage, group]));
      if (pairs.some(({ label }) => label !== 0 && label !== 1)) throw new WrongValue("a label");
    },
  },
  {
    name: "tuning files",
    isText: true,
    seeds: () => [...tables, dpr, '["a","b"]\n["c","d"]\n'].map((text) => Buffer.from(text)),
    async run(bytes, random, k) {
      const name = [...names, "x.json", "x.jsonl"][k];
      const read = (source: Source): AsyncIterable<unknown> => ({
        async *[Symbol.asyncIterator]() {
          yield await readTuningFiles(source);
        },
      });
      await sameHoweverCut(read, name, bytes, random);
    },
  },
  {
    name: "search logs",
    isText: true,
    seeds: () =>
      [
        '{"query":"q","shown":["a","b"],"clicked":"b","rank":2,"dwell":3.5,"user":7}\n',
        "query,shown,clicked,rank,time\nq,a|b,b,2,2020-01-01\nr,a|c,,,\n",
      ].map((text) => Buffer.from(text)),
    async run(bytes, random, k) {
      const rows = await sameHoweverCut((source) => readSearchLog(source), names[k], bytes, random);
      for (const { query, clicks } of rows) {
        checkTexts([query, ...clicks.map(({ passage }) => passage)]);
        checkFinite(
          clicks.flatMap(({ rank, dwell }) => [rank ?? 1, dwell ?? 1]),
          "a click",
        );
      }
    },
  },
  {
    name: "DPR",
    isText: true,
    seeds: () => [Buffer.from(dpr)],
    async run(bytes, random) {
      const questions = await sameHoweverCut((source) => readDpr(source), "x.json", bytes, random);
      checkTexts(questions.flatMap(dprPairs).flatMap(({ query, passage }) => [query, passage]));
    },
  },
  {
    name: "BEIR",
    isText: true,
    seeds: () => Object.values(beir).map((text) => Buffer.from(text)),
    async run(bytes, _, k) {
      const data = await readBeir(beirFolder(k, bytes));
      checkTexts(beirPairs(data).flatMap(({ query, passage }) => [query, passage]));
      checkFinite(
        data.qrels.map(({ score }) => score),
        "a score",
      );
    },
  },
  {
    name: "TREC",
    isText: true,
    seeds: () => [run, ...qrels].map((text) => Buffer.from(text)),
    async run(bytes, _, k) {
      const text = Buffer.from(bytes).toString("utf8");
      const listed = parseRun(k === 0 ? text : run, "x.run");
      const judged = parseQrels(k === 0 ? qrels[0] : text, "x.qrels");
      if (listed.size > 0 && [...listed.keys()].some((id) => judged.has(id))) {
        for (const value of Object.values(evaluateRun(listed, judged, { ks: [1, 3] }).metrics)) {
          if (!(value >= 0 && value <= 1 + 1e-9)) throw new WrongValue(`a metric of ${value}`);
        }
      }
      const blank = /\s/;
      const ids = [...listed].flatMap(([q, list]) => [q, ...list.map(({ id }) => id)]);
      if (!ids.some((id) => blank.test(id))) {
        checkSame([...parseRun(formatRun(listed))].length, listed.size, "a run written again");
      }
      const all = [...judged].flatMap(([q, list]) => [q, ...list.keys()]);
      if (!all.some((id) => id === "" || blank.test(id))) {
        const again = parseQrels(formatQrels(judged));
        checkSame(
          [...again].map(([q, l]) => [q, [...l]]),
          [...judged].map(([q, l]) => [q, [...l]]),
          "qrels written again",
        );
      }
    },
  },
  {
    name: "Natural Questions, a line",
    isText: true,
    seeds: () => [
      Buffer.from(original),
      ...sample()
        .slice(0, 3)
        .map((line) => Buffer.from(line)),
    ],
    async run(bytes, random) {
      const natural = random.integer(2) === 0;
      checkTexts(textsOf(parseNaturalQuestion(bytes, { source: "x", line: 1 }, { natural })));
    },
  },
  {
    name: "Natural Questions, simplified by us",
    isText: true,
    seeds: () => [Buffer.from(original)],
    async run(bytes) {
      JSON.parse(simplifyNaturalQuestion(bytes, { source: "x", line: 1 }));
    },
  },
  {
    name: "Natural Questions, compressed",
    isText: false,
    seeds: () => [
      gzipSync(sample().slice(0, 3).join("\n")),
      Buffer.from(sample().slice(0, 2).join("\n")),
    ],
    async run(bytes, random) {
      const stream = readNaturalQuestions(pieces("x.jsonl", bytes, random), { onError: "skip" });
      for await (const question of stream) checkTexts([question.text, question.title]);
    },
  },
];
