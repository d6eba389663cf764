import { yieldToEventLoop } from "../../base/event-loop.js";
import { rowRange, type Matrix } from "../../math/matrix.js";
import { topK, type TopK } from "../../math/top-k.js";

/** Multiplications between two turns of the event loop: a fraction of a second on one core. */
const PRODUCTS_PER_TURN = 4e9;
/** On slices of fewer rows the kernel is slower. */
const MIN_ROWS = 1024;

/**
 * {@link topK}, a slice of the corpus at a time, so that the event loop turns in between and a signal can stop it. Gives
 * the same result: equal scores by index, the lower first.
 */
export async function chunkedTopK(
  queries: Matrix,
  corpus: Matrix,
  k: number,
  signal: AbortSignal | undefined,
  productsPerTurn = PRODUCTS_PER_TURN,
): Promise<TopK> {
  const perRow = Math.max(1, queries.rows * queries.cols);
  const step = Math.max(MIN_ROWS, Math.floor(productsPerTurn / perRow));
  if (corpus.rows <= step) return topK(queries, corpus, k);
  let best = topK(queries, rowRange(corpus, 0, step), k);
  for (let start = step; start < corpus.rows; start += step) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const part = topK(queries, rowRange(corpus, start, start + step), k);
    best = merge(best, part, start, queries.rows, k);
  }
  return best;
}

/** The `k` best of two lists a query, the rows of the second standing `offset` further down the corpus. */
function merge(first: TopK, second: TopK, offset: number, rows: number, k: number): TopK {
  const indices = new Int32Array(rows * k).fill(-1);
  const scores = new Float32Array(rows * k).fill(-Infinity);
  for (let row = 0; row < rows; row++) {
    let a = row * k;
    let b = row * k;
    for (let at = row * k; at < (row + 1) * k; at++) {
      // Of equal scores the first list's stands further up the corpus.
      const fromFirst =
        first.indices[a] >= 0 && (second.indices[b] < 0 || first.scores[a] >= second.scores[b]);
      if (fromFirst) {
        indices[at] = first.indices[a];
        scores[at] = first.scores[a++];
      } else {
        indices[at] = second.indices[b] < 0 ? -1 : second.indices[b] + offset;
        scores[at] = second.scores[b++];
      }
    }
  }
  return { indices, scores };
}
