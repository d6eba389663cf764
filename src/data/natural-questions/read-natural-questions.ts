import type { CleanTextOptions } from "./page/clean-text.js";
import { findSources } from "../sources/find-sources.js";
import { frameLines } from "../sources/lines.js";
import { parseNaturalQuestion } from "./natural-question.js";
import type { Source } from "../sources/open-source.js";
import { readRecords, type ReadOptions, type RecordStream } from "../sources/read-records.js";
import { sizeLimits, type SizeLimits } from "../sources/size-limits.js";
import type { Question } from "../types.js";

export interface ReadNaturalQuestionsOptions
  extends ReadOptions, CleanTextOptions, Pick<SizeLimits, "maxLineBytes"> {}

/**
 * Reads Natural Questions, original or simplified, JSONL, gzip or zstd, one question at a time: memory does not grow
 * with the files.
 *
 * @param paths A file, a folder of shards, a pattern, `"-"` for standard input, a named stream, or several of these.
 * @throws DataError naming file and line of what cannot be read.
 * @throws RangeError when `skip`, `limit`, `sample` or `maxLineBytes` is no integer within its bounds.
 * @example
 * for await (const question of readNaturalQuestions("nq-train.jsonl.gz")) {
 *   console.log(question.text, question.candidates.length);
 * }
 */
export function readNaturalQuestions(
  paths: Source | readonly Source[],
  options: ReadNaturalQuestionsOptions = {},
): RecordStream<Question> {
  const limits = sizeLimits(options, "readNaturalQuestions");
  return readRecords(
    () => findSources(paths, [".jsonl", ".json", ".ndjson"]),
    {
      frame: (chunks, position) => frameLines(chunks, position, limits),
      parse: (line, place) => parseNaturalQuestion(line, place, options),
    },
    options,
    "readNaturalQuestions",
  );
}
