import { yieldToEventLoop } from "../../base/event-loop.js";
import { intern } from "../../base/intern.js";
import { refuse } from "../../base/checks.js";
import type { AbortSignalLike } from "../../base/progress.js";
import type { IndexPairs } from "../../data/training-pairs.js";
import { separatePairs } from "../../data/training-pairs.js";
import { alikeRows, createAlikeFinder } from "../../math/alike-rows.js";
import {
  checkIsMatrix,
  checkMatrix,
  createMatrix,
  gatherRows,
  rowOf,
  rowRange,
  type Matrix,
} from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";
import type { KnownLabels } from "../claims/judged-questions.js";
import {
  ownPassages,
  type LabelledCorpus,
  type LabelledVectors,
} from "../claims/labelled-corpus.js";
import { blockRows } from "../ranking/whole-corpus.js";

/** The corpus in blocks of any size, from the first row on; each call begins anew and gives the same rows. */
export type PassageBlocks = () => AsyncIterable<Matrix> | Iterable<Matrix>;

/** Questions, what is known about them, and a corpus that need not fit in memory. */
export interface StreamedLabelledVectors extends Pick<
  LabelledVectors,
  "queries" | "pairs" | "groups" | "ownPassage"
> {
  /** The whole corpus: read three times. */
  readonly passages: PassageBlocks;
}

/** What is known of a corpus that was read without being kept. */
export interface StreamedCorpus
  extends KnownLabels, Pick<LabelledCorpus, "labelledQueries" | "givenGroups" | "queryTwin"> {
  /** Of length 1. */
  readonly queries: Matrix;
  /** The vectors of rows that {@link KnownLabels.relevant} names, of length 1. */
  relevantOf(rows: readonly number[]): Matrix;
}

/**
 * Rows of length 1 in blocks that are small enough for the products.
 *
 * @param rows How many there must be; `null` where that is to be found out.
 * @throws RangeError on rows of other dimensions, of zeros or with values that are not finite, named by their row of the corpus,
 *   and another number of rows.
 */
export async function* passageBlocks(
  passages: PassageBlocks,
  dimensions: number,
  rows: number | null,
  place: string,
  signal: AbortSignalLike | undefined,
): AsyncGenerator<{ readonly block: Matrix; readonly start: number }> {
  let start = 0;
  for await (const whole of passages()) {
    checkIsMatrix(whole, place);
    if (whole.cols !== dimensions) {
      refuse(`${place}: row ${start}`, `of ${dimensions} dimensions as the queries`, whole.cols);
    }
    for (let from = 0; from < whole.rows; from += blockRows) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      const part = rowRange(whole, from, from + blockRows);
      // Only the first reading tells rows that are at fault; the others give the same ones.
      if (rows === null) checkMatrix(part, `${place}: from row ${start} on`, { zeroRows: false });
      yield { block: normalizeRows(part), start };
      start += part.rows;
    }
  }
  if (start === 0) throw new RangeError(`${place} must hold at least one row, received none`);
  if (rows !== null && start !== rows) {
    refuse(place, `the ${rows} rows of the first reading in each`, start);
  }
}

/** Reads the corpus twice: for the rows that pairs name, and for those that equal them. */
export async function readStreamedCorpus(
  data: StreamedLabelledVectors,
  caller: string,
  signal: AbortSignalLike | undefined,
): Promise<StreamedCorpus> {
  const { pairs, groups } = data;
  const place = `${caller}: passages`;
  if (typeof data.passages !== "function") {
    refuse(place, "a function that gives the corpus in blocks", data.passages);
  }
  checkIsMatrix(data.queries, `${caller}: queries`);
  checkMatrix(data.queries, `${caller}: queries`, { zeroRows: false });
  const { rows: queryRows, cols } = data.queries;

  const wanted = new Set(Array.from(pairs.passage));
  const found = new Map<number, Float32Array>();
  let rows = 0;
  for await (const { block, start } of passageBlocks(data.passages, cols, null, place, signal)) {
    for (let i = 0; i < block.rows; i++) {
      if (wanted.has(start + i)) found.set(start + i, rowOf(block, i).slice());
    }
    rows = start + block.rows;
  }
  const { positives, negatives } = separatePairs(pairs, groups, queryRows, rows, caller, true);

  const labelled = await readLikenesses(data.passages, found, { rows, cols, place, signal });
  const queries = normalizeRows(data.queries);
  const interned = groups === undefined ? undefined : intern(groups);
  return {
    ...{ queries, negatives, passages: { rows }, passageText: labelled.text },
    ...relevantRows(positives, labelled, queryRows),
    queryTwin: alikeRows(queries),
    labelledQueries: Uint32Array.from(new Set(positives.query)).sort(),
    givenGroups: interned && { of: interned.indices, count: interned.distinct.length },
    ownPassage: ownPassages(data.ownPassage, queryRows, rows, caller),
    relevantOf: (named) => {
      const result = createMatrix(named.length, cols);
      for (const [i, row] of named.entries()) rowOf(result, i).set(labelled.vectors.get(row)!);
      return result;
    },
  };
}

interface Likenesses {
  /** Per row of the corpus the first row that is the same text; of rows that equal no labelled one their own number. */
  readonly text: Uint32Array;
  /** All rows that equal a labelled one, by that first row. */
  readonly rowsOfText: ReadonlyMap<number, readonly number[]>;
  readonly vectors: ReadonlyMap<number, Float32Array>;
}

/** Finds what equals the rows that pairs name, but for rounding. */
async function readLikenesses(
  passages: PassageBlocks,
  found: ReadonlyMap<number, Float32Array>,
  corpus: {
    readonly rows: number;
    readonly cols: number;
    readonly place: string;
    readonly signal: AbortSignalLike | undefined;
  },
): Promise<Likenesses> {
  const { rows, cols, place, signal } = corpus;
  const named = Uint32Array.from(found.keys()).sort();
  const vectorsOfNamed = createMatrix(named.length, cols);
  for (const [i, row] of named.entries()) rowOf(vectorsOfNamed, i).set(found.get(row)!);
  const kinds = Uint32Array.from(new Set(alikeRows(vectorsOfNamed)));
  const kindOf = createAlikeFinder(gatherRows(vectorsOfNamed, kinds));
  const vectors = new Map(found);
  const members = Array.from(kinds, (): number[] => []);
  for await (const { block, start } of passageBlocks(passages, cols, rows, place, signal)) {
    for (let i = 0; i < block.rows; i++) {
      const vector = rowOf(block, i);
      const kind = kindOf(vector);
      if (kind < 0) continue;
      members[kind].push(start + i);
      if (!vectors.has(start + i)) vectors.set(start + i, vector.slice());
    }
  }
  const text = Uint32Array.from({ length: rows }, (_, row) => row);
  for (const same of members) for (const row of same) text[row] = same[0];
  return { text, rowsOfText: new Map(members.map((same) => [same[0], same])), vectors };
}

/** The rows of matching passages and of others equal to them, with their grades. */
function relevantRows(
  { query, passage, grade }: IndexPairs,
  { text, rowsOfText }: Likenesses,
  queryRows: number,
): Pick<KnownLabels, "relevant" | "grades"> {
  const relevant = Array.from({ length: queryRows }, (): number[] => []);
  const grades = grade === undefined ? null : relevant.map((): number[] => []);
  for (let i = 0; i < query.length; i++) {
    const own = relevant[query[i]];
    for (const row of rowsOfText.get(text[passage[i]])!) {
      if (own.includes(row)) continue;
      own.push(row);
      grades?.[query[i]].push(grade![i]);
    }
  }
  return { relevant, grades };
}
