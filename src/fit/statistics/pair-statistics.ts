import { refuse } from "../../base/checks.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { columnMeans } from "../../math/vectors.js";
import { subtractFromRows } from "../../math/elementwise.js";
import { preparePairs, type TrainingPairs } from "../../data/training-pairs.js";

/**
 * All that closed forms need of matching pairs: sums whose size does not depend on how many pairs there were. Plain
 * data in 64 bits; about 24·d² bytes.
 */
export interface PairStatistics {
  readonly dimensions: number;
  /** Matching pairs seen. */
  readonly count: number;
  /** Mean of the queries scaled to length 1, each counted once per pair. */
  readonly queryMean: Float64Array;
  readonly passageMean: Float64Array;
  /** Σ (q - mean)(q - mean)ᵀ, d × d, row-major. */
  readonly queryScatter: Float64Array;
  readonly passageScatter: Float64Array;
  /** Σ (q - mean)(p - mean)ᵀ. */
  readonly crossScatter: Float64Array;
}

/** Pairs whose products are summed in single precision before they join the 64-bit sums. */
const chunkRows = 512;

/** The statistics of no pairs. */
function emptyPairStatistics(dimensions: number): PairStatistics {
  return {
    dimensions,
    count: 0,
    queryMean: new Float64Array(dimensions),
    passageMean: new Float64Array(dimensions),
    queryScatter: new Float64Array(dimensions * dimensions),
    passageScatter: new Float64Array(dimensions * dimensions),
    crossScatter: new Float64Array(dimensions * dimensions),
  };
}

/**
 * The statistics of one batch of pairs, to be merged with those of others. Pairs labelled 0 are left aside; a pair that
 * stands twice in a batch counts once.
 *
 * @throws RangeError on pairs that cannot be learnt from.
 */
export function pairStatistics(data: TrainingPairs): PairStatistics {
  return statisticsOf(data, "pairStatistics");
}

function statisticsOf(data: TrainingPairs, place: string): PairStatistics {
  const { queries, passages, positives } = preparePairs(data, place);
  let total = emptyPairStatistics(queries.cols);
  for (let at = 0; at < positives.query.length; at += chunkRows) {
    const end = at + chunkRows;
    total = merge(
      total,
      ofRows(
        gatherRows(queries, positives.query.subarray(at, end)),
        gatherRows(passages, positives.passage.subarray(at, end)),
      ),
      place,
    );
  }
  return total;
}

/**
 * Reduces a stream of batches, which need not fit in memory together, to their statistics.
 *
 * @throws RangeError when there is no batch, or one cannot be learnt from, named by its number.
 */
export async function collectPairStatistics(
  batches: AsyncIterable<TrainingPairs> | Iterable<TrainingPairs>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<PairStatistics> {
  let total: PairStatistics | undefined;
  let number = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const place = `collectPairStatistics: batch ${number}`;
    const statistics = statisticsOf(batch, place);
    total = total === undefined ? statistics : merge(total, statistics, place);
    number++;
  }
  return total ?? refuse("collectPairStatistics: batches", "at least one", undefined);
}

/**
 * The statistics of both sets of pairs together, whichever machine counted them.
 *
 * Source: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
 *
 * @throws RangeError when the dimensions differ.
 */
export function mergePairStatistics(a: PairStatistics, b: PairStatistics): PairStatistics {
  return merge(a, b, "mergePairStatistics");
}

function merge(a: PairStatistics, b: PairStatistics, place: string): PairStatistics {
  if (a.dimensions !== b.dimensions) {
    refuse(`${place}: dimensions`, `${a.dimensions} like those before`, b.dimensions);
  }
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const share = b.count / count;
  const weight = a.count * share;
  const queryStep = b.queryMean.map((value, i) => value - a.queryMean[i]);
  const passageStep = b.passageMean.map((value, i) => value - a.passageMean[i]);
  const scatter = (
    x: Float64Array,
    y: Float64Array,
    left: Float64Array,
    right: Float64Array,
  ): Float64Array => {
    const d = a.dimensions;
    const result = new Float64Array(d * d);
    for (let i = 0, at = 0; i < d; i++) {
      const factor = weight * left[i];
      for (let j = 0; j < d; j++, at++) result[at] = x[at] + y[at] + factor * right[j];
    }
    return result;
  };
  return {
    dimensions: a.dimensions,
    count,
    queryMean: a.queryMean.map((value, i) => value + share * queryStep[i]),
    passageMean: a.passageMean.map((value, i) => value + share * passageStep[i]),
    queryScatter: scatter(a.queryScatter, b.queryScatter, queryStep, queryStep),
    passageScatter: scatter(a.passageScatter, b.passageScatter, passageStep, passageStep),
    crossScatter: scatter(a.crossScatter, b.crossScatter, queryStep, passageStep),
  };
}

/** Two sides of equally many unit rows, row i of one belonging with row i of the other. */
function ofRows(queries: Matrix, passages: Matrix): PairStatistics {
  const queryMean = columnMeans(queries);
  const passageMean = columnMeans(passages);
  // Centred before the products: a common direction would drown what the sums are wanted for.
  const q = subtractFromRows(queries, Float32Array.from(queryMean));
  const p = subtractFromRows(passages, Float32Array.from(passageMean));
  const scatter = (a: Matrix, b: Matrix): Float64Array =>
    Float64Array.from(multiply(a, b, { transposeA: true }).data);
  return {
    dimensions: queries.cols,
    count: queries.rows,
    queryMean,
    passageMean,
    queryScatter: scatter(q, q),
    passageScatter: scatter(p, p),
    crossScatter: scatter(q, p),
  };
}

/** Covariance of the differences q - p, d × d, in single precision for the kernel. */
export function differenceCovariance({
  dimensions: d,
  count,
  queryScatter,
  passageScatter,
  crossScatter,
}: PairStatistics): Matrix {
  const result = createMatrix(d, d);
  for (let i = 0, at = 0; i < d; i++) {
    for (let j = 0; j < d; j++, at++) {
      // The sum is taken in 64 bits: what matching texts have in common cancels here.
      result.data[at] =
        (queryScatter[at] + passageScatter[at] - crossScatter[at] - crossScatter[j * d + i]) /
        count;
    }
  }
  return result;
}
