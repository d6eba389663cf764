import type { LongJobOptions } from "../../base/progress.js";
import { readNaturalQuestions } from "../../data/natural-questions/read-natural-questions.js";
import { jsonFields } from "../../data/pairs/pair-record.js";
import { readDpr } from "../../data/pairs/read-dpr.js";
import { frameLines } from "../../data/sources/lines.js";
import { readRecords } from "../../data/sources/read-records.js";
import { layOutTexts } from "../../data/texts/text-tables.js";
import { readTuningFiles } from "../../data/tuning-files/read-tuning-files.js";
import type { Pair, Question } from "../../data/types.js";
import { shortAnswersOf } from "../../negatives/guards/answer-guard.js";
import { createGoldGuard } from "../../negatives/guards/gold-guard.js";
import type { NegativeGuard } from "../../negatives/guards/negative-guard.js";
import { positivePairs } from "../../negatives/natural-questions/positive-pairs.js";
import { passagePool, type PoolPassage } from "../../negatives/passage-pool.js";
import { wrongUse } from "../failures.js";
import type { SniffedFile } from "../../data/vector-files/sniff.js";
import { textFileOptions, type TextFileFlags } from "../files/tuning-columns.js";

/** What mining starts from, whatever the file it was read from. */
export interface MiningInput {
  /** What the file was taken for, in words. */
  readonly format: string;
  /** What was guessed or passed over, a sentence each. */
  readonly notes: readonly string[];
  readonly positives: readonly Pair[];
  /** Passages to mine beside the positives, each with its page. */
  readonly corpus: readonly PoolPassage[];
  /** Guards the format calls for. */
  readonly guards: readonly NegativeGuard[];
  /** The examples, where they are Natural Questions with all their candidates. */
  readonly questions: readonly Question[] | null;
}

/** Whether a file begins as Natural Questions do, original or simplified. */
export function isNaturalQuestions({ head }: SniffedFile): boolean {
  const fields = /"(annotations|document_(html|text|tokens)|long_answer_candidates)"\s*:/;
  const text = new TextDecoder().decode(head);
  return text.trimStart().startsWith("{") && fields.test(text);
}

export async function readQuestionsInput(
  { source }: SniffedFile,
  job: LongJobOptions,
): Promise<MiningInput> {
  const questions: Question[] = [];
  for await (const question of readNaturalQuestions(source, { natural: true, ...job })) {
    questions.push(question);
  }
  return {
    format: "Natural Questions",
    notes: [],
    positives: positivePairs(questions).pairs,
    corpus: passagePool(questions).passages,
    guards: [createGoldGuard(questions)],
    questions,
  };
}

/** Reads what `tune` reads: passages that are nobody's answer, and those of a corpus, may be mined. */
export async function readTextsInput(
  source: SniffedFile["source"],
  { corpus, ...flags }: TextFileFlags & { readonly corpus?: string | undefined },
  job: LongJobOptions,
): Promise<MiningInput> {
  const { data, format, notes } = await readTuningFiles(source, {
    corpus,
    ...textFileOptions(flags),
    ...job,
  });
  const { queries, passages, pairs } = await layOutTexts(data, "mine");
  const groupOfQuery = new Map<string, string>();
  for (const { query, group } of "pairs" in data ? data.pairs : []) {
    if (group !== undefined && !groupOfQuery.has(query)) groupOfQuery.set(query, group);
  }
  const groupOfPassage = new Map<number, string>();
  const positives: Pair[] = [];
  for (const [i, label] of pairs.label.entries()) {
    const [q, p] = [pairs.query[i], pairs.passage[i]];
    const group = groupOfQuery.get(queries[q]) ?? queries[q];
    if (!groupOfPassage.has(p)) groupOfPassage.set(p, group);
    if (label !== 1) continue;
    positives.push({ query: queries[q], passage: passages[p], label: 1, group, kind: "gold" });
  }
  return {
    format,
    notes,
    positives,
    corpus: passages.map((text, p) => ({ text, group: groupOfPassage.get(p) ?? text })),
    guards: [],
    questions: null,
  };
}

/** The short answers of each query, from Natural Questions, DPR's JSON, or a field `answers` beside `query`. */
export async function readAnswers(
  { head, source }: SniffedFile,
  { questions }: MiningInput,
  { queryColumn = "query" }: TextFileFlags,
  job: LongJobOptions,
): Promise<(readonly [query: string, answers: readonly string[]])[]> {
  if (questions !== null) return shortAnswersOf(questions);
  if (typeof source !== "string") {
    throw wrongUse("--exclude-answers needs a file, which is read once more, received a stream");
  }
  const answers: (readonly [string, readonly string[]])[] = [];
  const first = new TextDecoder().decode(head).trimStart().charAt(0);
  if (first === "[") {
    for await (const example of readDpr(source, job)) {
      answers.push([example.question, example.answers]);
    }
  }
  if (first === "{") {
    const format = { frame: frameLines, parse: jsonFields };
    for await (const fields of readRecords(async () => [source], format, job, "mine")) {
      const [query, texts] = [fields.get(queryColumn), fields.get("answers")];
      if (typeof query !== "string" || !Array.isArray(texts)) continue;
      answers.push([query, texts.filter((text) => typeof text === "string")]);
    }
  }
  return answers;
}
