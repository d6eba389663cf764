import { checkChoice, checkInteger } from "../../base/checks.js";
import {
  checkIsMatrix,
  checkMatrix,
  checkSameDimensions,
  gatherRows,
  rowOf,
  rowRange,
  type Matrix,
} from "../../math/matrix.js";
import { createYielder } from "../../base/event-loop.js";
import { roundCosine } from "../../math/cosine-grid.js";
import { cosineErrorBound, exactCosine, rowLengths } from "../../math/exact-cosine.js";
import { multiply } from "../../math/multiply.js";
import { nearestRows } from "../../math/search/nearest-rows.js";
import type { TopK } from "../../math/top-k.js";
import { dot, norm } from "../../math/vectors.js";
import { chunkedTopK } from "./chunked-top-k.js";
import type { MiningTexts } from "../mining/mining-texts.js";
import type { NeighborIndex } from "./neighbor-index.js";
import { checkRowsOfTexts, createRowFinder } from "./text-rows.js";

/** Vectors of the texts of an index: row `i` belongs to text `i`, both sides have the same dimensions. */
export interface MiningVectors {
  /** queries × dimensions */
  readonly queries: Matrix;
  /** passages × dimensions */
  readonly passages: Matrix;
}

export interface VectorIndexOptions {
  /** What "near" means. @default "cosine" */
  readonly similarity?: "cosine" | "dot" | undefined;
}

const caller = "createVectorIndex";

/** The most neighbours that are kept in order while passages come in. */
const MOST_INSERTED = 4096;

/**
 * An exact index over given vectors: every passage is compared with every query. Cosines are compared as
 * `retrieve` does, on a grid of 2^-22: parallel passages of any length stand in the order of the passages, as all equals do.
 * Vectors are used in place; those that have length 1 already, as those of OpenAI do, need no scaling for the cosine.
 *
 * @throws RangeError when rows and texts do not correspond, dimensions differ, or a value is not finite or (for the
 * cosine) a row all zeros.
 */
export function createVectorIndex(
  texts: MiningTexts,
  vectors: MiningVectors,
  { similarity = "cosine" }: VectorIndexOptions = {},
): NeighborIndex {
  checkChoice(similarity, `${caller}: similarity`, ["cosine", "dot"]);
  checkIsMatrix(vectors.queries, `${caller}: vectors.queries`);
  checkIsMatrix(vectors.passages, `${caller}: vectors.passages`);
  checkRowsOfTexts("queries", texts.queries, vectors.queries.rows, caller);
  checkRowsOfTexts("passages", texts.passages, vectors.passages.rows, caller);
  const { queries, passages } = vectors;
  checkSameDimensions(queries, `${caller}: vectors.queries`, passages, "vectors.passages");
  const zeroRows = similarity === "dot";
  checkMatrix(queries, `${caller}: vectors.queries`, { zeroRows });
  checkMatrix(passages, `${caller}: vectors.passages`, { zeroRows });
  const measure = similarity === "cosine" ? byCosine(passages) : byProduct(passages);
  const rowOfQuery = createRowFinder(texts.queries, `${caller}: query`);
  const rowOfPassage = createRowFinder(texts.passages, `${caller}: passage`);
  /** By sorting all: inserting so many one by one would take their square. */
  const searchDeep: Measure["search"] = async (asked, k, signal) => {
    const turn = createYielder();
    const indices = new Int32Array(asked.rows * k);
    const scores = new Float32Array(asked.rows * k);
    for (let i = 0; i < asked.rows; i++) {
      const { order, score } = measure.all(rowRange(asked, i, i + 1));
      const best = Int32Array.from(order.keys()).sort((a, b) => order[b] - order[a] || a - b);
      indices.set(best.subarray(0, k), i * k);
      scores.set(Float32Array.from(best.subarray(0, k), score), i * k);
      await turn();
      signal?.throwIfAborted();
    }
    return { indices, scores };
  };
  return {
    async search(asked, k, { signal } = {}) {
      checkInteger(k, `${caller}: k`, { least: 1 });
      signal?.throwIfAborted();
      const rows = asked.map(rowOfQuery);
      const kept = Math.min(k, Math.max(1, passages.rows));
      const block = gatherRows(queries, rows);
      const search = kept > MOST_INSERTED ? searchDeep : measure.search;
      const { indices, scores } = await search(block, kept, signal);
      return rows.map((_, i) => {
        const found = indices.subarray(i * kept, (i + 1) * kept);
        const count = found.indexOf(-1);
        return Array.from(count < 0 ? found : found.subarray(0, count), (row, j) => ({
          text: texts.passages[row],
          score: scores[i * kept + j],
        }));
      });
    },
    score(query, asked) {
      const one = gatherRows(queries, [rowOfQuery(query)]);
      return measure.scores(one, asked.map(rowOfPassage));
    },
  };
}

/** What "near" means to an index: queries come as rows of a matrix. */
interface Measure {
  search(queries: Matrix, k: number, signal: AbortSignal | undefined): Promise<TopK>;
  /** Of one query with every passage: what they are ordered by, and the score of a row. */
  all(query: Matrix): {
    readonly order: Float32Array;
    readonly score: (row: number) => number;
  };
  /** Of one query with rows of the passages. */
  scores(query: Matrix, rows: readonly number[]): number[];
}

function byCosine(passages: Matrix): Measure {
  const unit = haveLengthOne(passages);
  const bound = cosineErrorBound(passages.cols) + (unit ? 2 * UNIT_TOLERANCE : 0);
  const places = [`${caller}: vectors.queries`, `${caller}: vectors.passages`] as const;
  const lengths = rowLengths(passages, places[1]);
  const cosinesTo = (queries: Matrix): ((i: number, row: number) => number) => {
    const cosine = exactCosine(queries, passages, ...places, lengths);
    return (i, row) => Math.fround(cosine(i, row));
  };
  return {
    async search(queries, k, signal) {
      const exact = exactCosine(queries, passages, ...places, lengths);
      const { blocks, result } = nearestRows(queries, passages, k, {
        ...{ unitQueries: true, unitCorpus: !unit },
        exact: (i, row) => roundCosine(exact(i, row)),
        bound: () => bound,
        cosine: true,
      });
      const turn = createYielder();
      for (const block of blocks) {
        block.run();
        await turn();
        signal?.throwIfAborted();
      }
      // In the order of the grid, but as they are: a score at a bound of the caller's is not to be rounded over it.
      const cosine = cosinesTo(queries);
      const { indices } = result;
      const scores = result.scores.map((score, at) =>
        indices[at] < 0 ? score : cosine(Math.floor(at / k), indices[at]),
      );
      return { indices, scores };
    },
    all(query) {
      const cosine = cosinesTo(query);
      const score = (row: number): number => cosine(0, row);
      const exact = exactCosine(query, passages, ...places, lengths);
      const order = Float32Array.from({ length: passages.rows }, (_, row) =>
        roundCosine(exact(0, row)),
      );
      return { order, score };
    },
    scores(query, rows) {
      const cosine = cosinesTo(query);
      return rows.map((row) => cosine(0, row));
    },
  };
}

function byProduct(passages: Matrix): Measure {
  return {
    search: (queries, k, signal) => chunkedTopK(queries, passages, k, signal),
    all(query) {
      const { data } = multiply(query, passages, { transposeB: true });
      return { order: data, score: (row) => data[row] };
    },
    scores: (query, rows) => rows.map((row) => Math.fround(dot(query.data, rowOf(passages, row)))),
  };
}

/** How far from 1 the length of a unit vector may be: single precision, summed over thousands of dimensions. */
const UNIT_TOLERANCE = 1e-6;

function haveLengthOne(matrix: Matrix): boolean {
  for (let i = 0; i < matrix.rows; i++) {
    if (Math.abs(norm(rowOf(matrix, i)) - 1) > UNIT_TOLERANCE) return false;
  }
  return true;
}
