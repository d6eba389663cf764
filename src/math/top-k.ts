import { createMatrix, type Matrix } from "./matrix.js";
import { multiply } from "./multiply.js";

export interface TopKOptions {
  /** Leaves a corpus row out for a query, e.g. its own positives. Asked only about rows that would enter. */
  readonly exclude?: ((query: number, row: number) => boolean) | undefined;
}

export interface TopK {
  /** rows × k, best first; -1 where the corpus ran out. */
  readonly indices: Int32Array;
  /** rows × k inner products; -Infinity where the corpus ran out. */
  readonly scores: Float32Array;
}

const QUERY_BLOCK = 512;
const CORPUS_BLOCK = 1024;

/**
 * For every query row the `k` corpus rows of the greatest inner product (the cosine, when rows have length 1), exactly.
 * Equal scores are ordered by index, the lower first. Scores are computed block by block and never kept, so memory is
 * that of the result.
 *
 * @param queries q × d
 * @param corpus n × d
 * @param k at least 1; may exceed n
 * @throws RangeError when the dimensions differ, `k` is no positive integer, or a score is not finite.
 */
export function topK(
  queries: Matrix,
  corpus: Matrix,
  k: number,
  { exclude }: TopKOptions = {},
): TopK {
  if (queries.cols !== corpus.cols) {
    throw new RangeError(
      `topK: queries have ${queries.cols} dimensions, the corpus has ${corpus.cols}`,
    );
  }
  if (!Number.isInteger(k) || k < 1) {
    throw new RangeError(`topK: k must be an integer >= 1, received ${k}`);
  }
  const indices = new Int32Array(queries.rows * k).fill(-1);
  const scores = new Float32Array(queries.rows * k).fill(-Infinity);
  for (let c = 0; c < corpus.rows; c += CORPUS_BLOCK) {
    const corpusBlock = rowRange(corpus, c, CORPUS_BLOCK);
    for (let q = 0; q < queries.rows; q += QUERY_BLOCK) {
      const queryBlock = rowRange(queries, q, QUERY_BLOCK);
      const block = multiply(queryBlock, corpusBlock, { transposeB: true });
      for (let i = 0; i < block.rows; i++) {
        const row = block.data.subarray(i * block.cols, (i + 1) * block.cols);
        select(row, q + i, c, k, indices, scores, exclude);
      }
    }
  }
  return { indices, scores };
}

/** Rows `start` to `start + count` as a view. */
function rowRange(matrix: Matrix, start: number, count: number): Matrix {
  const end = Math.min(matrix.rows, start + count);
  const data = matrix.data.subarray(start * matrix.cols, end * matrix.cols);
  return createMatrix(end - start, matrix.cols, data);
}

/** Inserts a row of scores into the sorted list of its query. Rows come in order, so an equal score never enters before. */
function select(
  row: Float32Array,
  query: number,
  firstRow: number,
  k: number,
  indices: Int32Array,
  scores: Float32Array,
  exclude: TopKOptions["exclude"],
): void {
  const start = query * k;
  const end = start + k - 1;
  for (let j = 0; j < row.length; j++) {
    const score = row[j];
    if (score <= scores[end] && score !== -Infinity) continue; // false for NaN
    const index = firstRow + j;
    if (!Number.isFinite(score)) {
      throw new RangeError(
        `topK: the score of query ${query} and corpus row ${index} is ${score}, expected a finite number`,
      );
    }
    if (exclude?.(query, index) === true) continue;
    let at = end;
    for (; at > start && !(scores[at - 1] >= score); at--) {
      scores[at] = scores[at - 1];
      indices[at] = indices[at - 1];
    }
    scores[at] = score;
    indices[at] = index;
  }
}
