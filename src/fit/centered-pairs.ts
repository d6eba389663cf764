import { subtractFromRows } from "../math/elementwise.js";
import { gatherRows, type Matrix } from "../math/matrix.js";
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
    queries: subtractFromRows(q, queryCenter),
    passages: subtractFromRows(p, passageCenter),
    queryCenter,
    passageCenter,
  };
}
