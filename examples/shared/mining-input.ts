import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { positivePairs, type Pair, type Question } from "embedtune";
import {
  createGoldGuard,
  passagePool,
  shortAnswersOf,
  type NegativeGuard,
  type PoolPassage,
} from "embedtune/negatives";
import { readNaturalQuestions } from "embedtune/node";

/** What mining starts from, whatever the file it was read from. */
export interface MiningInput {
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

/** A line of question–passage pairs such as ../shared/data/nq/questions-passages.jsonl.gz. */
interface PassageLine {
  readonly question: string;
  readonly passage: string;
  readonly title: string;
  readonly answers: readonly string[];
}

interface DprContext {
  readonly title: string;
  readonly text: string;
}

interface DprExample {
  readonly question: string;
  readonly answers: readonly string[];
  readonly positive_ctxs: readonly DprContext[];
  readonly negative_ctxs: readonly DprContext[];
  readonly hard_negative_ctxs: readonly DprContext[];
}

/** Reads Natural Questions, DPR's JSON, or lines of `{ question, passage, title, answers }`; which one the file tells. */
export async function readMiningInput(path: string, signal: AbortSignal): Promise<MiningInput> {
  if (path.endsWith(".json")) return fromDpr(JSON.parse(await text(path)) as DprExample[]);
  const firstLine = (await text(path)).split("\n", 1)[0];
  if (/"passage"\s*:/.test(firstLine) && !/"annotations"\s*:/.test(firstLine)) {
    const lines = (await text(path)).split("\n").filter((line) => line.trim() !== "");
    return fromLines(lines.map((line) => JSON.parse(line) as PassageLine));
  }
  const questions: Question[] = [];
  for await (const question of readNaturalQuestions(path, { natural: true, signal })) {
    questions.push(question);
  }
  return {
    positives: positivePairs(questions).pairs,
    corpus: passagePool(questions).passages,
    answers: shortAnswersOf(questions),
    guards: [createGoldGuard(questions)],
    questions,
  };
}

async function text(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

function fromLines(lines: readonly PassageLine[]): MiningInput {
  return {
    positives: lines.map(({ question, passage, title }) => pair(question, passage, title)),
    corpus: [],
    answers: lines.map(({ question, answers }) => [question, answers]),
    guards: [],
    questions: null,
  };
}

function fromDpr(examples: readonly DprExample[]): MiningInput {
  return {
    positives: examples.flatMap(({ question, positive_ctxs }) =>
      positive_ctxs.map((context) => pair(question, context.text, context.title)),
    ),
    corpus: examples.flatMap(({ positive_ctxs, negative_ctxs, hard_negative_ctxs }) =>
      [...positive_ctxs, ...negative_ctxs, ...hard_negative_ctxs].map(
        ({ text: passage, title }) => ({ text: passage, group: title }),
      ),
    ),
    answers: examples.map(({ question, answers }) => [question, answers]),
    guards: [],
    questions: null,
  };
}

function pair(query: string, passage: string, group: string): Pair {
  return { query, passage, label: 1, group, kind: "gold" };
}
