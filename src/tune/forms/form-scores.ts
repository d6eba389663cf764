import { applySide } from "../../adapter/apply.js";
import { countVotes } from "../../adapter/answered/votes.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import {
  moveBySums,
  sumQuestions,
  type MovedRows,
  type QuestionSums,
} from "../../fit/answered/move-rows.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { topK, type TopK } from "../../math/top-k.js";
import { normalizeInPlace } from "../../math/vectors.js";
import type { Sides } from "../candidates/candidate.js";
import type { LabelledCorpus } from "../claims/labelled-corpus.js";
import type { Form } from "./form.js";

/** What a form changes in the cosines of some questions. */
export interface FormScores {
  /** Rows of the corpus that stand elsewhere; `null` where none do. */
  readonly moved: Pick<MovedRows, "rows" | "vectors"> | null;
  /** Per question, what is added to the score of a row of the corpus; `null` where nothing is. */
  readonly added: readonly ReadonlyMap<number, number>[] | null;
}

/** Prepares forms on top of one map for some questions. */
export type FormMaker = (form: Form) => FormScores;

/**
 * What the forms make of a map: all in the space after it.
 *
 * @param sides The map.
 * @param asked The questions to rank, mapped and of length 1.
 * @param pairs Answered questions, in rows of the corpus's tables: what the map was learnt from, too.
 */
export function createFormMaker(
  { queries, passages }: Pick<LabelledCorpus, "queries" | "passages">,
  sides: Sides,
  asked: Matrix,
  pairs: Pick<IndexPairs, "query" | "passage">,
): FormMaker {
  const known = normalizeInPlace(applySide(sides.query, gatherRows(queries, pairs.query)));
  const named = Uint32Array.from(new Set(pairs.passage)).sort();
  const place = new Map(Array.from(named, (row, i) => [row, i]));
  const own = normalizeInPlace(applySide(sides.passage, gatherRows(passages, named)));
  const answered: IndexPairs = {
    query: Uint32Array.from(pairs.query.keys()),
    passage: pairs.passage.map((row) => place.get(row)!),
  };
  let sums: QuestionSums | undefined;
  let nearest: { readonly k: number; readonly found: TopK } | undefined;
  return (form) => {
    if (form.name === "moved passages") {
      sums ??= sumQuestions(own, known, answered);
      const { rows, vectors } = moveBySums(own, sums, form.move);
      return { moved: { rows: rows.map((at) => named[at]), vectors }, added: null };
    }
    const { weight, neighbours, temperature } = form.votes;
    const k = Math.min(neighbours, known.rows);
    if (nearest?.k !== k) nearest = { k, found: topK(asked, known, k) };
    const { indices, scores } = nearest.found;
    const added = Array.from({ length: asked.rows }, (_, i) => {
      const rows = indices.subarray(i * k, (i + 1) * k);
      const voters = Uint32Array.from(rows, (row) => pairs.passage[row]);
      const shares = countVotes(voters, scores.subarray(i * k, (i + 1) * k), temperature);
      return new Map(Array.from(shares, ([row, share]) => [row, weight * share]));
    });
    return { moved: null, added };
  };
}

/** Where passages stand by all answered questions; `null` of a form that moves none. */
export function movedPassages(
  data: Pick<LabelledCorpus, "queries" | "passages" | "positives">,
  sides: Sides,
  form: Form,
): FormScores["moved"] {
  if (form.name !== "moved passages") return null;
  return createFormMaker(data, sides, createMatrix(0, 0), data.positives)(form).moved;
}

/**
 * The scores of a block of the corpus under a form.
 *
 * @param scores Cosines under the map alone, a row per question; not changed.
 * @param columnOf The column of a row of the corpus in this block, or -1.
 */
export function changedScores(
  scores: Matrix,
  asked: Matrix,
  { moved, added }: FormScores,
  columnOf: (row: number) => number,
): Matrix {
  const result = createMatrix(scores.rows, scores.cols, scores.data.slice());
  if (moved !== null) {
    const here = [...moved.rows.keys()].filter((i) => columnOf(moved.rows[i]) >= 0);
    const cosines = multiply(asked, gatherRows(moved.vectors, Uint32Array.from(here)), {
      transposeB: true,
    });
    for (const [at, i] of here.entries()) {
      const column = columnOf(moved.rows[i]);
      for (let q = 0; q < asked.rows; q++) {
        result.data[q * result.cols + column] = cosines.data[q * cosines.cols + at];
      }
    }
  }
  for (const [q, rows] of (added ?? []).entries()) {
    for (const [row, share] of rows) {
      const column = columnOf(row);
      if (column >= 0) result.data[q * result.cols + column] += share;
    }
  }
  return result;
}

/** {@link changedScores} of one question with some rows of the corpus. */
export function changedRow(
  cosines: Float32Array,
  question: number,
  rows: readonly number[],
  asked: Matrix,
  form: FormScores,
): Float32Array {
  const one = createMatrix(
    1,
    asked.cols,
    asked.data.subarray(question * asked.cols, (question + 1) * asked.cols),
  );
  const added = form.added === null ? null : [form.added[question]];
  const columns = new Map(rows.map((row, column) => [row, column]));
  const scores = createMatrix(1, rows.length, cosines);
  return changedScores(scores, one, { moved: form.moved, added }, (row) => columns.get(row) ?? -1)
    .data;
}
