import { once } from "../../base/once.js";
import { addMatrices, subtractFromRows } from "../../math/elementwise.js";
import { createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { scaleColumns } from "../matrix-layout.js";
import { spectralLengths, squaredLengths } from "../spectral/spectral-lengths.js";
import type { Sides } from "./family.js";
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

/** Products that are kept for the other side, at most so many values of them: 128 MB. */
const keptValues = 2 ** 25;

/**
 * Cosines at any point and on either side. What is multiplied with the corpus are the queries under the metric W², which
 * both sides share: with W on each side the centre of the passages only takes a constant from a query's products, and
 * their lengths under W come from one projection on the basis.
 *
 * @param queries Unit rows, n × d.
 * @param passages Unit rows, m × d.
 * @returns n × m.
 */
export function metricScorer(
  { basis, queryCenter, passageCenter }: CenteredBasis,
  queries: Matrix,
  passages: Matrix,
): (point: MetricPoint) => Matrix {
  const { vectors } = basis;
  const complete = vectors.cols === vectors.rows;
  const q = subtractFromRows(queries, queryCenter);
  const qInBasis = multiply(q, vectors);
  const queryLengths = spectralLengths(q, qInBasis, complete);
  const passageLengths = once(() => {
    const p = subtractFromRows(passages, passageCenter);
    return spectralLengths(p, multiply(p, vectors), complete);
  });
  const untouchedLengths = once(() => squaredLengths(passages).map(Math.sqrt));
  const kept = new Map<string, Products>();

  /** Of the queries under W² with passages and their centre. */
  const productsAt = (
    { lambda, power }: Pick<MetricPoint, "lambda" | "power">,
    squares: Float64Array,
  ): Products => {
    const key = `${lambda} ${power}`;
    const known = kept.get(key);
    // Asked for once on each side.
    if (kept.delete(key)) return known!;
    const mapped = underMetric(q, qInBasis, vectors, squares);
    const products = {
      corpus: multiply(mapped, passages, { transposeB: true }),
      center: rowProducts(mapped, passageCenter),
    };
    if ((kept.size + 1) * products.corpus.data.length <= keptValues) kept.set(key, products);
    return products;
  };

  return ({ side, ...point }) => {
    const squares = rcaScales(basis, { ...point, blend: 0 }).map((s) => s * s);
    const { corpus, center } = productsAt(point, squares);
    const both = side === "both";
    const qLengths = queryLengths(both ? squares : squares.map((s) => s * s));
    const pLengths = both ? passageLengths()(squares) : untouchedLengths();
    const scores = createMatrix(corpus.rows, corpus.cols);
    for (let i = 0, at = 0; i < scores.rows; i++) {
      const constant = both ? center[i] : 0;
      for (let j = 0; j < scores.cols; j++, at++) {
        const scale = qLengths[i] * pLengths[j];
        scores.data[at] = scale === 0 ? 0 : (corpus.data[at] - constant) / scale;
      }
    }
    return scores;
  };
}

interface Products {
  /** n × m. */
  readonly corpus: Matrix;
  /** Per query. */
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
