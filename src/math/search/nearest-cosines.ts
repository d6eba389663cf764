import { cosineErrorBound, gridCosine } from "../exact-cosine.js";
import { rowOf, rowRange, type Matrix } from "../matrix.js";
import { normalizeRows } from "../vectors.js";
import type { TopK } from "../top-k.js";

/** Rows of a block: its products, and its rows of length 1, take some megabytes whatever the corpus. */
const QUERY_BLOCK = 512;
const CORPUS_BLOCK = 4096;

/** A block of queries and one of the corpus, of length 1, whose products are wanted. */
export interface CosineBlock {
  readonly queries: Matrix;
  readonly corpus: Matrix;
  /** Takes the products: queries × corpus. */
  add(products: Matrix): void;
  readonly done: number;
  readonly total: number;
}

export interface NearestCosines {
  /** In turn; each is to be given its products before the next is taken. */
  readonly blocks: Iterable<CosineBlock>;
  /** Whole when all blocks have been given: cosines on the grid, which single precision holds exactly. */
  readonly result: TopK;
}

/**
 * Searches the `k` corpus rows of the greatest cosine to each query, exactly, by the products of any engine: those choose
 * what may belong to the list, and 64-bit cosines on the grid of `roundCosine` decide. Equal cosines are ordered by index,
 * the lower first. So every engine gives the same lists, bit for bit.
 *
 * @param queries q × d, of any length.
 * @param corpus n × d, likewise.
 * @param options.unit The rows of the corpus at length 1, but for a relative error of 1e-6, where somebody has them.
 * @param options.lengths Those of the rows of the corpus, likewise.
 * @throws RangeError (when a block is taken or given) on a row that is not finite or all zeros.
 */
export function nearestCosines(
  queries: Matrix,
  corpus: Matrix,
  k: number,
  caller: string,
  { unit, lengths }: { unit?: Matrix; lengths?: (row: number) => number } = {},
): NearestCosines {
  const places = [`${caller}: queries`, `${caller}: corpus`] as const;
  const cosine = gridCosine(queries, corpus, ...places, lengths);
  const bound = cosineErrorBound(queries.cols) + (unit === undefined ? 0 : 2e-6);
  const indices = new Int32Array(queries.rows * k).fill(-1);
  const scores = new Float32Array(queries.rows * k).fill(-Infinity);

  const insert = (query: number, firstRow: number, products: Float32Array): void => {
    const start = query * k;
    const end = start + k - 1;
    for (let j = 0; j < products.length; j++) {
      if (products[j] < scores[end] - bound) continue; // False for NaN: what is not finite is refused.
      const score = cosine(query, firstRow + j);
      // Rows come in order, so an equal cosine never enters before.
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

  function* blocks(): Generator<CosineBlock, void, undefined> {
    const parts = Array.from({ length: Math.ceil(queries.rows / QUERY_BLOCK) }, (_, i) =>
      normalizeRows(rowRange(queries, i * QUERY_BLOCK, (i + 1) * QUERY_BLOCK)),
    );
    const total = queries.rows * corpus.rows;
    let done = 0;
    for (let first = 0; first < corpus.rows; first += CORPUS_BLOCK) {
      const block =
        unit === undefined
          ? normalizeRows(rowRange(corpus, first, first + CORPUS_BLOCK))
          : rowRange(unit, first, first + CORPUS_BLOCK);
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
