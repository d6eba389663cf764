import { rowOf, type Matrix } from "./matrix.js";

/** Rounding, of a text that was embedded in another batch or scaled before, moves values of unit rows by less than this. */
const most = 2e-6;

/**
 * For every row of length 1 the number of the first row that is the same but for rounding: no value differs by more than
 * 2e-6. Rows are compared with the first of their kind, never with one another in a chain.
 */
export function alikeRows(matrix: Matrix): Uint32Array {
  const { rows, cols } = matrix;
  // Alike rows lie side by side on any line; where they may be is then a short stretch of it.
  const weights = Float64Array.from({ length: cols }, (_, j) => Math.cos(1.7 * (j + 1) ** 2));
  const place = Float64Array.from({ length: rows }, (_, i) => {
    const row = rowOf(matrix, i);
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += weights[j] * row[j];
    return sum;
  });
  const reach = most * weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const order = Uint32Array.from(place.keys()).sort((a, b) => place[a] - place[b] || a - b);
  const kinds: { readonly row: number; first: number }[] = [];
  const kindOf = new Uint32Array(rows);
  let from = 0;
  for (const i of order) {
    while (from < kinds.length && place[i] - place[kinds[from].row] > reach) from++;
    let kind = from;
    while (kind < kinds.length && !alike(rowOf(matrix, i), rowOf(matrix, kinds[kind].row))) kind++;
    if (kind === kinds.length) kinds.push({ row: i, first: i });
    else kinds[kind].first = Math.min(kinds[kind].first, i);
    kindOf[i] = kind;
  }
  return kindOf.map((kind) => kinds[kind].first);
}

function alike(a: Float32Array, b: Float32Array): boolean {
  for (let j = 0; j < a.length; j++) if (!(Math.abs(a[j] - b[j]) <= most)) return false;
  return true;
}
