import { subtractFromRows } from "../../math/elementwise.js";
import { createMatrix, gatherRows, rowOf, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { columnMeans } from "../../math/vectors.js";
import { bridgeMaps, type BridgePoint } from "./bridge-maps.js";
import { bridgeMoments, type BridgeMoments } from "./bridge-moments.js";
import { pickTexts, type BridgeTexts } from "./bridge-data.js";
import type { Shift } from "./bridge-sides.js";

/** Everything that is known: texts, and a log of questions, embedded with both models or with the new one alone. */
export interface BridgeData {
  readonly texts: BridgeTexts;
  readonly queries: BridgeQueries | null;
}

export interface BridgeQueries {
  readonly new: Matrix;
  readonly old: Matrix | null;
  readonly same: Uint32Array;
}

/** Rows of texts and of questions. */
export interface BridgeRows {
  readonly texts: readonly number[];
  readonly queries: readonly number[];
}

/** Moments and means of some of the rows. */
export interface BridgeFit {
  readonly moments: BridgeMoments;
  readonly texts: Shift;
  /** Questions keep to the middle: no passage is nearer to all of them. */
  readonly queries: Shift | null;
}

export function fitRows({ texts, queries }: BridgeData, rows: BridgeRows): BridgeFit {
  const passages = pickTexts(texts, rows.texts);
  const kinds = [passages];
  if (queries?.old) kinds.push(pickTexts({ old: queries.old, new: queries.new }, rows.queries));
  return {
    moments: bridgeMoments(kinds),
    texts: { center: columnMeans(passages.new), offset: columnMeans(passages.old) },
    queries:
      queries === null
        ? null
        : {
            center: columnMeans(gatherRows(queries.new, rows.queries)),
            offset: new Float64Array(texts.old.cols),
          },
  };
}

/** A figure of each of some rows. */
export interface RowValues {
  readonly rows: readonly number[];
  readonly values: Float64Array;
}

/** What held-out rows reach under one map. */
export interface TrialOutcome {
  /**
   * Reciprocal rank of a held-out text's own old vector among all old ones of its kind, when its new vector is mapped and
   * searched.
   */
  readonly ownText: RowValues;
  /**
   * Share of the ten held-out texts that are nearest under the new model among the ten that are found in the old index of
   * these texts.
   */
  readonly agreement: RowValues;
}

const depth = 10;

/** Prepares to measure maps that were fitted on other rows than the held-out ones. */
export function createTrial(
  { texts, queries }: BridgeData,
  fit: BridgeFit,
  held: BridgeRows,
): (point: BridgePoint) => TrialOutcome {
  const { moments } = fit;
  const { to } = moments;
  const askTexts = (): Asker => asker(texts.new, texts.same, held.texts, fit, fit.texts);
  const askQueries = (): Asker =>
    asker(queries!.new, queries!.same, held.queries, fit, fit.queries!);
  const askers = queries === null ? askTexts() : askQueries();
  const own = queries !== null && queries.old === null ? askTexts() : askers;
  const ownIndex = oldIndex(queries?.old ?? texts.old, to.vectors);
  const pool = oldIndex(gatherRows(texts.old, held.texts), to.vectors);
  // A text is no neighbour of its own.
  const isSelf = (i: number, j: number): boolean =>
    queries === null && texts.same[held.texts[i]] === texts.same[held.texts[j]];
  const nearest = topColumns(
    multiply(
      gatherRows(queries?.new ?? texts.new, askers.rows),
      gatherRows(texts.new, held.texts),
      { transposeB: true },
    ),
    isSelf,
  );
  const mapAt = bridgeMaps(moments);
  return (point) => {
    const map = mapAt(point);
    return {
      ownText: { rows: own.rows, values: ownRanks(scoresOf(own, map, ownIndex), own) },
      agreement: {
        rows: askers.rows,
        values: shared(nearest, topColumns(scoresOf(askers, map, pool), isSelf)),
      },
    };
  };
}

interface Asker {
  readonly rows: readonly number[];
  readonly same: Uint32Array;
  /** In the basis of the new vectors. */
  readonly coordinates: Matrix;
  readonly offset: Float64Array;
}

function asker(
  vectors: Matrix,
  same: Uint32Array,
  rows: readonly number[],
  { moments }: BridgeFit,
  { center, offset }: Shift,
): Asker {
  const centered = subtractFromRows(gatherRows(vectors, rows), center);
  return { rows, same, coordinates: multiply(centered, moments.from.vectors), offset };
}

/** Old vectors, and the same in the basis of the old ones. */
interface OldIndex {
  readonly vectors: Matrix;
  readonly coordinates: Matrix;
}

const oldIndex = (vectors: Matrix, basis: Matrix): OldIndex => ({
  vectors,
  coordinates: multiply(vectors, basis),
});

/** Inner products of mapped rows with old vectors; the length of a mapped row orders nothing. */
function scoresOf({ coordinates, offset }: Asker, map: Matrix, index: OldIndex): Matrix {
  const scores = multiply(multiply(coordinates, map), index.coordinates, { transposeB: true });
  const shift = multiply(index.vectors, createMatrix(offset.length, 1, Float32Array.from(offset)));
  for (let i = 0; i < scores.rows; i++) {
    const row = rowOf(scores, i);
    for (let j = 0; j < row.length; j++) row[j] += shift.data[j];
  }
  return scores;
}

/** Per row the reciprocal rank of its own column; equal scores stand before it, its duplicates aside. */
function ownRanks(scores: Matrix, { rows, same }: Asker): Float64Array {
  return Float64Array.from(rows, (own, i) => {
    const row = rowOf(scores, i);
    let rank = 1;
    for (let j = 0; j < row.length; j++) {
      if (row[j] >= row[own] && same[j] !== same[own]) rank++;
    }
    return 1 / rank;
  });
}

/** Per row, its ten highest columns, or as many as there are. */
function topColumns(
  scores: Matrix,
  excluded: (row: number, column: number) => boolean,
): readonly (readonly number[])[] {
  return Array.from({ length: scores.rows }, (_, i) => {
    const row = rowOf(scores, i);
    const columns = Array.from(row.keys()).filter((j) => !excluded(i, j));
    return columns.sort((a, b) => row[b] - row[a] || a - b).slice(0, depth);
  });
}

function shared(
  expected: readonly (readonly number[])[],
  found: readonly (readonly number[])[],
): Float64Array {
  return Float64Array.from(expected, (list, i) => {
    const hits = list.filter((column) => found[i].includes(column)).length;
    return list.length === 0 ? 0 : hits / list.length;
  });
}
