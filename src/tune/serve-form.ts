import { createMovedPassages, type MovedPassages } from "../adapter/answered/moved-passages.js";
import { checkIds, rowsOfIds } from "../adapter/answered/check-ids.js";
import type { AnsweredMetadata } from "../adapter/answered/made-for.js";
import type { KnownQuestionsParts } from "../adapter/answered/known-questions.js";
import { applySide } from "../adapter/apply.js";
import { adapterFingerprint } from "../adapter/fingerprint.js";
import { refuse } from "../base/checks.js";
import { moveRows } from "../fit/answered/move-rows.js";
import { gatherRows } from "../math/matrix.js";
import { normalizeRows } from "../math/vectors.js";
import { prepareLabelledCorpus, type LabelledVectors } from "./claims/labelled-corpus.js";
import type { FormDecision } from "./verdict/decision.js";

/**
 * The names that an application knows rows by, e.g. `decision.texts.queryIds` and `passageIds`. Left out or not all there, row
 * numbers stand in their place.
 */
export interface RowIds {
  /** Per row of the table of queries. */
  readonly queries?: readonly (string | null)[] | undefined;
  /** Per row of the table of passages. */
  readonly passages?: readonly (string | null)[] | undefined;
}

/** The name of each row: its id, or its number where one has none. */
function namesOf(
  ids: readonly (string | null)[] | undefined,
  rows: number,
  place: string,
): string[] {
  if (ids === undefined || (ids.length === rows && ids.includes(null))) {
    return Array.from({ length: rows }, (_, row) => String(row));
  }
  const names = ids.filter((id) => id !== null);
  checkIds(names, place, rows);
  rowsOfIds(names, place);
  return names;
}

/** What is served beside `form.adapter`: one of both. */
export interface ServedAnswers {
  /** For `saveMovedPassages`, `applyMovedPassages` or a vector store. */
  readonly moved: MovedPassages | null;
  /** For `createKnownQuestions`, `saveKnownQuestions` or a vector store. */
  readonly known: KnownQuestionsParts | null;
}

/**
 * A judged form as it is served: all answered questions through the form's adapter, under the application's names. What is
 * made carries the form's verdict and sentence, and refuses to be served with another adapter.
 *
 * @param form One of `decision.forms`, or what `fitForms` gave.
 * @param data What it was judged on; that it is, nobody can check.
 * @param given Names of the rows; row numbers without them.
 * @throws RangeError when there are not as many names as rows, or a name stands twice.
 */
export function serveForm(
  form: FormDecision,
  data: LabelledVectors,
  given: RowIds = {},
): ServedAnswers {
  const corpus = prepareLabelledCorpus(data, "serveForm");
  const named = (side: "queries" | "passages"): string[] =>
    namesOf(given[side], corpus[side].rows, `serveForm: ids.${side}`);
  const ids = { queries: named("queries"), passages: named("passages") };
  const { adapter, move, votes } = form;
  const { embedder, verdict, sentence } = adapter.metadata;
  const metadata: AnsweredMetadata = {
    embedder,
    adapter: adapterFingerprint(adapter),
    ...(verdict === undefined ? {} : { verdict }),
    ...(sentence === undefined ? {} : { sentence }),
  };
  const { positives } = corpus;
  // As the judge maps them, to the bit.
  const asked = gatherRows(corpus.queries, positives.query);
  const questions = normalizeRows(applySide(adapter.query, asked));
  if (move !== null) {
    const passages = normalizeRows(applySide(adapter.passage, corpus.passages));
    const pairs = { ...positives, query: Uint32Array.from(positives.query.keys()) };
    const moved = moveRows(passages, questions, pairs, move);
    const rows = { moved, passages, ids: ids.passages };
    return { moved: createMovedPassages(rows, { move, metadata }), known: null };
  }
  if (votes === null) refuse("serveForm: form", "a form with a move or votes", form.name);
  const known: KnownQuestionsParts = {
    vectors: questions,
    ids: Array.from(positives.query, (row) => ids.queries[row]),
    passages: Array.from(positives.passage, (row) => ids.passages[row]),
    settings: votes,
    metadata,
  };
  return { moved: null, known };
}
