import { checkNumber, refuse } from "../base/checks.js";
import { intern } from "../base/intern.js";
import { createUnionFind } from "../base/union-find.js";
import type { PairColumns } from "./types.js";
import { checkIsMatrix, checkMatrix, type Matrix } from "../math/matrix.js";
import { checkedUnitRows } from "../math/unit-rows.js";

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
  /** How well each passage answers, where that was said; > 0. */
  readonly grade?: Float64Array | undefined;
}

/** What of a set of pairs may be other than usual. */
interface PairsInUse {
  /** Whether there may be no pair with label 1. @default false */
  readonly unlabelled?: boolean;
  /** Whether passages stay as they are, for whoever scales them a block at a time. @default false */
  readonly keepPassages?: boolean;
}

/**
 * Checks training pairs and scales every vector to length 1. A pair that stands twice counts once.
 *
 * Refused are pairs that nothing can be learnt from: tables without or with different dimensions, a value that is not
 * finite, a vector of zeros, columns or groups of another length, an index outside its table, a label other than 0 and 1, a
 * pair labelled both 0 and 1, no pair with label 1.
 *
 * @param place What the messages begin with: the public function that was called, and the set where it takes several,
 *   e.g. `"trainMatrix: validation"`.
 * @throws RangeError `"fitRca: pairs.label[5] must be 0 or 1, received 2"`
 */
export function unitPairs(
  data: TrainingPairs,
  place: string,
  { unlabelled = false, keepPassages = false }: PairsInUse = {},
): Omit<PreparedPairs, "groups" | "groupCount"> {
  checkTables(data, place);
  const { pairs, groups } = data;
  const queries = checkedUnitRows(data.queries, `${place}: queries`);
  let { passages } = data;
  if (keepPassages) checkMatrix(passages, `${place}: passages`, { zeroRows: false });
  else passages = checkedUnitRows(passages, `${place}: passages`);
  const { rows } = passages;
  return {
    ...{ queries, passages },
    ...separatePairs(pairs, groups, queries.rows, rows, place, unlabelled),
  };
}

/** {@link unitPairs}, and who belongs together. */
export function preparePairs(
  data: TrainingPairs,
  place = "preparePairs",
  use: PairsInUse = {},
): PreparedPairs {
  const unit = unitPairs(data, place, use);
  const { queries, passages, positives } = unit;
  const numbered =
    data.groups === undefined
      ? connectedQueries(positives, queries.rows, passages.rows)
      : intern(data.groups).indices;
  return {
    ...unit,
    groups: numbered,
    groupCount: numbered.reduce((count, group) => Math.max(count, group + 1), 0),
  };
}

/** What can be told without a look at a vector or a pair. */
function checkTables({ queries, passages, pairs }: TrainingPairs, place: string): void {
  checkIsMatrix(queries, `${place}: queries`);
  checkIsMatrix(passages, `${place}: passages`);
  checkColumns(pairs, place);
  if (queries.cols === 0) refuse(`${place}: queries`, "of at least 1 dimension", 0);
  if (passages.cols !== queries.cols) {
    throw new RangeError(
      `${place}: passages must have as many dimensions as the queries, ${queries.cols}, received ${passages.cols}`,
    );
  }
}

/**
 * The pairs by their labels, each once, for whoever does not have all passages at hand.
 *
 * @throws RangeError as {@link unitPairs} does of pairs and groups.
 */
export function separatePairs(
  pairs: PairColumns,
  groups: TrainingPairs["groups"],
  queryRows: number,
  passageRows: number,
  place: string,
  unlabelled = false,
): { positives: IndexPairs; negatives: IndexPairs } {
  checkColumns(pairs, place);
  const { query, passage, label, grade } = pairs;
  if (query.length !== label.length || passage.length !== label.length) {
    throw new RangeError(
      `${place}: pairs.query, pairs.passage and pairs.label must have the same length, received ${query.length}, ${passage.length} and ${label.length}`,
    );
  }
  if (groups !== undefined && groups.length !== queryRows) {
    throw new RangeError(
      `${place}: groups must name one per query (${queryRows}), received ${groups.length}`,
    );
  }
  const labelOf = new Map<number, number>();
  const kept: [number[], number[]] = [[], []];
  for (let i = 0; i < label.length; i++) {
    checkRow(query[i], queryRows, i, place, "query");
    checkRow(passage[i], passageRows, i, place, "passage");
    if (label[i] !== 0 && label[i] !== 1) {
      refuse(`${place}: pairs.label[${i}]`, "0 or 1", label[i]);
    }
    if (grade !== undefined && label[i] === 1)
      checkNumber(grade[i], `${place}: pairs.grade[${i}]`, { above: 0 });
    const key = query[i] * passageRows + passage[i];
    const known = labelOf.get(key);
    if (known === undefined) {
      labelOf.set(key, label[i]);
      kept[label[i]].push(i);
    } else if (known !== label[i]) {
      throw new RangeError(
        `${place}: query ${query[i]} with passage ${passage[i]} must be labelled 0 or 1, received both`,
      );
    }
  }
  if (kept[1].length === 0 && !unlabelled) {
    const received = label.length === 0 ? "none" : `${label.length} with label 0 alone`;
    throw new RangeError(
      `${place}: pairs must hold at least one with label 1, received ${received}`,
    );
  }
  const pick = (rows: number[]): IndexPairs => ({
    query: Uint32Array.from(rows, (i) => query[i]),
    passage: Uint32Array.from(rows, (i) => passage[i]),
    ...(grade === undefined ? {} : { grade: Float64Array.from(rows, (i) => grade[i]) }),
  });
  return { positives: pick(kept[1]), negatives: pick(kept[0]) };
}

/** Whoever comes without types may give a list of pairs. */
function checkColumns(pairs: unknown, place: string): void {
  for (const name of ["query", "passage", "label"]) {
    const column = (pairs as Record<string, { length?: unknown } | undefined> | undefined)?.[name];
    if (typeof column?.length !== "number") {
      refuse(`${place}: pairs.${name}`, "a column with one number a pair", column);
    }
  }
}

function checkRow(
  row: number,
  rows: number,
  pair: number,
  place: string,
  side: "query" | "passage",
): void {
  if (!(Number.isInteger(row) && row >= 0 && row < rows)) {
    refuse(`${place}: pairs.${side}[${pair}]`, `an integer from 0 to ${rows - 1}`, row);
  }
}

/** Queries that share a matching passage, directly or through others, get one number. */
function connectedQueries(
  { query, passage }: IndexPairs,
  queryRows: number,
  passageRows: number,
): Uint32Array {
  const sets = createUnionFind(queryRows + passageRows);
  for (let i = 0; i < query.length; i++) sets.join(query[i], queryRows + passage[i]);
  return intern(Array.from({ length: queryRows }, (_, i) => sets.find(i))).indices;
}
