import { rowOf, rowRange, type Matrix } from "../matrix.js";
import type { Similarity } from "../similarity.js";
import type { TopK } from "../top-k.js";

/** Rows of a block: its products, and its rows of length 1, take some megabytes whatever the corpus. */
const QUERY_BLOCK = 512;
const CORPUS_BLOCK = 4096;

/** A block of queries and one of the corpus whose products are wanted. */
export interface ProductBlock {
  readonly queries: Matrix;
  readonly corpus: Matrix;
  /** Takes the products: queries × corpus. */
  add(products: Matrix): void;
  readonly done: number;
  readonly total: number;
}

export interface NearestRows {
  /** In turn; each is to be given its products before the next is taken. */
  readonly blocks: Iterable<ProductBlock>;
  /** Whole when all blocks have been given. */
  readonly result: TopK;
}

/**
 * Searches the `k` corpus rows of the greatest score to each query, exactly, by the products of any engine: those choose
 * what may belong to the list, and exact scores decide. Equal scores are ordered by index, the lower first. So every
 * engine gives the same lists, bit for bit.
 *
 * @param queries q × d, of any length.
 * @param corpus n × d, likewise.
 * @param similarity Of these queries and this corpus; its exact scores are single-precision numbers.
 * @throws RangeError (when a block is taken or given) as the similarity does.
 */
export function nearestRows(
  queries: Matrix,
  corpus: Matrix,
  k: number,
  { queryRows, corpusRows, exact, bound }: Similarity,
): NearestRows {
  const indices = new Int32Array(queries.rows * k).fill(-1);
  const scores = new Float32Array(queries.rows * k).fill(-Infinity);

  const insert = (query: number, firstRow: number, products: Float32Array): void => {
    const start = query * k;
    const end = start + k - 1;
    const error = bound(query);
    for (let j = 0; j < products.length; j++) {
      if (products[j] < scores[end] - error) continue; // False for NaN: what is not finite is refused.
      const score = exact(query, firstRow + j);
      // Rows come in order, so an equal score never enters before.
      if (score <= scores[end]) continue;
      let at = end;
      for (; at > start && scores[at - 1] < score; at--) {
        scores[at] = scores[at - 1];
        indices[at] = indices[at - 1];
      }
      scores[at] = score;
      indices[at] = firstRow + j;
    }
  };

  function* blocks(): Generator<ProductBlock, void, undefined> {
    const parts = Array.from({ length: Math.ceil(queries.rows / QUERY_BLOCK) }, (_, i) =>
      queryRows(rowRange(queries, i * QUERY_BLOCK, (i + 1) * QUERY_BLOCK)),
    );
    const total = queries.rows * corpus.rows;
    let done = 0;
    for (let first = 0; first < corpus.rows; first += CORPUS_BLOCK) {
      const block = corpusRows(rowRange(corpus, first, first + CORPUS_BLOCK));
      for (const [i, part] of parts.entries()) {
        const add = (products: Matrix): void => {
          for (let row = 0; row < part.rows; row++) {
            insert(i * QUERY_BLOCK + row, first, rowOf(products, row));
          }
        };
        yield { queries: part, corpus: block, add, done, total };
        done += part.rows * block.rows;
      }
    }
  }
  return { blocks: blocks(), result: { indices, scores } };
}
