import type { Thresholds } from "../kernel/simd-select.js";
import { rowRange, type Matrix } from "../matrix.js";
import type { Similarity } from "../similarity.js";
import type { TopK } from "../top-k.js";
import { createNearestLists } from "./nearest-lists.js";
import { createScreen, screenRows, type Products, type TakeProduct } from "./screen.js";
import { roundUp, selectFrom } from "./select-scores.js";

/** Rows of a block: its products, where an engine stores them, take 16 MB, its rows of length 1 some more. */
const QUERY_BLOCK = 2048;
const CORPUS_BLOCK = 2048;
/** Rows of the first block, of whose products all may belong to the lists; each next one has as many as came before. */
const FIRST_BLOCK = 512;

/** A block of queries and one of the corpus whose products are wanted. */
export interface ProductBlock {
  readonly queries: Matrix;
  readonly corpus: Matrix;
  /** Makes the products and takes those that may belong to a list as they are made, without storing any. */
  run(): void;
  /** Takes the products that somebody else has made instead: queries × corpus. */
  add(products: Matrix): void;
  readonly done: number;
  readonly total: number;
}

export interface NearestRows {
  /** In turn; each is to be run, or given its products, before the next is taken. */
  readonly blocks: Iterable<ProductBlock>;
  /** Whole when there is no further block. */
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
  similarity: Similarity,
): NearestRows {
  const { unitQueries, unitCorpus, exact, bound } = similarity;
  const screen = createScreen(similarity);
  const errors = Float64Array.from({ length: queries.rows }, (_, query) => bound(query));
  const lists = createNearestLists(queries.rows, k, exact, errors);
  const result = {
    indices: new Int32Array(queries.rows * k).fill(-1),
    scores: new Float32Array(queries.rows * k).fill(-Infinity),
  };

  /** What may belong to the lists of `count` queries as they stand: nothing is counted. */
  const openTo = (query: number, count: number, { scale, error }: Products): Thresholds => ({
    begins: Int32Array.from({ length: count + 1 }, (_, i) => i),
    low: Float32Array.from({ length: count }, (_, i) =>
      roundUp((lists.floor(query + i) - error(i)) * scale),
    ),
    high: new Float32Array(count).fill(NaN),
  });

  function* blocks(): Generator<ProductBlock, void, undefined> {
    const parts = Array.from({ length: Math.ceil(queries.rows / QUERY_BLOCK) }, (_, i) =>
      screenRows(rowRange(queries, i * QUERY_BLOCK, (i + 1) * QUERY_BLOCK), unitQueries),
    );
    const most = Math.min(corpus.rows, Math.max(CORPUS_BLOCK, FIRST_BLOCK, k));
    const memory = new Float32Array(most * corpus.cols);
    const total = queries.rows * corpus.rows;
    let done = 0;
    for (let first = 0, size = FIRST_BLOCK; first < corpus.rows; first += size) {
      size = Math.min(CORPUS_BLOCK, Math.max(size, first, k));
      const block = screenRows(rowRange(corpus, first, first + size), unitCorpus, memory);
      for (const [i, part] of parts.entries()) {
        const query = i * QUERY_BLOCK;
        const counts = new Float64Array(part.rows);
        const errorOf = (row: number): number => errors[query + row];
        /** Takes what may belong to the lists as they stood when the thresholds were made. */
        const open = (products: Products): [Thresholds, TakeProduct] => {
          lists.settle(query, part.rows);
          return [
            openTo(query, part.rows, products),
            (row, column, product) =>
              lists.add(query + row, first + column, product / products.scale, products.error(row)),
          ];
        };
        yield {
          get queries() {
            return part.single();
          },
          get corpus() {
            return block.single();
          },
          ...{ done, total },
          run() {
            screen.select(part, block, errorOf, open, counts);
          },
          add(products) {
            const [thresholds, take] = open({ scale: 1, error: errorOf });
            selectFrom(products, thresholds, counts, take);
          },
        };
        if (first + size >= corpus.rows) lists.finish(query, part.rows, result);
        done += part.rows * block.rows;
      }
    }
  }
  return { blocks: blocks(), result };
}
