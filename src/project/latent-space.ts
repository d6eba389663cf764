import { checkInteger } from "../base/checks.js";
import type { PairColumns } from "../data/types.js";
import { checkMatrix, createMatrix, gatherRows, type Matrix } from "../math/matrix.js";
import { createRandom } from "../base/random.js";
import { normalizeRows } from "../math/vectors.js";
import { alignPoints } from "./align.js";
import { applyPca, fitPca } from "./pca.js";

/** A reduction to a few dimensions. */
export interface Projected {
  /** What it is called under a plot, e.g. `"PCA"`. */
  readonly method: string;
  /** n × `dimensions`. */
  readonly coordinates: Matrix;
  /** Share of the variance each axis shows, where the method knows it. */
  readonly explainedVarianceRatio?: Float64Array | undefined;
}

/** Reduces the rows of a matrix to `dimensions` columns; {@link projectPca}, {@link tsneProjection}, or UMAP from `embedtune/umap`. */
export type Projection = (
  vectors: Matrix,
  options: {
    readonly dimensions: 2 | 3;
    readonly seed: string | number;
    /** Where an earlier view of the same points has them, to begin from if the method begins anywhere. */
    readonly start?: Matrix | undefined;
  },
) => Projected;

/** Principal components as a {@link Projection}. */
export const projectPca: Projection = (vectors, { dimensions }) => {
  const pca = fitPca(vectors, { components: dimensions });
  return {
    method: "PCA",
    coordinates: applyPca(pca, vectors),
    explainedVarianceRatio: pca.explainedVarianceRatio,
  };
};

export interface LatentSpaceOptions {
  /** @default 2 */
  readonly dimensions?: 2 | 3 | undefined;
  /** At most this many points: matching pairs are drawn at random until their points reach it. @default 400 */
  readonly maxPoints?: number | undefined;
  /** The same seed and the same pairs draw the same points, so that a before and an after show the same. @default 1 */
  readonly seed?: string | number | undefined;
  /** Scale each vector to length 1 first, as cosine does. @default true */
  readonly normalize?: boolean | undefined;
  /** @default projectPca */
  readonly projection?: Projection | undefined;
  /**
   * Rotate (and mirror) the coordinates so that the points lie as near as they can to those of this earlier view of the
   * same points, distances between points kept ({@link alignPoints}). @default none
   */
  readonly alignTo?: LatentSpace | undefined;
}

/** Queries and passages as points, each query joined to its right passages. */
export interface LatentSpace extends Projected {
  readonly dimensions: 2 | 3;
  /** The points: first the queries, then the passages. Row `i` of `coordinates` is `points[i]`. */
  readonly points: readonly LatentSpacePoint[];
  /** Indices into `points`: a query and a passage that matches it. */
  readonly links: readonly (readonly [query: number, passage: number])[];
}

export interface LatentSpacePoint {
  readonly side: "query" | "passage";
  /** Row of the queries or of the passages that were given. */
  readonly row: number;
}

/**
 * A view of queries and passages in 2 or 3 dimensions, with a line between each query and its right passages: the points
 * of matching pairs (label 1), all of them or a seeded sample, reduced together so that distances between the two sides
 * can be seen.
 *
 * @throws RangeError when no pair matches, when a value is not finite, when a vector that is to be scaled is all zeros, or
 *   when queries and passages differ in dimensions.
 */
export function latentSpace(
  queries: Matrix,
  passages: Matrix,
  pairs: PairColumns,
  {
    dimensions = 2,
    maxPoints = 400,
    seed = 1,
    normalize = true,
    projection = projectPca,
    alignTo,
  }: LatentSpaceOptions = {},
): LatentSpace {
  if (queries.cols !== passages.cols) {
    throw new RangeError(
      `latentSpace: queries and passages must have the same number of dimensions, received ${queries.cols} and ${passages.cols}`,
    );
  }
  checkInteger(maxPoints, "latentSpace: maxPoints", { least: 2 });
  const { points, links } = drawPoints(pairs, maxPoints, seed);
  const rowsOf = (side: LatentSpacePoint["side"]): number[] =>
    points.filter((point) => point.side === side).map((point) => point.row);
  const chosenQueries = gatherRows(queries, rowsOf("query"));
  const chosenPassages = gatherRows(passages, rowsOf("passage"));
  if (alignTo !== undefined) checkSamePoints(points, dimensions, alignTo);
  checkMatrix(chosenQueries, "latentSpace: drawn queries", { zeroRows: !normalize });
  checkMatrix(chosenPassages, "latentSpace: drawn passages", { zeroRows: !normalize });
  const together = stack(chosenQueries, chosenPassages);
  const projected = projection(normalize ? normalizeRows(together) : together, {
    dimensions,
    seed,
    start: alignTo?.coordinates,
  });
  const { coordinates } = projected;
  if (coordinates.rows !== points.length || coordinates.cols !== dimensions) {
    throw new RangeError(
      `latentSpace: projection must return ${points.length} × ${dimensions} values, ` +
        `received ${coordinates.rows} × ${coordinates.cols}`,
    );
  }
  const view: LatentSpace = { ...projected, dimensions, points, links };
  if (alignTo === undefined) return view;
  return { ...view, coordinates: alignPoints(coordinates, alignTo.coordinates) };
}

/** The points of randomly drawn matching pairs, ordered by side and row, with the lines between them. */
function drawPoints(
  pairs: PairColumns,
  maxPoints: number,
  seed: string | number,
): Pick<LatentSpace, "points" | "links"> {
  const matching: number[] = [];
  for (const [i, label] of pairs.label.entries()) if (label === 1) matching.push(i);
  if (matching.length === 0) {
    throw new RangeError(
      `latentSpace: pairs must hold at least one of label 1, received ${pairs.label.length} without`,
    );
  }
  createRandom(`${seed}/latent-space`).shuffle(matching);
  const queryRows = new Set<number>();
  const passageRows = new Set<number>();
  for (const i of matching) {
    const size = queryRows.size + passageRows.size;
    const more =
      Number(!queryRows.has(pairs.query[i])) + Number(!passageRows.has(pairs.passage[i]));
    if (size + more > maxPoints) continue;
    queryRows.add(pairs.query[i]);
    passageRows.add(pairs.passage[i]);
  }
  const sorted = (rows: Set<number>): number[] => [...rows].sort((a, b) => a - b);
  const points: LatentSpacePoint[] = [
    ...sorted(queryRows).map((row) => ({ side: "query" as const, row })),
    ...sorted(passageRows).map((row) => ({ side: "passage" as const, row })),
  ];
  const indexOf = new Map(points.map(({ side, row }, i) => [`${side}/${row}`, i]));
  const links = new Map<string, readonly [number, number]>();
  for (const i of matching.sort((a, b) => a - b)) {
    const query = indexOf.get(`query/${pairs.query[i]}`);
    const passage = indexOf.get(`passage/${pairs.passage[i]}`);
    if (query !== undefined && passage !== undefined) {
      links.set(`${query}/${passage}`, [query, passage]);
    }
  }
  return { points, links: [...links.values()] };
}

function checkSamePoints(
  points: readonly LatentSpacePoint[],
  dimensions: number,
  earlier: LatentSpace,
): void {
  const same =
    dimensions === earlier.dimensions &&
    points.length === earlier.points.length &&
    points.every(({ side, row }, i) => {
      return side === earlier.points[i].side && row === earlier.points[i].row;
    });
  if (!same) {
    throw new RangeError(
      "latentSpace: alignTo must show the same points (the same pairs, seed, dimensions and maxPoints), received others",
    );
  }
}

function stack(a: Matrix, b: Matrix): Matrix {
  const result = createMatrix(a.rows + b.rows, a.cols);
  result.data.set(a.data);
  result.data.set(b.data, a.data.length);
  return result;
}
