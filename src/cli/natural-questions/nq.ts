import { readNaturalQuestions } from "../../data/natural-questions/read-natural-questions.js";
import type { Question } from "../../data/types.js";
import { shortAnswersOf } from "../../negatives/guards/answer-guard.js";
import { positivePairs } from "../../negatives/natural-questions/positive-pairs.js";
import { wrongUse } from "../failures.js";
import { withOutput } from "../files/output.js";
import type { CommandIo } from "../io.js";
import { showProgress } from "../progress.js";
import type { CommonFlags } from "../verb.js";

export interface NqFlags extends CommonFlags {
  readonly out: string;
  readonly tokenized?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly sample?: number | undefined;
  readonly seed: string;
}

/** `embedtune nq`: Natural Questions to pairs, question by question. */
export async function nq(
  { out, tokenized = false, limit, sample, seed, json = false }: NqFlags,
  files: string[],
  io: CommandIo,
): Promise<void> {
  if (out === "-" && json) {
    throw wrongUse("--json and --out - both want standard output, leave one out");
  }
  const { signal } = io;
  const job = { signal, onProgress: showProgress(io) };
  const range = { limit, sample, seed };
  const counts = { questions: 0, answered: 0, pairs: 0 };
  // The same question with the same passage may come again in another shard.
  const seen = new Set<string>();
  await withOutput(out, io, async (sink) => {
    for await (const question of questionsOf(files, { natural: !tokenized, ...range, ...job })) {
      counts.questions++;
      const { pairs } = positivePairs([question]);
      if (pairs.length > 0) counts.answered++;
      const [[, answers]] = shortAnswersOf([question]);
      for (const { query, passage, label, group } of pairs) {
        const key = JSON.stringify([query, passage]);
        if (seen.has(key)) continue;
        seen.add(key);
        counts.pairs++;
        await sink.write(`${JSON.stringify({ query, passage, label, group, answers })}\n`);
      }
    }
  });
  if (json) return io.print(`${JSON.stringify({ out, ...counts })}\n`);
  const line = `${counts.pairs} pairs of ${counts.answered} answered questions, ${counts.questions} in all`;
  if (out === "-") io.say(line);
  else await io.print(`${out}: ${line}\n`);
}

interface QuestionOptions {
  readonly natural: boolean;
  readonly limit: number | undefined;
  readonly sample: number | undefined;
  readonly seed: string;
  readonly signal: AbortSignal;
  readonly onProgress: ReturnType<typeof showProgress>;
}

/** Original, simplified or parquet: what a file is, its name tells. */
async function* questionsOf(
  files: readonly string[],
  options: QuestionOptions,
): AsyncGenerator<Question, void, undefined> {
  const parquet = files.filter((file) => file.endsWith(".parquet"));
  if (parquet.length === 0) return yield* readNaturalQuestions(files, options);
  if (parquet.length < files.length) {
    throw wrongUse("FILE must be all parquet or none, received both; run the verb once for each");
  }
  const { readNaturalQuestionsParquet } =
    await import("../../data/natural-questions/read-parquet.js");
  yield* readNaturalQuestionsParquet(files, options);
}
