import type { LongJobOptions } from "../math/progress.js";
import type { CleanTextOptions } from "./clean-text.js";
import { parseNaturalQuestion } from "./natural-question.js";
import { readLines } from "./read-lines.js";
import type { Question } from "./types.js";

export interface ReadNaturalQuestionsOptions extends LongJobOptions, CleanTextOptions {
  /** Stop after so many questions. @default Infinity */
  readonly limit?: number | undefined;
}

/**
 * Reads Natural Questions files, original or simplified, .jsonl or .jsonl.gz, one question at a time: memory does not
 * grow with the files.
 *
 * @param paths A file or several, read in the given order.
 * @throws DataError naming file and line of what cannot be read.
 * @example
 * for await (const question of readNaturalQuestions("nq-train.jsonl.gz")) {
 *   console.log(question.text, question.candidates.length);
 * }
 */
export async function* readNaturalQuestions(
  paths: string | readonly string[],
  options: ReadNaturalQuestionsOptions = {},
): AsyncGenerator<Question, void, undefined> {
  const { limit = Infinity } = options;
  let count = 0;
  if (count >= limit) return;
  for await (const { bytes, place } of readLines([paths].flat(), options)) {
    yield parseNaturalQuestion(bytes, place, options);
    if (++count >= limit) return;
  }
}
