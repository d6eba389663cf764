import { createUnionFind } from "../base/union-find.js";
import type { PairColumns } from "./types.js";
import { checkMatrix, type Matrix } from "../math/matrix.js";
import { normalizeRows } from "../math/vectors.js";

/** What every fit learns from: unique vectors, and pairs as index columns into them. */
export interface TrainingPairs {
  /** One vector per unique query. */
  readonly queries: Matrix;
  /** One vector per unique passage, of the same dimensions. */
  readonly passages: Matrix;
  /** Pair `i` joins row `query[i]` of the queries with row `passage[i]` of the passages. */
  readonly pairs: PairColumns;
  /**
   * Per row of `queries`, what must stay together in cross-validation (the page, the customer, …). By default queries
   * that share a matching passage stay together.
   */
  readonly groups?: ArrayLike<string | number> | undefined;
}

/** Checked training pairs: rows of length 1, positives and negatives apart. */
export interface PreparedPairs {
  readonly queries: Matrix;
  readonly passages: Matrix;
  /** Row numbers of the matching pairs, each pair once. */
  readonly positives: IndexPairs;
  /** Row numbers of the pairs labelled 0, each pair once. */
  readonly negatives: IndexPairs;
  /** Per row of `queries`, a group number. */
  readonly groups: Uint32Array;
  readonly groupCount: number;
}

/** Pairs of row numbers. */
export interface IndexPairs {
  readonly query: Uint32Array;
  readonly passage: Uint32Array;
}

/**
 * Checks training pairs and scales every vector to length 1. A pair that stands twice counts once.
 *
 * @throws RangeError naming what is wrong: dimensions that differ, a value that is not finite, a vector of zeros, an
 *   index outside its table, columns or groups of another length, a label other than 0 and 1, a pair labelled both 0
 *   and 1, no pair with label 1.
 */
export function preparePairs({ queries, passages, pairs, groups }: TrainingPairs): PreparedPairs {
  if (queries.cols !== passages.cols) {
    throw new RangeError(
      `pairs: queries have ${queries.cols} dimensions and passages ${passages.cols}, expected the same`,
    );
  }
  checkMatrix(queries, "queries", { zeroRows: false });
  checkMatrix(passages, "passages", { zeroRows: false });
  const { positives, negatives } = separateLabels(pairs, queries.rows, passages.rows);
  if (positives.query.length === 0) {
    throw new RangeError(
      `pairs: expected at least one pair with label 1, received ${pairs.label.length} pairs without any`,
    );
  }
  if (groups !== undefined && groups.length !== queries.rows) {
    throw new RangeError(
      `groups: expected one per query (${queries.rows}), received ${groups.length}`,
    );
  }
  const numbered =
    groups === undefined
      ? connectedQueries(positives, queries.rows, passages.rows)
      : numberGroups(groups);
  return {
    queries: normalizeRows(queries),
    passages: normalizeRows(passages),
    positives,
    negatives,
    groups: numbered,
    groupCount: numbered.reduce((count, group) => Math.max(count, group + 1), 0),
  };
}

function separateLabels(
  { query, passage, label }: PairColumns,
  queryRows: number,
  passageRows: number,
): { positives: IndexPairs; negatives: IndexPairs } {
  if (query.length !== passage.length || query.length !== label.length) {
    throw new RangeError(
      `pairs: columns differ in length, query ${query.length}, passage ${passage.length}, label ${label.length}`,
    );
  }
  const seen = new Map<number, number>();
  const kept: [number[], number[]] = [[], []];
  for (let i = 0; i < query.length; i++) {
    if (!(query[i] < queryRows)) {
      throw new RangeError(`pairs: pair ${i} names query ${query[i]} of ${queryRows}`);
    }
    if (!(passage[i] < passageRows)) {
      throw new RangeError(`pairs: pair ${i} names passage ${passage[i]} of ${passageRows}`);
    }
    if (label[i] !== 0 && label[i] !== 1) {
      throw new RangeError(`pairs: label of pair ${i} must be 0 or 1, received ${label[i]}`);
    }
    const key = query[i] * passageRows + passage[i];
    const known = seen.get(key);
    if (known === undefined) {
      seen.set(key, label[i]);
      kept[label[i]].push(i);
    } else if (known !== label[i]) {
      throw new RangeError(
        `pairs: query ${query[i]} with passage ${passage[i]} is labelled both 0 and 1`,
      );
    }
  }
  const pick = (rows: number[]): IndexPairs => ({
    query: Uint32Array.from(rows, (i) => query[i]),
    passage: Uint32Array.from(rows, (i) => passage[i]),
  });
  return { positives: pick(kept[1]), negatives: pick(kept[0]) };
}

function numberGroups(groups: ArrayLike<string | number>): Uint32Array {
  const numbers = new Map<string | number, number>();
  return Uint32Array.from({ length: groups.length }, (_, i) => {
    let number = numbers.get(groups[i]);
    if (number === undefined) numbers.set(groups[i], (number = numbers.size));
    return number;
  });
}

/** Queries that share a matching passage, directly or through others, get one number. */
function connectedQueries(
  { query, passage }: IndexPairs,
  queryRows: number,
  passageRows: number,
): Uint32Array {
  const sets = createUnionFind(queryRows + passageRows);
  for (let i = 0; i < query.length; i++) sets.join(query[i], queryRows + passage[i]);
  return numberGroups(Array.from({ length: queryRows }, (_, i) => sets.find(i)));
}
