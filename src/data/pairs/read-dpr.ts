import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { findSources } from "../sources/find-sources.js";
import { frameJsonArray } from "./json-array.js";
import type { Source } from "../sources/open-source.js";
import { exactId, jsonFields } from "./pair-record.js";
import { readRecords, type ReadOptions, type RecordStream } from "../sources/read-records.js";
import { sizeLimits, type SizeLimits } from "../sources/size-limits.js";
import type { Pair } from "../types.js";

export interface DprPassage {
  /** `passage_id`, or `psg_id` as DPR's own files for Natural Questions call it; exact. Left out where there is none. */
  readonly id?: string;
  readonly title: string;
  readonly text: string;
}

/** A question of DPR's training format (Dense Passage Retrieval). */
export interface DprQuestion {
  readonly question: string;
  readonly answers: readonly string[];
  readonly positives: readonly DprPassage[];
  readonly negatives: readonly DprPassage[];
  readonly hardNegatives: readonly DprPassage[];
}

/**
 * Reads DPR's training files: a JSON array of questions with their passages, one question at a time. A title or a
 * text may be null, a list of passages empty. Scores and other extra keys are passed over.
 *
 * @param paths A file, a folder, a pattern, `"-"` for standard input, a named stream, or several of these.
 * @throws DataError naming file and line of what is not as expected.
 * @throws RangeError when `skip`, `limit`, `sample` or `maxLineBytes` is no integer within its bounds.
 */
export function readDpr(
  paths: Source | readonly Source[],
  options: ReadOptions & Pick<SizeLimits, "maxLineBytes"> = {},
): RecordStream<DprQuestion> {
  const limits = sizeLimits(options, "readDpr");
  return readRecords(
    () => findSources(paths, [".json", ".jsonl"]),
    {
      frame: (chunks, position) => frameJsonArray(chunks, position, limits),
      parse: (bytes: Uint8Array, place) => parseDpr(jsonFields(bytes, place), place),
    },
    options,
    "readDpr",
  );
}

/**
 * The pairs of a DPR question: positives with label 1 and kind `"gold"`; negatives with label 0 and kind `"given"`, hard
 * ones `"given-hard"`. The group is the title of the first positive, its page. Passages without a text are left out, and so are
 * negatives whose text is that of a positive.
 */
export function dprPairs({ question, positives, negatives, hardNegatives }: DprQuestion): Pair[] {
  const group = positives.find(({ title }) => title !== "")?.title ?? question;
  const answers = new Set(positives.map(({ text }) => text));
  const pairs = (passages: readonly DprPassage[], label: 0 | 1, kind: string): Pair[] =>
    passages
      .filter(({ text }) => text.trim() !== "" && (label === 1 || !answers.has(text)))
      .map(({ text }) => ({ query: question, passage: text, label, group, kind }));
  return [
    ...pairs(positives, 1, "gold"),
    ...pairs(negatives, 0, "given"),
    ...pairs(hardNegatives, 0, "given-hard"),
  ];
}

/** @throws DataError naming the place and the field that is not as expected. */
export function parseDpr(fields: ReadonlyMap<string, unknown>, place: Place): DprQuestion {
  const fail = (message: string): never => {
    throw new DataError(place, message);
  };
  const list = (name: string, needed: boolean): readonly unknown[] => {
    const value = fields.get(name) ?? (needed && !fields.has(name) ? undefined : []);
    return Array.isArray(value) ? value : fail(`${name} must be an array, received ${show(value)}`);
  };
  const passages = (name: string, needed: boolean): DprPassage[] =>
    list(name, needed).map((item, i) => {
      const passage = (item ?? {}) as Readonly<Record<string, unknown>>;
      const title = passage["title"] ?? "";
      const text = passage["text"] === null ? "" : passage["text"];
      if (typeof text !== "string" || typeof title !== "string") {
        return fail(`${name}[${i}] must have a text and a title, received ${show(item)}`);
      }
      const key =
        ["passage_id", "psg_id"].find((name) => (passage[name] ?? null) !== null) ?? "passage_id";
      const id = exactId(passage[key], `${name}[${i}].${key}`, place);
      return { ...(id !== undefined && { id }), title, text };
    });
  const question = fields.get("question");
  if (typeof question !== "string" || question === "") {
    return fail(`question must be a text, received ${show(question)}`);
  }
  const answers = list("answers", false).map((answer, i) =>
    typeof answer === "string" || typeof answer === "number" || typeof answer === "bigint"
      ? String(answer)
      : fail(`answers[${i}] must be a text, received ${show(answer)}`),
  );
  return {
    question,
    answers,
    positives: passages("positive_ctxs", true),
    negatives: passages("negative_ctxs", false),
    hardNegatives: passages("hard_negative_ctxs", false),
  };
}
