import { rowOf, type Matrix } from "./matrix.js";
import { lengthOfRow } from "./vectors.js";

/** Rounding, of a text that was embedded in another batch or scaled before, moves values of unit rows by less than this. */
const most = 2e-6;

/**
 * For every row of length 1 the number of the first row that is the same but for rounding: no value differs by more than
 * 2e-6. Rows are compared with the first of their kind, never with one another in a chain.
 *
 * @param options.unit Whether rows have length 1; else each is brought to it when it is looked at, and no copy of all is made. @default true
 */
export function alikeRows(matrix: Matrix, { unit = true } = {}): Uint32Array {
  const { rows, cols } = matrix;
  const { placeOf, reach } = createLine(cols);
  const length = new Float64Array(rows).fill(1);
  for (let i = 0; i < rows && !unit; i++) length[i] = lengthOfRow(matrix, i) || 1;
  const place = Float64Array.from({ length: rows }, (_, i) => placeOf(rowOf(matrix, i), length[i]));
  const order = Uint32Array.from(place.keys()).sort((a, b) => place[a] - place[b] || a - b);
  const kinds: { readonly row: number; first: number }[] = [];
  const kindOf = new Uint32Array(rows);
  let from = 0;
  for (const i of order) {
    while (from < kinds.length && place[i] - place[kinds[from].row] > reach) from++;
    let kind = from;
    const row = rowOf(matrix, i);
    const isOther = (other: number): boolean =>
      !alike(row, rowOf(matrix, other), length[i], length[other]);
    while (kind < kinds.length && isOther(kinds[kind].row)) kind++;
    if (kind === kinds.length) kinds.push({ row: i, first: i });
    else kinds[kind].first = Math.min(kinds[kind].first, i);
    kindOf[i] = kind;
  }
  return kindOf.map((kind) => kinds[kind].first);
}

/**
 * Finds among some rows of length 1 the one that another row is but for rounding, as {@link alikeRows} tells them: for rows that
 * come by and are not kept.
 *
 * @param rows No two of them alike.
 * @returns The number of the row, -1 where there is none.
 */
export function createAlikeFinder(rows: Matrix): (row: Float32Array) => number {
  const { placeOf, reach } = createLine(rows.cols);
  const own = Float64Array.from({ length: rows.rows }, (_, i) => placeOf(rowOf(rows, i)));
  const order = Uint32Array.from(own.keys()).sort((a, b) => own[a] - own[b]);
  const sorted = Float64Array.from(order, (i) => own[i]);
  return (row) => {
    const place = placeOf(row);
    for (let at = firstAtLeast(sorted, place - reach); at < sorted.length; at++) {
      if (sorted[at] > place + reach) break;
      if (alike(row, rowOf(rows, order[at]))) return order[at];
    }
    return -1;
  };
}

/** Alike rows lie side by side on any line; where they may be is then a short stretch of it. */
function createLine(cols: number): {
  /** @param length What its values are divided by. */
  placeOf(row: Float32Array, length?: number): number;
  readonly reach: number;
} {
  const weights = Float64Array.from({ length: cols }, (_, j) => Math.cos(1.7 * (j + 1) ** 2));
  return {
    placeOf(row, length = 1) {
      let sum = 0;
      for (let j = 0; j < cols; j++) sum += weights[j] * Math.fround(row[j] / length);
      return sum;
    },
    reach: most * weights.reduce((sum, weight) => sum + Math.abs(weight), 0),
  };
}

/** Position of the first value that is no less, in ascending ones. */
function firstAtLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether two rows are alike when their values are divided by their lengths. */
function alike(a: Float32Array, b: Float32Array, lengthA = 1, lengthB = 1): boolean {
  for (let j = 0; j < a.length; j++) {
    const difference = Math.fround(a[j] / lengthA) - Math.fround(b[j] / lengthB);
    if (!(Math.abs(difference) <= most)) return false;
  }
  return true;
}
