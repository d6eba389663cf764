import { fromRows, rowOf, type Matrix } from "../../math/matrix.js";
import { columnMeans } from "../../math/vectors.js";
import { subtractFromRows } from "../../math/elementwise.js";
import type { FeatureSide } from "./refinement.js";
import { firstColumns, scaleColumns } from "../matrix-layout.js";
import { basisOfRows } from "../spectral/spectral-basis.js";

/**
 * What the cosine should count as the length of one side's features, beside their own length: how widely their scores
 * spread over the other side, √(weight · xᵀΣx / λ₁) for the covariance Σ of the other side's unit features, λ₁ its largest
 * eigenvalue. A query whose scores are all over the place, and a passage near to many queries (a hub), thus score lower.
 * Only the `count` widest directions of Σ are taken.
 *
 * Source of the idea: zero normalisation of scores in speaker verification, Auckenthaler, Carey, Lloyd-Thomas, "Score
 * normalization for text-independent speaker verification systems", 2000; taken into the length, a linear map can do it.
 *
 * @param others The other side's features, of one k.
 * @returns k × at most `count`: the square of x · spread is what x counts beside.
 */
export function scoreSpread(
  others: readonly FeatureSide[],
  { weight, count }: { readonly weight: number; readonly count: number },
): Matrix {
  const rows = fromRows(others.flatMap(unitRows));
  const { values, vectors } = basisOfRows(
    subtractFromRows(rows, Float32Array.from(columnMeans(rows))),
  );
  return scaleColumns(
    firstColumns(vectors, Math.min(count, vectors.cols)),
    values.map((value) => Math.sqrt((weight * value) / values[0])),
  );
}

/** What lies inside the subspace of features scaled to length 1 as a whole. */
function unitRows({ inside, outsideSquares }: FeatureSide): Float32Array[] {
  return Array.from(outsideSquares, (outside, i) => {
    const row = rowOf(inside, i);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, outside));
    return length > 0 ? row.map((value) => value / length) : row;
  });
}
