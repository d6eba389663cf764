import { checkInteger, refuse } from "../base/checks.js";
import { checkSameDimensions, rowRange, type Matrix } from "./matrix.js";
import { multiply } from "./multiply.js";
import type { ProductEngine } from "./engines/product-engine.js";
import type { LongJobOptions } from "../base/progress.js";

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
  const search = createSearch("topK", queries, corpus, k, exclude);
  for (const block of search.blocks) {
    search.add(block, multiply(block.queries, block.corpus, { transposeB: true }));
  }
  return search.result;
}

/**
 * {@link topK} with the products of another engine, e.g. `createOnnxEngine()` of `embedtune/onnx`. Near-equal scores may come in
 * another order than the kernel's, since engines differ in the last bits.
 *
 * @throws RangeError as {@link topK}; the signal's reason when stopped.
 */
export async function topKWith(
  engine: ProductEngine,
  queries: Matrix,
  corpus: Matrix,
  k: number,
  { exclude, signal, onProgress }: TopKOptions & LongJobOptions = {},
): Promise<TopK> {
  const search = createSearch("topKWith", queries, corpus, k, exclude);
  const total = search.blocks.length;
  for (const [done, block] of search.blocks.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ stage: "top-k", done, total });
    search.add(block, await engine.multiply(block.queries, block.corpus, { transposeB: true }));
  }
  onProgress?.({ stage: "top-k", done: total, total });
  return search.result;
}

interface Block {
  readonly queries: Matrix;
  readonly corpus: Matrix;
  readonly firstQuery: number;
  readonly firstRow: number;
}

interface Search {
  /** Corpus blocks ascend for every query. */
  readonly blocks: readonly Block[];
  add(block: Block, scores: Matrix): void;
  readonly result: TopK;
}

function createSearch(
  caller: string,
  queries: Matrix,
  corpus: Matrix,
  k: number,
  exclude: TopKOptions["exclude"],
): Search {
  checkSameDimensions(queries, `${caller}: queries`, corpus, "corpus");
  checkInteger(k, `${caller}: k`, { least: 1 });
  const indices = new Int32Array(queries.rows * k).fill(-1);
  const scores = new Float32Array(queries.rows * k).fill(-Infinity);
  const blocks: Block[] = [];
  for (let c = 0; c < corpus.rows; c += CORPUS_BLOCK) {
    for (let q = 0; q < queries.rows; q += QUERY_BLOCK) {
      blocks.push({
        queries: rowRange(queries, q, q + QUERY_BLOCK),
        corpus: rowRange(corpus, c, c + CORPUS_BLOCK),
        firstQuery: q,
        firstRow: c,
      });
    }
  }
  return {
    blocks,
    result: { indices, scores },
    add({ firstQuery, firstRow }, block) {
      for (let i = 0; i < block.rows; i++) {
        const row = block.data.subarray(i * block.cols, (i + 1) * block.cols);
        const query = firstQuery + i;
        const wrong = select(row, query, firstRow, k, indices, scores, exclude);
        if (wrong !== undefined) {
          const place = `${caller}: the score of query ${query} and corpus row ${wrong}`;
          refuse(place, "a finite number", row[wrong - firstRow]);
        }
      }
    },
  };
}

/**
 * Inserts a row of scores into the sorted list of its query, which begins at `query` · `k`. Rows come in order, so an equal
 * score never enters before.
 *
 * @returns The corpus row whose score is not finite, where there is one.
 */
export function select(
  row: Float32Array,
  query: number,
  firstRow: number,
  k: number,
  indices: Int32Array,
  scores: Float32Array,
  exclude: TopKOptions["exclude"],
): number | undefined {
  const start = query * k;
  const end = start + k - 1;
  for (let j = 0; j < row.length; j++) {
    const score = row[j];
    if (score <= scores[end] && score !== -Infinity) continue; // false for NaN
    const index = firstRow + j;
    if (!Number.isFinite(score)) return index;
    if (exclude?.(query, index) === true) continue;
    let at = end;
    for (; at > start && !(scores[at - 1] >= score); at--) {
      scores[at] = scores[at - 1];
      indices[at] = indices[at - 1];
    }
    scores[at] = score;
    indices[at] = index;
  }
  return undefined;
}
