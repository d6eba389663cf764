import type { AbortSignalLike } from "../../base/progress.js";
import { refuse } from "../../base/checks.js";
import { preparePairs, type TrainingPairs } from "../../data/training-pairs.js";
import { subtractFromRows } from "../../math/elementwise.js";
import { createMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { columnMeans } from "../../math/vectors.js";
import {
  chunkRows,
  corpusStatistics,
  emptySpread,
  mergeScatters,
  mergeSpreads,
  scatterOf,
  spreadStatistics,
  type SpreadStatistics,
} from "./spread-statistics.js";

/**
 * All that closed forms need of matching pairs and of the corpus: sums whose size does not depend on how many there were.
 * Plain data in 64 bits; about 32·d² bytes, 40·d² with a corpus.
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
  /** The queries that have a matching passage, each counted once a batch however many it has. */
  readonly questions: SpreadStatistics;
  /** All passages, whether pairs name them or not; `null` where none were given. */
  readonly corpus: SpreadStatistics | null;
}

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
    questions: emptySpread(dimensions),
    corpus: null,
  };
}

export interface PairStatisticsOptions {
  /**
   * Passages of the corpus, for the prior of {@link fitFromStatistics}: each is to be given once, in whichever batch, and
   * those that pairs name are not counted by themselves.
   */
  readonly corpus?: Matrix | undefined;
}

/**
 * The statistics of one batch of pairs, to be merged with those of others. Pairs labelled 0 are left aside; a pair that
 * stands twice in a batch counts once.
 *
 * @throws RangeError on pairs that cannot be learnt from, and a corpus of other dimensions or with rows of zeros.
 */
export function pairStatistics(
  data: TrainingPairs,
  { corpus }: PairStatisticsOptions = {},
): PairStatistics {
  const statistics = statisticsOf(data, "pairStatistics");
  if (corpus === undefined) return statistics;
  return withCorpus(statistics, corpus, "pairStatistics: corpus");
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
  const asked = Uint32Array.from(new Set(positives.query));
  return { ...total, questions: spreadStatistics(gatherRows(queries, asked)) };
}

/** With rows of the corpus added. */
function withCorpus(statistics: PairStatistics, rows: Matrix, place: string): PairStatistics {
  const { dimensions, corpus } = statistics;
  const added = corpusStatistics(rows, dimensions, place);
  return { ...statistics, corpus: corpus === null ? added : mergeSpreads(corpus, added) };
}

export interface PairStatisticsStreamOptions {
  /** Passages of the corpus in blocks, for the prior of {@link fitFromStatistics}: each is to be given once. */
  readonly corpus?: AsyncIterable<Matrix> | Iterable<Matrix> | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Reduces a stream of batches, which need not fit in memory together, to their statistics, and a corpus beside them.
 *
 * @param batches Of pairs; none where another machine has them, and this one has a part of the corpus.
 * @throws RangeError when there is neither a batch nor a block of the corpus, or one cannot be learnt from, named by its
 *   number.
 */
export async function collectPairStatistics(
  batches: AsyncIterable<TrainingPairs> | Iterable<TrainingPairs>,
  { corpus = [], signal }: PairStatisticsStreamOptions = {},
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
  number = 0;
  for await (const block of corpus) {
    signal?.throwIfAborted();
    total ??= emptyPairStatistics(block.cols);
    total = withCorpus(total, block, `collectPairStatistics: corpus block ${number}`);
    number++;
  }
  return total ?? refuse("collectPairStatistics: batches", "at least one", undefined);
}

/**
 * The statistics of both sets of pairs together, and of both parts of the corpus, whichever machine counted them.
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
  const beside = {
    questions: mergeSpreads(a.questions, b.questions),
    corpus:
      a.corpus === null || b.corpus === null
        ? (a.corpus ?? b.corpus)
        : mergeSpreads(a.corpus, b.corpus),
  };
  if (a.count === 0) return { ...b, ...beside };
  if (b.count === 0) return { ...a, ...beside };
  const count = a.count + b.count;
  const share = b.count / count;
  const weight = a.count * share;
  const queryStep = b.queryMean.map((value, i) => value - a.queryMean[i]);
  const passageStep = b.passageMean.map((value, i) => value - a.passageMean[i]);
  const scatter = (
    part: "queryScatter" | "passageScatter" | "crossScatter",
    left: Float64Array,
    right: Float64Array,
  ): Float64Array => mergeScatters(a[part], b[part], left, right, weight);
  return {
    dimensions: a.dimensions,
    count,
    queryMean: a.queryMean.map((value, i) => value + share * queryStep[i]),
    passageMean: a.passageMean.map((value, i) => value + share * passageStep[i]),
    queryScatter: scatter("queryScatter", queryStep, queryStep),
    passageScatter: scatter("passageScatter", passageStep, passageStep),
    crossScatter: scatter("crossScatter", queryStep, passageStep),
    ...beside,
  };
}

/** Two sides of equally many unit rows, row i of one belonging with row i of the other. */
function ofRows(queries: Matrix, passages: Matrix): PairStatistics {
  const queryMean = columnMeans(queries);
  const passageMean = columnMeans(passages);
  // Centred before the products: a common direction would drown what the sums are wanted for.
  const q = subtractFromRows(queries, Float32Array.from(queryMean));
  const p = subtractFromRows(passages, Float32Array.from(passageMean));
  return {
    ...emptyPairStatistics(0),
    dimensions: queries.cols,
    count: queries.rows,
    queryMean,
    passageMean,
    queryScatter: scatterOf(q, q),
    passageScatter: scatterOf(p, p),
    crossScatter: scatterOf(q, p),
  };
}

/** Σ of (q - p)(q - p)ᵀ about the mean difference, d × d, in single precision for the kernel. */
export function differenceScatter({
  dimensions: d,
  queryScatter,
  passageScatter,
  crossScatter,
}: PairStatistics): Matrix {
  const result = createMatrix(d, d);
  for (let i = 0, at = 0; i < d; i++) {
    for (let j = 0; j < d; j++, at++) {
      // The sum is taken in 64 bits: what matching texts have in common cancels here.
      result.data[at] =
        queryScatter[at] + passageScatter[at] - crossScatter[at] - crossScatter[j * d + i];
    }
  }
  return result;
}
