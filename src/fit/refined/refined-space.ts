import { createMatrix, fromRows, identityMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { subtractMatrices } from "../../math/elementwise.js";
import type { FeatureSide, SplitFeatures } from "./refinement.js";
import { columnsFrom } from "../matrix-layout.js";
import { basisOfRows } from "../spectral/spectral-basis.js";

/** Mapped rows of queries and passages. */
export interface FeatureRows {
  readonly query: Matrix;
  readonly passage: Matrix;
}

/** What of the features is refined, what is given up for other use, and the root mean square length of features per side. */
export interface FeatureSpace {
  /** d × k, orthonormal: the subspace that is refined. */
  readonly vectors: Matrix;
  /** d × s, orthonormal and orthogonal to `vectors`: what features hold there is dropped. */
  readonly spare: Matrix;
  readonly queryUnit: number;
  readonly passageUnit: number;
}

/**
 * The `rank` directions in which features are longest, as a sample of 2·rank rows shows them, and as spare ones the
 * `spareRank` in which they are shortest, at most about an eighth of all that the sample shows. Without spare ones, every
 * direction is refined where there are no more than `rank`.
 *
 * @param spareRank Even, and so is what comes.
 */
export function featureSpace(
  features: readonly FeatureRows[],
  d: number,
  { rank, spareRank }: { readonly rank: number; readonly spareRank: number },
): FeatureSpace {
  const units = {
    queryUnit: meanLength(features.map(({ query }) => query)),
    passageUnit: meanLength(features.map(({ passage }) => passage)),
  };
  const none = createMatrix(d, 0);
  if (features.length === 0) return { vectors: none, spare: none, ...units };
  if (d <= rank && spareRank === 0) {
    return { vectors: identityMatrix(d), spare: none, ...units };
  }
  const rows = features
    .flatMap(({ query, passage }) => [query, passage])
    .flatMap((matrix) => Array.from({ length: matrix.rows }, (_, i) => rowOf(matrix, i)));
  const stride = Math.ceil(rows.length / (2 * rank));
  const { vectors } = basisOfRows(fromRows(rows.filter((_, i) => i % stride === 0)));
  const spareCount = Math.min(spareRank, 2 * Math.floor(vectors.cols / 16));
  const kept = vectors.cols - spareCount;
  return {
    vectors: columnsFrom(vectors, 0, Math.min(rank, kept)),
    spare: columnsFrom(vectors, kept, spareCount),
    ...units,
  };
}

/** Root mean square length of all rows; 1 where there is none that is not zero. */
function meanLength(matrices: readonly Matrix[]): number {
  let square = 0;
  let count = 0;
  for (const { rows, data } of matrices) {
    count += rows;
    for (const value of data) square += value * value;
  }
  return square > 0 ? Math.sqrt(square / count) : 1;
}

/** Features as a refinement of the subspace takes them, in units of their length. */
export function splitFeatures(
  rows: FeatureRows,
  { vectors, spare, queryUnit, passageUnit }: FeatureSpace,
): SplitFeatures {
  const query = without(rows.query, spare);
  const passage = without(rows.passage, spare);
  const complete = vectors.cols + spare.cols === vectors.rows;
  const q = featureSide(query, vectors, queryUnit, complete);
  const p = featureSide(passage, vectors, passageUnit, complete);
  if (complete) {
    const outside = createMatrix(query.rows, passage.rows);
    return { query: q, passage: p, outside };
  }
  const outside = multiply(query, passage, { transposeB: true });
  const inside = multiply(q.inside, p.inside, { transposeB: true });
  for (let i = 0; i < outside.data.length; i++) {
    outside.data[i] = outside.data[i] / queryUnit / passageUnit - inside.data[i];
  }
  return { query: q, passage: p, outside };
}

/** Rows less what they hold in the given orthonormal directions. */
function without(rows: Matrix, directions: Matrix): Matrix {
  if (directions.cols === 0) return rows;
  const held = multiply(rows, directions);
  return subtractMatrices(rows, multiply(held, directions, { transposeB: true }));
}

function featureSide(rows: Matrix, vectors: Matrix, unit: number, complete: boolean): FeatureSide {
  const inside = multiply(rows, vectors);
  for (let i = 0; i < inside.data.length; i++) inside.data[i] /= unit;
  const outsideSquares = Float64Array.from({ length: rows.rows }, (_, i) => {
    if (complete) return 0;
    let square = 0;
    for (let j = i * rows.cols; j < (i + 1) * rows.cols; j++) square += (rows.data[j] / unit) ** 2;
    for (let j = i * inside.cols; j < (i + 1) * inside.cols; j++) square -= inside.data[j] ** 2;
    return Math.max(0, square);
  });
  return { inside, outsideSquares };
}
