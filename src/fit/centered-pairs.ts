import { createMatrix, gatherRows, type Matrix } from "../math/matrix.js";
import { columnMeans } from "../math/vectors.js";
import type { IndexPairs, PreparedPairs } from "../data/training-pairs.js";

/** Matching pairs, one per row, each side minus its own mean. */
export interface CenteredPairs {
  readonly queries: Matrix;
  readonly passages: Matrix;
  readonly queryCenter: Float32Array;
  readonly passageCenter: Float32Array;
}

/** Lays matching pairs out as two matrices, row i of one belonging with row i of the other. */
export function centerPairs(
  { queries, passages }: Pick<PreparedPairs, "queries" | "passages">,
  { query, passage }: IndexPairs,
): CenteredPairs {
  const q = gatherRows(queries, query);
  const p = gatherRows(passages, passage);
  const queryCenter = Float32Array.from(columnMeans(q));
  const passageCenter = Float32Array.from(columnMeans(p));
  return {
    queries: minusCenter(q, queryCenter),
    passages: minusCenter(p, passageCenter),
    queryCenter,
    passageCenter,
  };
}

/** Every row minus `center`, as a new matrix. */
export function minusCenter({ rows, cols, data }: Matrix, center: Float32Array): Matrix {
  const result = createMatrix(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) result.data[at] = data[at] - center[j];
  }
  return result;
}

/** a - b. */
export function subtract(a: Matrix, b: Matrix): Matrix {
  return createMatrix(
    a.rows,
    a.cols,
    a.data.map((value, i) => value - b.data[i]),
  );
}

/** a + b. */
export function add(a: Matrix, b: Matrix): Matrix {
  return createMatrix(
    a.rows,
    a.cols,
    a.data.map((value, i) => value + b.data[i]),
  );
}
