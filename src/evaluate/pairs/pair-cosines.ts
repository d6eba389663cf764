import type { PairColumns } from "../../data/types.js";
import type { Matrix } from "../../math/matrix.js";
import { checkSameLength } from "../checks.js";

/**
 * The cosine of every pair, in 64-bit sums: entry `i` compares query row `pairs.query[i]` with passage row
 * `pairs.passage[i]`. Each row's length is computed once, however many pairs it stands in.
 *
 * @returns Values in [-1, 1], one per pair.
 * @throws RangeError when dimensions differ, an index is outside its matrix, or a row that is used holds NaN, an
 * infinity or only zeros.
 */
export function pairCosines(
  queries: Matrix,
  passages: Matrix,
  pairs: Pick<PairColumns, "query" | "passage">,
): Float64Array {
  if (queries.cols !== passages.cols) {
    throw new RangeError(
      `pairCosines: queries have ${queries.cols} dimensions, passages ${passages.cols}`,
    );
  }
  checkSameLength(pairs.query, "pairs.query", pairs.passage, "pairs.passage");
  const queryLength = lengthsOnDemand(queries, "queries");
  const passageLength = lengthsOnDemand(passages, "passages");
  const { cols } = queries;
  const result = new Float64Array(pairs.query.length);
  for (let i = 0; i < result.length; i++) {
    const scale = queryLength(pairs.query[i], i) * passageLength(pairs.passage[i], i);
    const a = pairs.query[i] * cols;
    const b = pairs.passage[i] * cols;
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += queries.data[a + j] * passages.data[b + j];
    result[i] = Math.min(1, Math.max(-1, sum / scale));
  }
  return result;
}

function lengthsOnDemand(matrix: Matrix, name: string): (row: number, pair: number) => number {
  const { rows, cols, data } = matrix;
  const lengths = new Float64Array(rows);
  return (row, pair) => {
    if (row >= rows) {
      throw new RangeError(`pair ${pair}: ${name} has ${rows} rows, received index ${row}`);
    }
    if (lengths[row] > 0) return lengths[row];
    let sum = 0;
    for (let j = row * cols; j < (row + 1) * cols; j++) sum += data[j] * data[j];
    if (!Number.isFinite(sum)) {
      throw new RangeError(`${name}: row ${row} holds a value that is not finite`);
    }
    if (sum === 0) {
      throw new RangeError(`${name}: row ${row} is all zeros and has no direction to compare`);
    }
    lengths[row] = Math.sqrt(sum);
    return lengths[row];
  };
}
