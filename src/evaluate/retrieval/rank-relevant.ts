import { refuse } from "../../base/checks.js";
import { yieldToEventLoop } from "../../base/event-loop.js";
import { checkChoice } from "../../base/checks.js";
import { similarityOf, type SimilarityName } from "../../math/similarity.js";
import {
  checkMatrix,
  checkSameDimensions,
  gatherRows,
  rowOf,
  rowRange,
  type Matrix,
} from "../../math/matrix.js";
import { onEngine, type EngineOptions } from "../../math/engines/on-engine.js";
import { multiply } from "../../math/multiply.js";
import type { LongJobOptions } from "../../base/progress.js";

export interface RankOptions extends LongJobOptions, EngineOptions {
  /** What passages are ranked by. @default "cosine" */
  readonly similarity?: SimilarityName | undefined;
  /** Per query, rows of the corpus that take no rank, such as the query itself; none of them relevant. @default none */
  readonly leaveOut?: readonly (readonly number[])[] | undefined;
}

/** Sizes that keep a block of scores at 16 MB whatever the corpus. */
const queryBlock = 512;
const corpusBlock = 8192;

/**
 * The rank of every relevant passage in the whole corpus, ordered by cosine (or inner product): 1 for the nearest. `result[i][j]` is the
 * rank of `relevant[i][j]` for query `i`.
 *
 * Ties count against the match: a wrong passage with the cosine of a relevant one stands before it, wherever it stands
 * in the corpus, so that vectors that tell nothing apart earn nothing. Relevant passages of equal cosine follow each
 * other in the order of the corpus. {@link retrieve} and {@link evaluateRun}, which make and read lists without knowing
 * what is relevant, break ties by row and by id.
 *
 * Exact: scores come from single-precision block products, whose error has a known bound; wherever that bound leaves
 * the order of two passages open, both cosines are computed again in 64 bits and rounded to whole multiples of 2^-22, on
 * which parallel vectors of any length are equals. So the ranks do not depend on block sizes, on the machine or on the
 * order of the corpus. Memory does not grow with queries × corpus.
 *
 * @param queries n × d.
 * @param corpus m × d.
 * @param relevant Per query the corpus rows that answer it, without repeats; may be empty.
 * @throws RangeError on mismatched dimensions, indices outside the corpus, repeats, values that are not finite and
 * rows of zeros. Rejects with the signal's reason when aborted.
 */
export async function rankRelevant(
  queries: Matrix,
  corpus: Matrix,
  relevant: readonly (readonly number[])[],
  options: RankOptions = {},
): Promise<number[][]> {
  return ranksOf(queries, corpus, relevant, options, "rankRelevant");
}

/** {@link rankRelevant} for another public function. */
export async function ranksOf(
  queries: Matrix,
  corpus: Matrix,
  relevant: readonly (readonly number[])[],
  options: RankOptions,
  caller: string,
): Promise<number[][]> {
  return onEngine(options, caller, () => rankOnEngine(queries, corpus, relevant, options, caller));
}

async function rankOnEngine(
  queries: Matrix,
  corpus: Matrix,
  relevant: readonly (readonly number[])[],
  { signal, onProgress, similarity = "cosine", leaveOut }: RankOptions,
  caller: string,
): Promise<number[][]> {
  checkSameDimensions(queries, `${caller}: queries`, corpus, "corpus");
  checkRelevant(queries, corpus, relevant, caller);
  checkChoice(similarity, `${caller}: similarity`, ["cosine", "dot"]);
  if (leaveOut !== undefined && leaveOut.length !== queries.rows) {
    refuse(`${caller}: leaveOut`, `a list per query, ${queries.rows}`, leaveOut.length);
  }
  const zeroRows = similarity === "dot";
  checkMatrix(queries, `${caller}: queries`, { zeroRows });
  checkMatrix(corpus, `${caller}: corpus`, { zeroRows });
  const { queryRows, corpusRows, exact, bound } = similarityOf(similarity, queries, corpus, caller);

  const asked = relevant.flatMap((list, i) => (list.length > 0 ? [i] : []));
  const targets = asked.map((query) => {
    const passages = relevant[query];
    const scores = Float64Array.from(passages, (passage) => exact(query, passage));
    // Descending, so that a passage that scores below the last target is done with in one comparison.
    const order = [...passages.keys()].sort((a, b) => scores[b] - scores[a]);
    return {
      query,
      order,
      passages: order.map((i) => passages[i]),
      isRelevant: new Set(passages),
      leftOut: new Set(leaveOut?.[query]),
      errorBound: bound(query),
      scores: Float64Array.from(order, (i) => scores[i]),
      before: new Float64Array(passages.length),
    };
  });

  const parts = Array.from({ length: Math.ceil(targets.length / queryBlock) }, (_, i) => {
    const part = targets.slice(i * queryBlock, (i + 1) * queryBlock);
    const rows = part.map(({ query }) => query);
    return { part, unit: queryRows(gatherRows(queries, rows)) };
  });
  const total = targets.length * corpus.rows;
  let done = 0;
  for (let start = 0; start < corpus.rows; start += corpusBlock) {
    const end = Math.min(corpus.rows, start + corpusBlock);
    const block = corpusRows(rowRange(corpus, start, end));
    for (const { part, unit } of parts) {
      signal?.throwIfAborted();
      const products = multiply(unit, block, { transposeB: true });
      for (const [i, target] of part.entries()) {
        countBefore(target, rowOf(products, i), start, exact);
      }
      done += part.length * (end - start);
      onProgress?.({ stage: "rank", done, total });
      // A turn of the event loop, so that an abort can arrive and a progress bar can be drawn.
      await yieldToEventLoop();
    }
  }

  const ranks: number[][] = relevant.map(() => []);
  for (const { query, order, before } of targets) {
    for (const [sorted, original] of order.entries()) ranks[query][original] = before[sorted] + 1;
  }
  return ranks;
}

interface Target {
  readonly query: number;
  readonly passages: readonly number[];
  readonly isRelevant: ReadonlySet<number>;
  readonly leftOut: ReadonlySet<number>;
  readonly scores: Float64Array;
  /** How far a product can lie from its score. */
  readonly errorBound: number;
  /** Passages found so far that stand before each of `passages`. */
  readonly before: Float64Array;
}

function countBefore(
  { query, passages, isRelevant, leftOut, scores, errorBound, before }: Target,
  products: Float32Array,
  start: number,
  exactScore: (query: number, passage: number) => number,
): void {
  const last = scores.length - 1;
  const floor = scores[last] - errorBound;
  for (let j = 0; j < products.length; j++) {
    const product = products[j];
    if (product < floor || leftOut.has(start + j)) continue;
    let exact: number | undefined;
    for (let t = last; t >= 0 && product >= scores[t] - errorBound; t--) {
      if (product > scores[t] + errorBound) {
        before[t]++;
        continue;
      }
      exact ??= exactScore(query, start + j);
      const passage = start + j;
      if (exact > scores[t]) before[t]++;
      else if (exact < scores[t]) continue;
      else if (!isRelevant.has(passage) || passage < passages[t]) before[t]++;
    }
  }
}

/** @throws RangeError unless there is a list per query, of rows of the corpus without repeats. */
export function checkRelevant(
  queries: Matrix,
  corpus: Matrix,
  relevant: readonly (readonly number[])[],
  caller: string,
): void {
  if (relevant.length !== queries.rows) {
    throw new RangeError(
      `${caller}: relevant must be a list per query, ${queries.rows}, received ${relevant.length}`,
    );
  }
  for (const [i, list] of relevant.entries()) {
    for (const passage of list) {
      if (!(Number.isInteger(passage) && passage >= 0 && passage < corpus.rows)) {
        refuse(`${caller}: relevant[${i}]`, `rows of the corpus of ${corpus.rows} rows`, passage);
      }
    }
    if (new Set(list).size !== list.length) {
      refuse(`${caller}: relevant[${i}]`, "passages without repeats", list);
    }
  }
}
