import { refuse } from "../../base/checks.js";
import { yieldToEventLoop } from "../../base/event-loop.js";
import { checkChoice } from "../../base/checks.js";
import { similarityOf, type SimilarityName } from "../../math/similarity.js";
import { checkMatrix, gatherRows, rowRange, type Matrix } from "../../math/matrix.js";
import { onEngine, type EngineOptions } from "../../math/engines/on-engine.js";
import type { Thresholds } from "../../math/kernel/simd-select.js";
import { createScreen, screenRows, type Aim, type Products } from "../../math/search/screen.js";
import { roundDown, roundUp } from "../../math/search/select-scores.js";
import type { LongJobOptions } from "../../base/progress.js";
import { checkMatrices } from "../checks.js";

export interface RankOptions extends LongJobOptions, EngineOptions {
  /** What passages are ranked by. @default "cosine" */
  readonly similarity?: SimilarityName | undefined;
  /** Per query, rows of the corpus that take no rank, such as the query itself; none of them relevant. @default none */
  readonly leaveOut?: readonly (readonly number[])[] | undefined;
}

/** Rows whose products are made between two turns of the event loop. */
const queryBlock = 2048;
const corpusBlock = 2048;

/**
 * The rank of every relevant passage in the whole corpus, ordered by cosine (or inner product): 1 for the nearest. `result[i][j]` is the
 * rank of `relevant[i][j]` for query `i`.
 *
 * Ties count against the match: a wrong passage with the cosine of a relevant one stands before it, wherever it stands
 * in the corpus, so that vectors that tell nothing apart earn nothing. Relevant passages of equal cosine follow each
 * other in the order of the corpus. {@link retrieve} and {@link evaluateRun}, which make and read lists without knowing
 * what is relevant, break ties by row and by id.
 *
 * Exact: block products, of rows rounded to 16 bits or in single precision, have an error of a known bound; wherever that leaves
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
  checkMatrices(queries, corpus, caller);
  checkRelevant(queries, corpus, relevant, caller);
  checkChoice(similarity, `${caller}: similarity`, ["cosine", "dot"]);
  if (leaveOut !== undefined && leaveOut.length !== queries.rows) {
    refuse(`${caller}: leaveOut`, `a list per query, ${queries.rows}`, leaveOut.length);
  }
  const zeroRows = similarity === "dot";
  checkMatrix(queries, `${caller}: queries`, { zeroRows });
  checkMatrix(corpus, `${caller}: corpus`, { zeroRows });
  const measure = similarityOf(similarity, queries, corpus, caller);
  const { unitQueries, unitCorpus, exact, bound } = measure;

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
    const pairs = part.reduce((sum, { scores }) => sum + scores.length, 0);
    return {
      ...{ part, unit: screenRows(gatherRows(queries, rows), unitQueries) },
      counts: new Float64Array(pairs),
    };
  });
  const screen = createScreen(measure);
  const memory = new Float32Array(Math.min(corpusBlock, corpus.rows) * corpus.cols);
  const total = targets.length * corpus.rows;
  let done = 0;
  for (let start = 0; start < corpus.rows; start += corpusBlock) {
    const end = Math.min(corpus.rows, start + corpusBlock);
    const block = screenRows(rowRange(corpus, start, end), unitCorpus, memory);
    for (const { part, unit, counts } of parts) {
      signal?.throwIfAborted();
      const aim: Aim = (products) => {
        const thresholds = thresholdsOf(part, products);
        return [
          thresholds,
          (i, j, product) => countNear(part[i], thresholds, i, start + j, product, exact),
        ];
      };
      screen.select(unit, block, (i) => part[i].errorBound, aim, counts);
      done += part.length * (end - start);
      onProgress?.({ stage: "rank", done, total });
      // A turn of the event loop, so that an abort can arrive and a progress bar can be drawn.
      await yieldToEventLoop();
    }
  }

  for (const { part, counts } of parts) {
    let at = 0;
    for (const { before } of part)
      for (let t = 0; t < before.length; t++) before[t] += counts[at++];
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
  /** How far a product in single precision can lie from its score. */
  readonly errorBound: number;
  /** Passages found so far that stand before each of `passages`. */
  readonly before: Float64Array;
}

interface RankThresholds extends Thresholds {
  /** What lies above comes before, also where something is left out and `high` therefore counts nothing. */
  readonly certain: Float32Array;
}

/**
 * A product between a target's two thresholds leaves open which comes first; one above both is only counted, where
 * nothing is left out.
 */
function thresholdsOf(part: readonly Target[], { scale, error }: Products): RankThresholds {
  const begins = new Int32Array(part.length + 1);
  for (const [i, { scores }] of part.entries()) begins[i + 1] = begins[i] + scores.length;
  const low = new Float32Array(begins[part.length]);
  const certain = new Float32Array(low.length);
  for (const [i, { scores }] of part.entries()) {
    const off = error(i);
    for (let t = 0, at = begins[i]; t < scores.length; t++, at++) {
      low[at] = roundUp((scores[t] - off) * scale);
      certain[at] = roundDown((scores[t] + off) * scale);
    }
  }
  const high = certain.slice();
  for (const [i, { leftOut }] of part.entries()) {
    if (leftOut.size > 0) high.fill(NaN, begins[i], begins[i + 1]);
  }
  return { begins, low, high, certain };
}

/**
 * Counts a passage whose product is no less than some target's threshold, for the targets before which it was not yet.
 *
 * @returns Whether products in single precision would have told as much without the exact score.
 */
function countNear(
  { query, passages, isRelevant, leftOut, scores, errorBound, before }: Target,
  { begins, low, certain }: RankThresholds,
  row: number,
  passage: number,
  product: number,
  exactScore: (query: number, passage: number) => number,
): boolean {
  if (leftOut.has(passage)) return false;
  const first = begins[row];
  let exact: number | undefined;
  let inVain = true;
  for (let t = scores.length - 1; t >= 0 && product >= low[first + t]; t--) {
    if (product > certain[first + t]) {
      if (leftOut.size > 0) before[t]++;
      continue;
    }
    exact ??= exactScore(query, passage);
    if (Math.abs(exact - scores[t]) <= errorBound) inVain = false;
    if (exact > scores[t]) before[t]++;
    else if (exact < scores[t]) continue;
    else if (!isRelevant.has(passage) || passage < passages[t]) before[t]++;
  }
  return inVain && exact !== undefined;
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
