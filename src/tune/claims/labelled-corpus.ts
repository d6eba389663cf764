import { checkInteger, refuse } from "../../base/checks.js";
import { intern } from "../../base/intern.js";
import { createUnionFind } from "../../base/union-find.js";
import { alikeRows } from "../../math/alike-rows.js";
import {
  preparePairs,
  type IndexPairs,
  type PreparedPairs,
  type TrainingPairs,
} from "../../data/training-pairs.js";
import type { Matrix } from "../../math/matrix.js";
import { checkMatrix } from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";

/** Questions, the corpus they are asked of, and what is known about them. */
export interface LabelledVectors extends TrainingPairs {
  /**
   * One vector per unique passage: the whole corpus. Rows that no pair names are distractors, and belong here: a gain
   * over few passages says little about many.
   */
  readonly passages: Matrix;
  /** Questions without labels, e.g. of a search log: where given, fits learn how questions spread from these. */
  readonly log?: Matrix | undefined;
  /**
   * Per row a number or name; rows that share it are nearly the same text, and are never divided between learning and
   * judging. Rows with the same vector need no telling.
   */
  readonly twins?:
    | {
        readonly queries?: ArrayLike<string | number> | undefined;
        readonly passages?: ArrayLike<string | number> | undefined;
      }
    | undefined;
  /** Per query, the row of the passage that is the query itself, -1 where none is: no hit of its own unless it is labelled. */
  readonly ownPassage?: ArrayLike<number> | undefined;
}

/** Checked vectors, every row of length 1, with equal rows known as such. */
export interface LabelledCorpus {
  /** As the fits take it. */
  readonly prepared: PreparedPairs;
  readonly queries: Matrix;
  readonly passages: Matrix;
  /** Whether passages have length 1 like all else, or are kept as they came, to be scaled a block at a time. */
  readonly unitPassages: boolean;
  readonly log: Matrix | null;
  /** Each matching pair once. */
  readonly positives: IndexPairs;
  /** Each pair labelled 0 once. */
  readonly negatives: IndexPairs;
  /** Per row, the first row that is the same but for rounding: the same text. */
  readonly queryText: Uint32Array;
  readonly passageText: Uint32Array;
  /** Per row, the first of those that are not to be divided between learning and judging: the same text, or nearly so. */
  readonly queryTwin: Uint32Array;
  readonly passageTwin: Uint32Array;
  /** Rows of queries with a matching passage, ascending. */
  readonly labelledQueries: Uint32Array;
  /** Per row of queries, the rows of matching passages and of others equal to them; empty without labels. */
  readonly relevant: readonly (readonly number[])[];
  /** Per row of queries, the grades of {@link relevant}, where grades were given. */
  readonly grades: readonly (readonly number[])[] | null;
  /** Per row of queries the row of the passage that is the query itself, -1 where none is; `null` where nobody said. */
  readonly ownPassage: Int32Array | null;
  /** Per row of queries what must stay together, numbered from 0, where the caller said so. */
  readonly givenGroups: { readonly of: Uint32Array; readonly count: number } | undefined;
}

/** Below this many labelled questions, what is measured says little: the best is often so by luck. */
export const fewLabels = 100;

export function hasFewLabels({ labelledQueries }: LabelledCorpus): boolean {
  return labelledQueries.length < fewLabels;
}

function checkNotEmpty({ rows }: Matrix, place: string): void {
  if (rows === 0) throw new RangeError(`${place} must hold at least one row, received none`);
}

/** Per row, the first one that is the same but for rounding, or that the caller calls nearly the same. */
function twinsOf(
  text: Uint32Array,
  given: ArrayLike<string | number> | undefined,
  place: string,
): Uint32Array {
  if (given === undefined) return text;
  if (given.length !== text.length) refuse(place, `one per row (${text.length})`, given.length);
  const { indices } = intern(given);
  const sets = createUnionFind(2 * text.length);
  for (const [row, same] of text.entries()) {
    sets.join(row, same);
    sets.join(row, text.length + indices[row]);
  }
  const first = new Map<number, number>();
  return text.map((_, row) => {
    const root = sets.find(row);
    if (!first.has(root)) first.set(root, row);
    return first.get(root)!;
  });
}

/** Per query the row of the passage that is the query itself, checked; `null` where nobody said. */
export function ownPassages(
  given: ArrayLike<number> | undefined,
  queries: number,
  passages: number,
  caller: string,
): Int32Array | null {
  if (given === undefined) return null;
  const place = `${caller}: ownPassage`;
  if (given.length !== queries) refuse(place, `one per query (${queries})`, given.length);
  for (let i = 0; i < given.length; i++) {
    checkInteger(given[i], `${place}[${i}]`, { least: -1, most: passages - 1 });
  }
  return Int32Array.from(given);
}

/**
 * Checks what is to be learnt from and judged by.
 *
 * @param options.keepPassages Whether passages are kept as they came: for whoever only ranks them, a block at a time, and
 *   would hold them twice. @default false
 * @throws RangeError naming what is wrong, as {@link preparePairs}, no passages, a log that is empty or of other dimensions, and
 *   twins that are not one per row.
 */
export function prepareLabelledCorpus(
  data: LabelledVectors,
  caller: string,
  { keepPassages = false } = {},
): LabelledCorpus {
  const prepared = preparePairs(data, caller, { unlabelled: true, keepPassages });
  const { queries, passages, positives, negatives } = prepared;
  const { log } = data;
  checkNotEmpty(passages, `${caller}: passages`);
  if (log !== undefined) {
    checkMatrix(log, `${caller}: log`, { zeroRows: false });
    checkNotEmpty(log, `${caller}: log`);
    if (log.cols !== passages.cols) {
      refuse(`${caller}: log`, `a matrix of ${passages.cols} columns`, log.cols);
    }
  }
  const passageText = alikeRows(passages, { unit: !keepPassages });
  const rowsOfText = new Map<number, number[]>();
  for (const [row, text] of passageText.entries()) {
    const rows = rowsOfText.get(text);
    if (rows === undefined) rowsOfText.set(text, [row]);
    else rows.push(row);
  }
  const relevant = Array.from({ length: queries.rows }, (): number[] => []);
  const grades = positives.grade === undefined ? null : relevant.map((): number[] => []);
  for (let i = 0; i < positives.query.length; i++) {
    const own = relevant[positives.query[i]];
    for (const row of rowsOfText.get(passageText[positives.passage[i]])!) {
      if (own.includes(row)) continue;
      own.push(row);
      grades?.[positives.query[i]].push(positives.grade![i]);
    }
  }
  const queryText = alikeRows(queries);
  const interned = data.groups === undefined ? undefined : intern(data.groups);
  return {
    prepared,
    ...{ queries, passages, positives, negatives, relevant, grades, passageText },
    unitPassages: !keepPassages,
    givenGroups: interned && { of: interned.indices, count: interned.distinct.length },
    log: log === undefined ? null : normalizeRows(log),
    ownPassage: ownPassages(data.ownPassage, queries.rows, passages.rows, caller),
    queryText,
    queryTwin: twinsOf(queryText, data.twins?.queries, `${caller}: twins.queries`),
    passageTwin: twinsOf(passageText, data.twins?.passages, `${caller}: twins.passages`),
    labelledQueries: Uint32Array.from(new Set(positives.query)).sort(),
  };
}
