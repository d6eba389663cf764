import { checkChoice, checkInteger, checkNumber, refuse } from "../../base/checks.js";
import {
  checkSameDimensions,
  checkSameShape,
  createMatrix,
  gatherRows,
  rowOf,
  type Matrix,
} from "../../math/matrix.js";
import { checkIds, rowsOfIds } from "./check-ids.js";
import { checkMadeFor, type AnsweredMetadata, type ServedWith } from "./made-for.js";
import type { Move } from "./move.js";
import { checkUnitRows } from "./unit-rows.js";

/** Passages that have questions, and where they stand instead. */
export interface MovedPassages {
  /** n ids, none twice. */
  readonly ids: readonly string[];
  /** n × d, length 1: what to search by in place of the passage's own vector. */
  readonly vectors: Matrix;
  readonly move: Move;
  /** What answers can be added to and taken from; `null` where the form only serves. */
  readonly origins: MovedOrigins | null;
  readonly metadata: AnsweredMetadata;
}

/** What moved passages are computed from. The sum of a single question is that question's vector. */
export interface MovedOrigins {
  /** n × d, length 1: the passages where they would stand without questions. */
  readonly passages: Matrix;
  /** Per passage the sum of its questions' vectors, n × d. */
  readonly sums: Float64Array;
  /** Per passage the number of its questions, >= 1. */
  readonly counts: Uint32Array;
}

export interface MovedPassagesOptions {
  /** How they were moved. */
  readonly move: Move;
  /** What the vectors were made for. @default an unknown embedder */
  readonly metadata?: AnsweredMetadata | undefined;
}

/**
 * Names the rows that `moveRows` moved.
 *
 * @param data.moved What `moveRows` gave. Without `sums` and `counts` the result serves, in a quarter of the memory, but
 *   cannot be updated.
 * @param data.passages The table that it was given, length 1.
 * @param data.ids Per row of that table, the id of the passage.
 * @throws RangeError when ids are not one per row or stand twice, vectors do not have length 1, or the move is none.
 */
export function createMovedPassages(
  {
    moved,
    passages,
    ids,
  }: {
    readonly moved: {
      readonly rows: Uint32Array;
      readonly vectors: Matrix;
      readonly sums?: Float64Array | undefined;
      readonly counts?: Uint32Array | undefined;
    };
    readonly passages: Matrix;
    readonly ids: readonly string[];
  },
  { move, metadata = { embedder: null } }: MovedPassagesOptions,
): MovedPassages {
  const place = "createMovedPassages";
  checkIds(ids, `${place}: ids`, passages.rows);
  rowsOfIds(ids, `${place}: ids`);
  const { rows, vectors, sums, counts } = moved;
  const result: MovedPassages = {
    ids: Array.from(rows, (row) => ids[row]),
    vectors,
    move,
    origins:
      sums === undefined || counts === undefined
        ? null
        : { passages: gatherRows(passages, rows), sums, counts },
    metadata,
  };
  checkMovedPassages(result, place);
  return result;
}

/**
 * A table of passages with the moved ones in their places.
 *
 * @param data.passages n × d, length 1, as `applyAdapter` gives them for the side "passage"; all of a corpus or a part.
 *   Not changed.
 * @param data.ids Per row, the id of the passage.
 * @returns The new table; which of its rows differ, ascending; and the moved passages that these ids do not name.
 * @throws RangeError when dimensions differ, ids are not one per row, a moved id stands twice, or the vectors were made
 *   for another embedder or adapter.
 */
export function applyMovedPassages(
  { passages, ids }: { readonly passages: Matrix; readonly ids: readonly string[] },
  moved: MovedPassages,
  servedWith: ServedWith = {},
): { readonly vectors: Matrix; readonly rows: Uint32Array; readonly unknown: string[] } {
  const place = "applyMovedPassages";
  checkIds(ids, `${place}: ids`, passages.rows);
  checkMadeFor(moved.metadata, servedWith, place);
  checkSameDimensions(passages, `${place}: passages`, moved.vectors, "moved passages");
  const places = rowsOfIds(moved.ids, `${place}: moved.ids`);
  const vectors = createMatrix(passages.rows, passages.cols, passages.data.slice());
  const rows: number[] = [];
  const found = new Set<string>();
  for (const [row, id] of ids.entries()) {
    const at = places.get(id);
    if (at === undefined) continue;
    if (found.has(id)) refuse(`${place}: ids[${row}]`, "an id that stands once", id);
    found.add(id);
    rows.push(row);
    rowOf(vectors, row).set(rowOf(moved.vectors, at));
  }
  return {
    vectors,
    rows: Uint32Array.from(rows),
    unknown: moved.ids.filter((id) => !found.has(id)),
  };
}

/** @throws RangeError naming the part of moved passages that does not fit. */
export function checkMovedPassages(
  { ids, vectors, move, origins }: MovedPassages,
  place: string,
): void {
  checkChoice(move.kind, `${place}: move.kind`, ["mean", "step"]);
  checkNumber(move.strength, `${place}: move.strength`, { least: 0 });
  checkUnitRows(vectors, `${place}: vectors`);
  checkIds(ids, `${place}: ids`, vectors.rows);
  rowsOfIds(ids, `${place}: ids`);
  if (origins === null) return;
  const { passages, sums, counts } = origins;
  checkUnitRows(passages, `${place}: passages`);
  checkSameShape(passages, vectors, `${place}: passages and moved vectors`);
  if (sums.length !== vectors.data.length || counts.length !== vectors.rows) {
    throw new RangeError(
      `${place}: sums and counts must have ${vectors.data.length} and ${vectors.rows} values, received ${sums.length} and ${counts.length}`,
    );
  }
  const wrong = sums.findIndex((sum) => !Number.isFinite(sum));
  if (wrong >= 0) refuse(`${place}: sums[${wrong}]`, "a finite number", sums[wrong]);
  for (const [i, count] of counts.entries()) {
    checkInteger(count, `${place}: counts[${i}]`, { least: 1 });
  }
}
