import { refuse } from "../../base/checks.js";
import {
  checkSameDimensions,
  createMatrix,
  gatherRows,
  rowOf,
  type Matrix,
} from "../../math/matrix.js";
import { norm, normalizeRows } from "../../math/vectors.js";
import { checkIds, rowsOfIds } from "./check-ids.js";
import { moveRow } from "./move.js";
import type { MovedOrigins, MovedPassages } from "./moved-passages.js";
import { checkUnitRows } from "./unit-rows.js";

/** Answered questions: row `i` is answered by the passage `passages[i]`. */
export interface AnsweredRows {
  /** n × d, length 1, as `applyAdapter` gives them for the side "query". */
  readonly vectors: Matrix;
  /** n ids of passages. */
  readonly passages: readonly string[];
}

export interface MovedUpdate {
  readonly moved: MovedPassages;
  /** What a vector store must write: the passages that the update named, and where they stand now. */
  readonly changed: { readonly ids: readonly string[]; readonly vectors: Matrix };
}

/** How far a sum may be from what is possible: questions that were embedded anew differ a little. */
const slack = 0.01;

/**
 * Moves passages on by further answered questions; no fit is needed, and it is the place that `moveRows` would give for all
 * their questions. A question that is added twice counts twice.
 *
 * @param moved Not changed.
 * @param corpus At least the passages that have not moved before: their ids and vectors of length 1.
 * @throws RangeError when `moved` only serves, a vector is not finite or does not have length 1, dimensions differ, or a
 *   passage is in neither `moved` nor `corpus`.
 */
export function addToMovedPassages(
  moved: MovedPassages,
  { vectors, passages }: AnsweredRows,
  corpus: { readonly ids: readonly string[]; readonly vectors: Matrix },
): MovedUpdate {
  const place = "addToMovedPassages";
  const origins = checkUpdate(moved, { vectors, passages }, place);
  checkIds(corpus.ids, `${place}: corpus.ids`, corpus.vectors.rows);
  const { ids } = moved;
  const known = new Set(ids);
  const added = [...new Set(passages)].filter((id) => !known.has(id));
  const corpusRows = rowsOfIds(corpus.ids, `${place}: corpus.ids`);
  const rows = added.map(
    (id) => corpusRows.get(id) ?? refuse(`${place}: passages`, "in the corpus", id),
  );
  const homes = gatherRows(corpus.vectors, rows);
  checkUnitRows(homes, `${place}: corpus.vectors of the passages`);
  if (added.length > 0) {
    checkSameDimensions(homes, `${place}: corpus.vectors`, moved.vectors, "moved passages");
  }
  const grown = {
    passages: appendRows(origins.passages, homes),
    sums: resized(origins.sums, (ids.length + added.length) * vectors.cols),
    counts: Uint32Array.from([...origins.counts, ...added.map(() => 0)]),
  };
  return update(
    { ...moved, ids: [...ids, ...added], vectors: appendRows(moved.vectors, homes) },
    grown,
    { vectors, passages },
    1,
    place,
  );
}

/**
 * Takes answered questions back: they are subtracted from the sums, and a passage without questions goes home and leaves
 * the table. Nothing of the questions stays but what rounding leaves, some 1e-16 of their size.
 *
 * @param moved Not changed: it holds the questions until it is dropped.
 * @param questions With the vectors that were added: a store or `KnownQuestions.toParts` has them.
 * @throws RangeError when `moved` only serves, a vector is not finite or does not have length 1, dimensions differ, a
 *   passage has no such question, or what is left over cannot be a sum of as many vectors as are left.
 */
export function removeFromMovedPassages(
  moved: MovedPassages,
  questions: AnsweredRows,
): MovedUpdate {
  const place = "removeFromMovedPassages";
  const { passages, sums, counts } = checkUpdate(moved, questions, place);
  const copy = { passages, sums: sums.slice(), counts: counts.slice() };
  return update(moved, copy, questions, -1, place);
}

function checkUpdate(
  { vectors: moved, origins }: MovedPassages,
  { vectors, passages }: AnsweredRows,
  place: string,
): MovedOrigins {
  if (origins === null) return refuse(`${place}: moved.origins`, "kept, to be updated", origins);
  checkUnitRows(vectors, `${place}: vectors`);
  checkIds(passages, `${place}: passages`, vectors.rows);
  checkSameDimensions(vectors, `${place}: vectors`, moved, "moved passages");
  return origins;
}

/** Adds the rows to their passages' sums, or takes them out; the origins are written to, `moved` is not. */
function update(
  moved: MovedPassages,
  { passages, sums, counts }: MovedOrigins,
  questions: AnsweredRows,
  sign: 1 | -1,
  place: string,
): MovedUpdate {
  const { cols } = moved.vectors;
  const rows = rowsOfIds(moved.ids, `${place}: moved.ids`);
  const sumOf = (row: number): Float64Array => sums.subarray(row * cols, (row + 1) * cols);
  for (const [i, id] of questions.passages.entries()) {
    const row = rows.get(id);
    if (row === undefined || counts[row] + sign < 0) {
      return refuse(`${place}: passages[${i}]`, "one that the question was added to", id);
    }
    counts[row] += sign;
    const [sum, question] = [sumOf(row), rowOf(questions.vectors, i)];
    for (let j = 0; j < cols; j++) sum[j] += sign * question[j];
  }
  const touched = [...new Set(questions.passages)];
  const places = touched.map((id) => rows.get(id)!);
  const now = gatherRows(passages, places);
  for (const [i, row] of places.entries()) {
    const [sum, count] = [sumOf(row), counts[row]];
    if (norm(sum) > count + slack) {
      const received = `a sum of length ${norm(sum)}`;
      refuse(`${place}: vectors of "${touched[i]}"`, `such that ${count} are left`, received);
    }
    moveRow(rowOf(now, i), sum, count, moved.move);
  }
  const vectors = createMatrix(moved.vectors.rows, cols, moved.vectors.data.slice());
  const changed = normalizeRows(now);
  for (const [i, row] of places.entries()) {
    // A passage without questions goes home to the bit: what rounding left of them must not move it.
    if (counts[row] === 0) rowOf(changed, i).set(rowOf(passages, row));
    rowOf(vectors, row).set(rowOf(changed, i));
  }
  const kept = Array.from(counts.keys()).filter((row) => counts[row] > 0);
  return {
    moved: {
      ...moved,
      ids: kept.map((row) => moved.ids[row]),
      vectors: gatherRows(vectors, kept),
      origins: {
        passages: gatherRows(passages, kept),
        sums: gatherSums(kept, sumOf, cols),
        counts: Uint32Array.from(kept, (row) => counts[row]),
      },
    },
    changed: { ids: touched, vectors: changed },
  };
}

function appendRows(a: Matrix, b: Matrix): Matrix {
  const result = createMatrix(a.rows + b.rows, a.cols);
  result.data.set(a.data);
  result.data.set(b.data, a.data.length);
  return result;
}

function gatherSums(
  rows: readonly number[],
  sumOf: (row: number) => Float64Array,
  cols: number,
): Float64Array {
  const result = new Float64Array(rows.length * cols);
  for (const [i, row] of rows.entries()) result.set(sumOf(row), i * cols);
  return result;
}

function resized(values: Float64Array, length: number): Float64Array {
  const result = new Float64Array(length);
  result.set(values);
  return result;
}
