import { checkSameDimensions, createMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import { createResidentIndex, type ResidentIndex } from "../../math/search/resident-index.js";
import { checkIds } from "./check-ids.js";
import { checkMadeFor, type AnsweredMetadata, type ServedWith } from "./made-for.js";
import { checkVoteSettings, passageVotes } from "./ranking/passage-votes.js";
import { checkUnitRows } from "./unit-rows.js";
import type { VoteSettings } from "./votes.js";

/** Questions that have been answered, one row per question and passage: a question with two passages takes two rows. */
export interface KnownQuestionRows {
  /** n × d, length 1, as `applyAdapter` gives them for the side "query". */
  readonly vectors: Matrix;
  /** Per row, the id of the question. */
  readonly ids: readonly string[];
  /** Per row, the id of a passage that answers it. */
  readonly passages: readonly string[];
}

/** All there is of {@link KnownQuestions}, as plain data: what a file holds. */
export interface KnownQuestionsParts extends KnownQuestionRows {
  readonly settings: VoteSettings;
  readonly metadata?: AnsweredMetadata | undefined;
}

export interface KnownQuestions {
  /** Rows: questions, counted once per passage that answers them. */
  readonly size: number;
  readonly settings: VoteSettings;
  readonly metadata: AnsweredMetadata;
  /**
   * What is added to the cosine of each passage that the nearest known questions vote for, by its id; all others get
   * nothing. Every row is compared. Rows of equal cosine come in the order in which they were added.
   *
   * @param query Length d and 1, as `applyAdapter` gives it for the side "query".
   * @throws RangeError when the query has other dimensions or another length, or is not finite.
   */
  votes(query: ArrayLike<number>): Map<string, number>;
  /**
   * Adds rows. One whose question and passage are known already replaces the vector and keeps its place.
   *
   * @throws RangeError as {@link createKnownQuestions} does; nothing is then added.
   */
  add(rows: KnownQuestionRows): void;
  /**
   * Forgets questions, in all their rows: vectors and ids are overwritten here and stand in no file written from now on.
   * Files and stores that were written before must be written again.
   *
   * @returns How many rows are gone; ids that are not known count nothing.
   */
  remove(ids: readonly string[]): number;
  /** Forgets the rows that point at passages, as when these leave the corpus. */
  removePassages(passages: readonly string[]): number;
  /** A copy of all there is, to be saved. */
  toParts(): KnownQuestionsParts;
}

/**
 * Known questions that vote for the passages that answer them, in memory. The score of a passage is its cosine with the
 * question plus its vote (`rankPassages` adds them up). The rows are copied.
 *
 * @param parts What a form that was judged consists of, or what `loadKnownQuestions` read. May be empty: nobody votes.
 * @param servedWith The embedder and adapter of the queries, which must be those of the rows where both are known.
 * @throws RangeError when a vector is not finite or does not have length 1, ids or passages are no strings or not one
 *   per row, a setting is out of its bounds, or the rows were made for another embedder or adapter.
 */
export function createKnownQuestions(
  parts: KnownQuestionsParts,
  servedWith: ServedWith = {},
): KnownQuestions {
  const place = "createKnownQuestions";
  const { settings, metadata = { embedder: null } } = parts;
  checkKnownQuestions(parts, place);
  checkMadeFor(metadata, servedWith, place);

  let dimensions = parts.vectors.cols;
  let size = 0;
  let table = new Float32Array(0);
  let ids: string[] = [];
  let passages: string[] = [];
  /** Row by question and passage. */
  const places = new Map<string, Map<string, number>>();

  const note = (id: string, passage: string, row: number): void => {
    const known = places.get(id);
    if (known === undefined) places.set(id, new Map([[passage, row]]));
    else known.set(passage, row);
  };

  /** Made when it is first asked; what changes rows that it holds puts it away. */
  let index: ResidentIndex | undefined;
  const putAway = (): void => {
    index?.close();
    index = undefined;
  };

  const insert = (rows: KnownQuestionRows): void => {
    let replaced = false;
    const most = size + rows.ids.length;
    if (most * dimensions > table.length) {
      const larger = new Float32Array(Math.max(most, 2 * size) * dimensions);
      larger.set(table.subarray(0, size * dimensions));
      table.fill(0);
      table = larger;
    }
    for (const [i, id] of rows.ids.entries()) {
      const passage = rows.passages[i];
      let row = places.get(id)?.get(passage);
      if (row === undefined) {
        row = size++;
        ids.push(id);
        passages.push(passage);
        note(id, passage, row);
      } else replaced = true;
      table.set(rowOf(rows.vectors, i), row * dimensions);
    }
    if (replaced) putAway();
    else index?.append(rows.vectors);
  };

  /** Closes the gaps, in order, and overwrites what is left over behind the last row. */
  const forget = (leaves: (row: number) => boolean): number => {
    const kept = ids.map((_, row) => row).filter((row) => !leaves(row));
    const removed = size - kept.length;
    if (removed === 0) return 0;
    putAway();
    for (const [to, from] of kept.entries()) {
      if (to !== from)
        table.copyWithin(to * dimensions, from * dimensions, (from + 1) * dimensions);
    }
    size = kept.length;
    table.fill(0, size * dimensions);
    ids = kept.map((row) => ids[row]);
    passages = kept.map((row) => passages[row]);
    places.clear();
    for (const [row, id] of ids.entries()) note(id, passages[row], row);
    return removed;
  };

  insert(parts);
  return {
    get size() {
      return size;
    },
    settings: { ...settings },
    metadata: { ...metadata },
    votes(query) {
      const asked = createMatrix(1, query.length, Float32Array.from(query));
      checkUnitRows(asked, "votes: query");
      if (size === 0) return new Map();
      checkSameDimensions(asked, "votes: query", { cols: dimensions }, "the known questions");
      index ??= createResidentIndex(
        createMatrix(size, dimensions, table.subarray(0, size * dimensions)),
      );
      // The bits that the judge's search gives.
      const { indices, scores } = index.search(asked.data, Math.min(settings.neighbours, size));
      return passageVotes(
        Array.from(indices, (row) => passages[row]),
        scores,
        settings,
      );
    },
    add(rows) {
      checkKnownRows(rows, "add");
      if (rows.ids.length === 0) return;
      if (size === 0 && dimensions === 0) dimensions = rows.vectors.cols;
      checkSameDimensions(rows.vectors, "add: vectors", { cols: dimensions }, "known questions");
      insert(rows);
    },
    remove(gone) {
      checkIds(gone, "remove: ids");
      const leaving = new Set(gone);
      return forget((row) => leaving.has(ids[row]));
    },
    removePassages(gone) {
      checkIds(gone, "removePassages: passages");
      const leaving = new Set(gone);
      return forget((row) => leaving.has(passages[row]));
    },
    toParts: () => ({
      vectors: createMatrix(size, dimensions, table.slice(0, size * dimensions)),
      ids: [...ids],
      passages: [...passages],
      settings: { ...settings },
      metadata: { ...metadata },
    }),
  };
}

/** @throws RangeError as {@link createKnownQuestions} does, but for what the rows are served with. */
export function checkKnownQuestions(parts: KnownQuestionsParts, place: string): void {
  checkVoteSettings(parts.settings, place);
  checkKnownRows(parts, place);
}

function checkKnownRows({ vectors, ids, passages }: KnownQuestionRows, place: string): void {
  checkUnitRows(vectors, `${place}: vectors`);
  checkIds(ids, `${place}: ids`, vectors.rows);
  checkIds(passages, `${place}: passages`, vectors.rows);
}
