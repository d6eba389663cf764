import { readNaturalQuestions } from "../../data/natural-questions/read-natural-questions.js";
import { frameRecords } from "../../data/pairs/frame-records.js";
import { jsonFields, parsePair, type PairFields } from "../../data/pairs/pair-record.js";
import { dprPairs, readDpr } from "../../data/pairs/read-dpr.js";
import type { DelimitedRow } from "../../data/pairs/delimited-rows.js";
import { DataError } from "../../data/data-error.js";
import { sourceName } from "../../data/sources/open-source.js";
import { readRecords } from "../../data/sources/read-records.js";
import type { Pair, Question } from "../../data/types.js";
import { shortAnswersOf } from "../../negatives/guards/answer-guard.js";
import { createGoldGuard } from "../../negatives/guards/gold-guard.js";
import type { NegativeGuard } from "../../negatives/guards/negative-guard.js";
import { positivePairs } from "../../negatives/natural-questions/positive-pairs.js";
import { passagePool, type PoolPassage } from "../../negatives/passage-pool.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { SniffedFile } from "../files/sniff.js";

/** What mining starts from, whatever the file it was read from. */
export interface MiningInput {
  /** What the file was taken for. */
  readonly format: "Natural Questions" | "DPR" | "pairs";
  readonly positives: readonly Pair[];
  /** Passages to mine beside the positives, each with its page. */
  readonly corpus: readonly PoolPassage[];
  /** Short answers of each query. */
  readonly answers: readonly (readonly [query: string, answers: readonly string[]])[];
  /** Guards the format calls for. */
  readonly guards: readonly NegativeGuard[];
  /** The examples, where they are Natural Questions with all their candidates. */
  readonly questions: readonly Question[] | null;
}

/** Reads Natural Questions, DPR's JSON array, or pairs; which of them the file's beginning tells. */
export async function readMiningInput(
  file: SniffedFile,
  fields: PairFields,
  options: LongJobOptions,
): Promise<MiningInput> {
  if (file.kind === "json") return readDprInput(file, options);
  const { kind } = file;
  if (kind !== "jsonl" && kind !== "csv" && kind !== "tsv") {
    throw new DataError(
      { source: sourceName(file.source) },
      `this must be pairs (JSON lines, CSV, TSV), Natural Questions or DPR's JSON, received ${kind === "text" ? "plain text" : `a ${kind} file`}`,
    );
  }
  const head = new TextDecoder().decode(file.head);
  const isNaturalQuestions =
    kind === "jsonl" &&
    /"(annotations|document_(html|text|tokens)|long_answer_candidates)"\s*:/.test(head);
  return isNaturalQuestions
    ? readQuestionsInput(file, options)
    : readPairsInput(file, kind, fields, options);
}

async function readQuestionsInput(
  { source }: SniffedFile,
  options: LongJobOptions,
): Promise<MiningInput> {
  const questions: Question[] = [];
  for await (const question of readNaturalQuestions(source, { natural: true, ...options })) {
    questions.push(question);
  }
  return {
    format: "Natural Questions",
    positives: positivePairs(questions).pairs,
    corpus: passagePool(questions).passages,
    answers: shortAnswersOf(questions),
    guards: [createGoldGuard(questions)],
    questions,
  };
}

async function readDprInput(
  { source }: SniffedFile,
  options: LongJobOptions,
): Promise<MiningInput> {
  const positives: Pair[] = [];
  const corpus: PoolPassage[] = [];
  const answers: [string, readonly string[]][] = [];
  for await (const example of readDpr(source, options)) {
    positives.push(...dprPairs(example).filter(({ label }) => label === 1));
    const passages = [...example.positives, ...example.negatives, ...example.hardNegatives];
    corpus.push(...passages.map(({ text, title }) => ({ text, group: title })));
    answers.push([example.question, example.answers]);
  }
  return { format: "DPR", positives, corpus, answers, guards: [], questions: null };
}

async function readPairsInput(
  { source }: SniffedFile,
  format: "jsonl" | "csv" | "tsv",
  fields: PairFields,
  options: LongJobOptions,
): Promise<MiningInput> {
  const pairs: Pair[] = [];
  const answers: [string, readonly string[]][] = [];
  const records = readRecords(
    () => Promise.resolve([source]),
    {
      frame: frameRecords(format),
      parse: (record: Uint8Array | DelimitedRow, place) => {
        const pair = parsePair(record, place, fields);
        // Such as `embedtune nq` writes them beside its pairs.
        const given =
          record instanceof Uint8Array ? jsonFields(record, place).get("answers") : undefined;
        const texts = Array.isArray(given) ? given.filter((text) => typeof text === "string") : [];
        return { pair, texts };
      },
    },
    options,
    "mine",
  );
  for await (const { pair, texts } of records) {
    pairs.push(pair);
    if (texts.length > 0) answers.push([pair.query, texts]);
  }
  const positives = pairs.filter(({ label }) => label === 1);
  // What was judged to be no answer is a passage like any other.
  const corpus = pairs.flatMap(({ passage: text, label, group }) =>
    label === 0 ? [{ text, group }] : [],
  );
  return { format: "pairs", positives, corpus, answers, guards: [], questions: null };
}
