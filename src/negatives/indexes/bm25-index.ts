import { checkNumber } from "../../base/checks.js";
import type { Neighbor, NeighborIndex } from "./neighbor-index.js";
import { buildPostings, countTerms } from "./postings.js";
import { tokenizeWords, type Bm25Tokenizer } from "./tokenize.js";

export interface Bm25Options {
  /** How soon repeats of a term stop counting; 0 counts presence alone. @default 1.2 */
  readonly k1?: number | undefined;
  /** How much long passages are held back, from 0 (not at all) to 1 (in full proportion). @default 0.75 */
  readonly b?: number | undefined;
  /** Splits passages and queries into terms; bring one with stemming or stop words for your language. @default words */
  readonly tokenize?: Bm25Tokenizer | undefined;
}

/**
 * A lexical index: Okapi BM25 (Robertson et al. 1994) over the given passages, with Lucene's inverse document frequency
 * ln(1 + (N - n + 0.5) / (n + 0.5)), which stays positive for terms that stand in most passages. A repeated query term
 * counts as often as it stands there. Passages that share no term with a query are not its neighbors; equal scores are
 * ordered as the passages are.
 *
 * @throws RangeError when k1 or b is out of range.
 */
export function createBm25Index(
  passages: readonly string[],
  { k1 = 1.2, b = 0.75, tokenize = tokenizeWords }: Bm25Options = {},
): NeighborIndex {
  checkNumber(k1, "createBm25Index: k1", { least: 0 });
  checkNumber(b, "createBm25Index: b", { least: 0, most: 1 });
  const { documents, terms, start, document, frequency, lengths } = buildPostings(
    passages,
    tokenize,
  );
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, documents) || 1;
  const saturation = (count: number, length: number): number =>
    (count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / meanLength));
  // The part of each posting that no query changes, computed once.
  const impact = frequency.length === 0 ? new Float64Array(0) : Float64Array.from(frequency);
  for (let i = 0; i < impact.length; i++) {
    impact[i] = saturation(impact[i], lengths[document[i]]);
  }
  const weightOf = (token: string): { term: number; weight: number } | undefined => {
    const term = terms.get(token);
    if (term === undefined) return undefined;
    const holders = start[term + 1] - start[term];
    return { term, weight: Math.log1p((documents - holders + 0.5) / (holders + 0.5)) };
  };

  // Scratch space of one search, left clean by each.
  const scores = new Float64Array(documents);
  const touched = new Uint32Array(documents);
  const searchOne = (query: string, k: number): Neighbor[] => {
    let count = 0;
    for (const [token, repeats] of countTerms(tokenize(query))) {
      const found = weightOf(token);
      if (found === undefined) continue;
      const weight = repeats * found.weight;
      for (let i = start[found.term]; i < start[found.term + 1]; i++) {
        const at = document[i];
        if (scores[at] === 0) touched[count++] = at;
        scores[at] += weight * impact[i];
      }
    }
    const held = touched.subarray(0, count);
    const best = greatest(held, scores, k).map((i) => ({ text: passages[i], score: scores[i] }));
    for (let i = 0; i < count; i++) scores[held[i]] = 0;
    return best;
  };

  return {
    async search(queries, k, { signal } = {}) {
      return queries.map((query) => {
        signal?.throwIfAborted();
        return searchOne(query, k);
      });
    },
    score(query, asked) {
      const weights = [...countTerms(tokenize(query))].flatMap(([token, repeats]) => {
        const found = weightOf(token);
        return found === undefined ? [] : [[token, repeats * found.weight] as const];
      });
      return asked.map((passage) => {
        const tokens = tokenize(passage);
        const counts = countTerms(tokens);
        return weights.reduce((sum, [token, weight]) => {
          const count = counts.get(token);
          return count === undefined ? sum : sum + weight * saturation(count, tokens.length);
        }, 0);
      });
    },
  };
}

/** The `k` candidates of the greatest scores, best first, equal scores by number: a heap of the best so far. */
function greatest(candidates: Uint32Array, scores: Float64Array, k: number): number[] {
  const isWorse = (a: number, b: number): boolean =>
    scores[a] < scores[b] || (scores[a] === scores[b] && a > b);
  const heap: number[] = []; // the worst on top
  const sink = (): void => {
    const moved = heap[0];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isWorse(heap[child + 1], heap[child])) child++;
      if (!isWorse(heap[child], moved)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = moved;
  };
  const rise = (moved: number): void => {
    let at = heap.push(moved) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isWorse(moved, heap[parent]);) {
      heap[at] = heap[parent];
      at = parent;
      parent = (at - 1) >> 1;
    }
    heap[at] = moved;
  };
  for (let i = 0; i < candidates.length; i++) {
    if (heap.length < k) rise(candidates[i]);
    else if (k > 0 && isWorse(heap[0], candidates[i])) {
      heap[0] = candidates[i];
      sink();
    }
  }
  return heap.sort((a, b) => (isWorse(a, b) ? 1 : -1));
}
