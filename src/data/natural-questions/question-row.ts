import type { CleanTextOptions } from "./page/clean-text.js";
import { show } from "../../base/show.js";
import { DataError, type Place } from "../data-error.js";
import { pageFromTokens } from "./page/page-text.js";
import { createQuestion, type RawAnnotation, type RawQuestion } from "./question.js";
import type { Question } from "../types.js";

/** The columns a question is made of; `true` for those that some revisions leave out. */
export const questionColumns: ReadonlyMap<string, boolean> = new Map([
  ["id", false],
  ["document.title", false],
  ["document.url", false],
  ["document.tokens.token", false],
  ["document.tokens.is_html", true],
  ["question.text", false],
  ["long_answer_candidates.start_token", true],
  ["long_answer_candidates.end_token", true],
  ["long_answer_candidates.top_level", true],
  ["annotations.id", false],
  ["annotations.long_answer.start_token", false],
  ["annotations.long_answer.end_token", false],
  ["annotations.long_answer.candidate_index", true],
  ["annotations.short_answers.start_token", false],
  ["annotations.short_answers.end_token", false],
  ["annotations.yes_no_answer", false],
]);

/**
 * A row of Hugging Face's `natural_questions` as a question. A sequence of records is a record of lists there, ids are
 * strings, and a yes/no answer is 0 for NO, 1 for YES, -1 for none.
 *
 * @throws DataError naming the field that is not as expected.
 */
export function questionFromRow(row: unknown, place: Place, options: CleanTextOptions): Question {
  const fail = (message: string): never => {
    throw new DataError(place, message);
  };
  const at = (value: unknown, path: string): unknown => {
    for (const name of path.split(".")) {
      value = (value as Record<string, unknown> | null | undefined)?.[name];
    }
    return value;
  };
  const text = (path: string): string => {
    const value = at(row, path);
    return typeof value === "string"
      ? value
      : fail(`${path} must be a string, received ${show(value)}`);
  };
  const list = (value: unknown, name: string): ArrayLike<unknown> =>
    Array.isArray(value) || ArrayBuffer.isView(value)
      ? (value as unknown as ArrayLike<unknown>)
      : fail(`${name} must be a list, received ${show(value)}`);
  const integers = (value: unknown, name: string): number[] =>
    Array.from(list(value, name), (item) => {
      const number = typeof item === "bigint" ? Number(item) : item;
      return typeof number === "number" && Number.isInteger(number)
        ? number
        : fail(`${name} must hold integers, received ${show(item)}`);
    });

  const tokens = Array.from(
    list(at(row, "document.tokens.token"), "document.tokens.token"),
    (token) =>
      typeof token === "string"
        ? token
        : fail(`document.tokens.token must hold strings, received ${show(token)}`),
  );
  const html = at(row, "document.tokens.is_html");
  const page = pageFromTokens(
    tokens,
    html === undefined ? undefined : list(html, "document.tokens.is_html"),
  );

  const starts = at(row, "long_answer_candidates.start_token");
  const candidates: RawQuestion["candidates"] =
    starts === undefined || starts === null
      ? null
      : {
          startToken: integers(starts, "long_answer_candidates.start_token"),
          endToken: integers(
            at(row, "long_answer_candidates.end_token"),
            "long_answer_candidates.end_token",
          ),
          topLevel: list(
            at(row, "long_answer_candidates.top_level"),
            "long_answer_candidates.top_level",
          ),
        };

  const long = list(at(row, "annotations.long_answer"), "annotations.long_answer");
  const short = list(at(row, "annotations.short_answers"), "annotations.short_answers");
  const yesNo = integers(at(row, "annotations.yes_no_answer"), "annotations.yes_no_answer");
  const annotations = Array.from(
    list(at(row, "annotations.id"), "annotations.id"),
    (id, k): RawAnnotation => {
      const name = `annotations[${k}]`;
      const integer = (path: string): number =>
        integers([at(long[k], path)], `${name}.long_answer.${path}`)[0];
      const span = { startToken: integer("start_token"), endToken: integer("end_token") };
      const index = at(long[k], "candidate_index");
      return {
        id: typeof id === "string" ? id : fail(`${name}.id must be a string, received ${show(id)}`),
        ...span,
        candidateIndex:
          index === undefined ? findCandidate(span, candidates) : integer("candidate_index"),
        shortStarts: integers(at(short[k], "start_token"), `${name}.short_answers.start_token`),
        shortEnds: integers(at(short[k], "end_token"), `${name}.short_answers.end_token`),
        yesNo: yesNo[k] === 1 ? "YES" : yesNo[k] === 0 ? "NO" : "NONE",
      };
    },
  );
  const raw: RawQuestion = {
    id: text("id"),
    text: text("question.text"),
    title: text("document.title"),
    url: text("document.url"),
    page,
    candidates,
    annotations,
  };
  return createQuestion(raw, place, options);
}

/** The candidate with the answer's span, where the revision does not name it. */
function findCandidate(
  { startToken, endToken }: { startToken: number; endToken: number },
  candidates: RawQuestion["candidates"],
): number {
  if (candidates === null) return -1;
  return Array.from(candidates.startToken).findIndex(
    (start, i) => start === startToken && candidates.endToken[i] === endToken,
  );
}
