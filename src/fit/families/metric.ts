import { addMatrices, subtractFromRows } from "../../math/elementwise.js";
import { createMatrix, rowRange, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { scaleColumns, stackRows } from "../matrix-layout.js";
import { projectCentered, spectralLengths, squaredLengths } from "../spectral/spectral-lengths.js";
import type { Sides } from "./family.js";
import { once } from "./remember.js";
import { rcaExponents, rcaScales, rcaSides, type CenteredBasis } from "./rca-family.js";

/** One map W = (S + λI)^-a of the grid that an eigenbasis of S serves. */
export interface MetricPoint {
  /** In units of the mean eigenvalue of S. */
  readonly lambda: number;
  /** The exponent a. */
  readonly power: number;
  /** "both" maps each side by W; "query" folds W² into the queries, and passages stay as they are. */
  readonly side: "both" | "query";
}

const exponentsOf = {
  both: rcaExponents.rca,
  query: rcaExponents["query-rca"],
} as const;

/** The maps at a point. */
export function metricSides(metric: CenteredBasis, { side, ...point }: MetricPoint): Sides {
  return rcaSides(metric, { ...point, blend: 0 }, exponentsOf[side]);
}

/** Products with the corpus are made of so many values at once (128 MB), and kept for the other side. */
const keptValues = 2 ** 25;

/**
 * Cosines at any point and on either side. What is multiplied with the corpus are the queries under the metric W², which
 * both sides share: with W on each side the centre of the passages only takes a constant from a query's products, and
 * their lengths under W come from one projection on the basis.
 *
 * @param queries Unit rows, n × d.
 * @param passages Unit rows, m × d.
 * @param points Those that will be asked for: known ahead, they are multiplied together.
 * @returns n × m.
 */
export function metricScorer(
  { basis, queryCenter, passageCenter }: CenteredBasis,
  queries: Matrix,
  passages: Matrix,
  points: readonly MetricPoint[] = [],
): (point: MetricPoint) => Matrix {
  const { vectors } = basis;
  const complete = vectors.cols === vectors.rows;
  const centered = subtractFromRows(queries, queryCenter);
  const asked = { inBasis: multiply(centered, vectors), squares: squaredLengths(centered) };
  const queryLengths = spectralLengths(asked, complete);
  const passageLengths = once(() =>
    spectralLengths(projectCentered(passages, passageCenter, vectors), complete),
  );
  const untouchedLengths = once(() => squaredLengths(passages).map(Math.sqrt));
  const squaresAt = (point: Shape): Float64Array =>
    rcaScales(basis, { lambda: point.lambda, power: point.power, blend: 0 }).map((s) => s * s);

  const known = new Map<string, Products>();
  const productsAt = (point: Shape): Products => {
    const found = known.get(keyOf(point));
    if (found !== undefined) return found;
    known.clear();
    const room = Math.max(1, Math.floor(keptValues / (queries.rows * passages.rows)));
    const next = points.slice(points.findIndex((other) => keyOf(other) === keyOf(point)) + 1);
    const together = new Map([point, ...next].map((other) => [keyOf(other), other]));
    const batch = [...together].slice(0, room);
    const mapped = batch.map(([, other]) =>
      underMetric(centered, asked.inBasis, vectors, squaresAt(other)),
    );
    const corpus = multiply(mapped.reduce(stackRows), passages, { transposeB: true });
    for (const [i, [key]] of batch.entries()) {
      known.set(key, {
        corpus: rowRange(corpus, i * queries.rows, (i + 1) * queries.rows),
        center: rowProducts(mapped[i], passageCenter),
      });
    }
    return known.get(keyOf(point))!;
  };

  return (point) => {
    const squares = squaresAt(point);
    const { corpus, center } = productsAt(point);
    const both = point.side === "both";
    const byQuery = queryLengths(both ? squares : squares.map((s) => s * s)).map(inverse);
    const byPassage = (both ? passageLengths()(squares) : untouchedLengths()).map(inverse);
    const scores = createMatrix(corpus.rows, corpus.cols);
    for (let i = 0, at = 0; i < scores.rows; i++) {
      const constant = both ? center[i] : 0;
      const factor = byQuery[i];
      for (let j = 0; j < scores.cols; j++, at++) {
        scores.data[at] = (corpus.data[at] - constant) * (factor * byPassage[j]);
      }
    }
    return scores;
  };
}

type Shape = Pick<MetricPoint, "lambda" | "power">;

const keyOf = ({ lambda, power }: Shape): string => `${lambda} ${power}`;

/** What has no length has no direction: its cosines are 0. */
const inverse = (length: number): number => (length === 0 ? 0 : 1 / length);

/** Of the queries under W². */
interface Products {
  /** With passages, n × m. */
  readonly corpus: Matrix;
  /** With the passages' center, n. */
  readonly center: Float64Array;
}

/** rows · (I + U diag(f - 1) Uᵀ). */
function underMetric(
  rows: Matrix,
  inBasis: Matrix,
  vectors: Matrix,
  factors: Float64Array,
): Matrix {
  const complete = vectors.cols === vectors.rows;
  const scaled = scaleColumns(inBasis, complete ? factors : factors.map((f) => f - 1));
  const mapped = multiply(scaled, vectors, { transposeB: true });
  // Without the 1 and the -1, small factors keep all their digits.
  return complete ? mapped : addMatrices(mapped, rows, mapped.data);
}

/** The inner product of each row with a vector. */
function rowProducts({ rows, cols, data }: Matrix, vector: Float32Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += data[i * cols + j] * vector[j];
    return sum;
  });
}
