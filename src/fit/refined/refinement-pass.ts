import { createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import type { FeatureSide, Refinement, SideRefinement, SplitFeatures } from "./refinement.js";

/** What the backward pass needs of the forward pass. */
export interface RefinementPass {
  readonly cosines: Matrix;
  readonly query: MovedSide;
  readonly passage: MovedSide;
}

interface MovedSide {
  /** Rows × k, after the shift. */
  readonly shifted: Matrix;
  /** Rows × k, after the map too. */
  readonly moved: Matrix;
  /** Rows × m, what counts for the length alone. */
  readonly beside: Matrix;
  /** Whole lengths. */
  readonly lengths: Float64Array;
}

/** Moves features and takes their cosines; 0 where the map leaves nothing. */
export function forward(
  { query, passage, outside }: SplitFeatures,
  refinement: Refinement,
): RefinementPass {
  const q = move(query, refinement.query);
  const p = move(passage, refinement.passage);
  const cosines = multiply(q.moved, p.moved, { transposeB: true });
  for (let i = 0, at = 0; i < cosines.rows; i++) {
    for (let j = 0; j < cosines.cols; j++, at++) {
      const length = q.lengths[i] * p.lengths[j];
      cosines.data[at] = length > 0 ? (cosines.data[at] + outside.data[at]) / length : 0;
    }
  }
  return { cosines, query: q, passage: p };
}

function move(
  { inside, outsideSquares }: FeatureSide,
  { map, shift, spread }: SideRefinement,
): MovedSide {
  const { rows, cols } = inside;
  const shifted = createMatrix(rows, cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) shifted.data[at] = inside.data[at] + shift[j];
  }
  const moved = multiply(shifted, map);
  for (let at = 0; at < moved.data.length; at++) moved.data[at] += shifted.data[at];
  const beside = multiply(moved, spread);
  const lengths = Float64Array.from(outsideSquares, (square, i) => {
    let total = square;
    for (let at = i * cols; at < (i + 1) * cols; at++) total += moved.data[at] ** 2;
    for (let at = i * spread.cols; at < (i + 1) * spread.cols; at++) total += beside.data[at] ** 2;
    return Math.sqrt(total);
  });
  return { shifted, moved, beside, lengths };
}

/** Cosines of queries (rows) and passages (columns) under a refinement; 0 where the map leaves nothing. */
export function refinedCosines(features: SplitFeatures, refinement: Refinement): Matrix {
  return forward(features, refinement).cosines;
}

/** Adds a part's share to the gradient, from the slopes by its cosines. */
export function backward(
  refinement: Refinement,
  { cosines, query, passage }: RefinementPass,
  slopes: Matrix,
  gradient: Refinement,
): void {
  const { rows, cols } = cosines;
  const scaled = createMatrix(rows, cols);
  const byQuery = new Float64Array(rows);
  const byPassage = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) {
      const length = query.lengths[i] * passage.lengths[j];
      if (length > 0) scaled.data[at] = slopes.data[at] / length;
      const along = slopes.data[at] * cosines.data[at];
      byQuery[i] += along;
      byPassage[j] += along;
    }
  }
  backwardSide(multiply(scaled, passage.moved), query, byQuery, refinement.query, gradient.query);
  backwardSide(
    multiply(scaled, query.moved, { transposeA: true }),
    passage,
    byPassage,
    refinement.passage,
    gradient.passage,
  );
}

/** @param slope Rows × k: by the moved rows, not yet without what only changes their length; overwritten. */
function backwardSide(
  slope: Matrix,
  { shifted, moved, beside, lengths }: MovedSide,
  along: Float64Array,
  { map, spread }: SideRefinement,
  gradient: SideRefinement,
): void {
  const { rows, cols } = slope;
  const besideByMoved = multiply(beside, spread, { transposeB: true });
  for (let i = 0, at = 0; i < rows; i++) {
    const factor = lengths[i] > 0 ? along[i] / lengths[i] ** 2 : 0;
    for (let j = 0; j < cols; j++, at++) {
      slope.data[at] -= factor * (moved.data[at] + besideByMoved.data[at]);
    }
  }
  const byMap = multiply(shifted, slope, { transposeA: true });
  for (let i = 0; i < byMap.data.length; i++) gradient.map.data[i] += byMap.data[i];
  const total = createMatrix(1, cols);
  const sums = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) sums[j] += slope.data[at];
  }
  total.data.set(sums);
  const throughMap = multiply(total, map, { transposeB: true });
  for (let j = 0; j < cols; j++) gradient.shift[j] += sums[j] + throughMap.data[j];
}
