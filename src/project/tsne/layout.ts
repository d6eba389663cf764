import { checkInteger, checkNumber } from "../../base/checks.js";
import type { Progress } from "../../base/progress.js";
import { createRandom } from "../../base/random.js";
import { checkMatrix, createMatrix, shapeOf, type Matrix } from "../../math/matrix.js";
import { applyPca, fitPca } from "../pca.js";
import { jointAffinities } from "./affinities.js";
import { descend } from "./descent.js";
import { nearestRows } from "./nearest-rows.js";
import { perplexityFor } from "./perplexity.js";
import { createAxes, type Axes } from "./space-tree.js";

/** What shapes the picture, whoever asks for it. */
export interface TsneSettings {
  /**
   * About how many neighbours a point holds on to: few show fine structure, many the whole. From 1 to n - 1.
   *
   * @default 30; of fewer than 91 rows (n - 1) / 3, but at least 1, so that neighbours stay a part of the whole
   */
  readonly perplexity?: number | undefined;
  /**
   * Points are taken together where they look no wider than this from afar: 0 (none are: n² steps) to 1 (fast, rough).
   *
   * @default 0.5
   */
  readonly theta?: number | undefined;
  /** Steps of the descent. Attraction is exaggerated in the first quarter of them, at most 250. @default 1000 */
  readonly iterations?: number | undefined;
  /**
   * By how much attraction is exaggerated at first, so that clusters form before they find their place.
   *
   * @default 12; from a given start 1, as exaggeration would undo its layout
   */
  readonly earlyExaggeration?: number | undefined;
  /** @default n / earlyExaggeration / 4, or n / 48 from a given start; at least 50 (Belkina et al. 2019; as scikit-learn) */
  readonly learningRate?: number | undefined;
}

export interface Tsne {
  /** n × `dimensions`, the mean at the origin. */
  readonly points: Matrix;
  /**
   * The Kullback–Leibler divergence that was minimised, in nats: over neighbours, and with the tree's sums. `klDivergence`
   * gives that of all pairs.
   */
  readonly divergence: number;
}

const EXAGGERATION = 12;
/** Standard deviation of the points at the start, along the axis where it is greatest. */
const START_DEVIATION = 1e-4;
/** Of the jitter, beside it. */
const JITTER = 0.01;

/**
 * The work of `tsne`, in steps: yields what is done between them.
 *
 * @param caller What the refusals name.
 */
export function* layout(
  vectors: Matrix,
  {
    dimensions,
    seed,
    start,
    perplexity: given,
    theta = 0.5,
    iterations = 1000,
    earlyExaggeration,
    learningRate,
  }: TsneSettings & {
    readonly dimensions: 2 | 3;
    readonly seed: string | number;
    readonly start?: Matrix | undefined;
  },
  caller: string,
): Generator<Progress, Tsne> {
  checkMatrix(vectors, `${caller}: vectors`);
  checkInteger(vectors.rows, `${caller}: rows`, { least: 3 });
  checkRowsDiffer(vectors, caller);
  checkInteger(dimensions, `${caller}: dimensions`, { least: 2, most: 3 });
  const perplexity = perplexityFor(vectors.rows, given, caller);
  checkNumber(theta, `${caller}: theta`, { least: 0, most: 1 });
  checkInteger(iterations, `${caller}: iterations`, { least: 1 });
  const exaggeration = earlyExaggeration ?? (start === undefined ? EXAGGERATION : 1);
  checkNumber(exaggeration, `${caller}: earlyExaggeration`, { least: 1 });
  const rate = learningRate ?? Math.max(vectors.rows / (earlyExaggeration ?? EXAGGERATION) / 4, 50);
  checkNumber(rate, `${caller}: learningRate`, { above: 0 });
  if (start !== undefined) checkStart(start, vectors.rows, dimensions, caller);
  const neighbors = Math.min(vectors.rows - 1, Math.floor(3 * perplexity + 1));
  const nearest = yield* nearestRows(vectors, neighbors);
  const affinities = jointAffinities(nearest, perplexity, vectors.rows);
  const points = startingPoints(start ?? principalComponents(vectors, dimensions), seed);
  const options = { theta, iterations, earlyExaggeration: exaggeration, learningRate: rate };
  const divergence = yield* descend(affinities, points, options, caller);
  return { points: toMatrix(points, dimensions), divergence };
}

function checkRowsDiffer({ rows, cols, data }: Matrix, caller: string): void {
  if (data.every((value, at) => value === data[at % cols])) {
    throw new RangeError(`${caller}: vectors must differ, received ${rows} equal rows`);
  }
}

function checkStart(start: Matrix, rows: number, dimensions: number, caller: string): void {
  checkMatrix(start, `${caller}: start`);
  if (start.rows !== rows || start.cols !== dimensions) {
    throw new RangeError(
      `${caller}: start must be ${rows} × ${dimensions}, received ${shapeOf(start)}`,
    );
  }
}

/** As many components as there are, the rest zeros. */
function principalComponents(vectors: Matrix, dimensions: number): Matrix {
  const { rows, cols } = vectors;
  if (cols >= dimensions) return applyPca(fitPca(vectors, { components: dimensions }), vectors);
  const few = applyPca(fitPca(vectors, { components: cols }), vectors);
  const result = createMatrix(rows, dimensions);
  for (let i = 0; i < rows; i++) {
    result.data.set(few.data.subarray(i * cols, (i + 1) * cols), i * dimensions);
  }
  return result;
}

/** The layout moved to the origin, scaled to begin with, and with a jitter, so that none starts where another does. */
function startingPoints({ rows, cols, data }: Matrix, seed: string | number): Axes {
  const points = createAxes(rows);
  for (let axis = 0; axis < cols; axis++) {
    for (let i = 0; i < rows; i++) points[axis][i] = data[i * cols + axis];
    center(points[axis]);
  }
  const variances = points.map((axis) => axis.reduce((sum, value) => sum + value ** 2, 0) / rows);
  const deviation = Math.sqrt(Math.max(...variances));
  const scale = deviation > 0 ? START_DEVIATION / deviation : 0;
  const random = createRandom(`${seed}/tsne`);
  for (let i = 0; i < rows; i++) {
    for (let axis = 0; axis < cols; axis++) {
      const jitter = JITTER * START_DEVIATION * random.normal();
      points[axis][i] = points[axis][i] * scale + jitter;
    }
  }
  return points;
}

function toMatrix(points: Axes, dimensions: number): Matrix {
  const result = createMatrix(points[0].length, dimensions);
  for (let axis = 0; axis < dimensions; axis++) {
    center(points[axis]);
    for (let i = 0; i < result.rows; i++) result.data[i * dimensions + axis] = points[axis][i];
  }
  return result;
}

function center(values: Float64Array): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  for (let i = 0; i < values.length; i++) values[i] -= mean;
}
