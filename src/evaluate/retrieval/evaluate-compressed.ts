import { checkChoice, checkInteger } from "../../base/checks.js";
import { yieldToEventLoop } from "../../base/event-loop.js";
import type { LongJobOptions } from "../../base/progress.js";
import { createRandom } from "../../base/random.js";
import { onEngine, type EngineOptions } from "../../math/engines/on-engine.js";
import { checkMatrix, gatherRows, type Matrix } from "../../math/matrix.js";
import { similarityOf, type SimilarityName } from "../../math/similarity.js";
import { normalizeRows } from "../../math/vectors.js";
import { checkMatrices } from "../checks.js";
import { bytesAsFloats, leadingColumns, signsOf } from "./compressed-vectors.js";
import { rowsLeftOut, type OwnPassageOptions } from "./rows-left-out.js";
import { checkRelevant } from "./rank-relevant.js";
import { retrieve, type Ranking } from "./retrieve.js";

export interface EvaluateCompressedOptions
  extends LongJobOptions, EngineOptions, OwnPassageOptions {
  /** How many passages a question is shown. @default 10 */
  readonly k?: number | undefined;
  /** Lengths to cut both sides to, whole numbers from 1 to one less than the vectors have. @default none */
  readonly dimensions?: readonly number[] | undefined;
  /** How many times k candidates the whole vectors put in order where the figures are `rescored`. @default 4 */
  readonly oversample?: number | undefined;
  /** What the whole vectors are ranked by. @default "cosine" */
  readonly similarity?: SimilarityName | undefined;
  /** Of the order in which passages of the same score stand, as bits leave many. @default 1 */
  readonly seed?: string | number | undefined;
}

/** What the first k hold. */
export interface KeptFigures {
  /** recall@k: the share of a question's relevant passages among its first k; the mean over the questions. */
  readonly recall: number;
  /** The share of the first k by whole vectors that are among these k; the mean over the questions. */
  readonly overlap: number;
  /** The values behind the means, a question each, in the order of {@link CompressedEvaluation.queries}. */
  readonly perQuery: { readonly recall: Float64Array; readonly overlap: Float64Array };
}

/** One way to keep vectors small, and what it does to the ranking. */
export interface CompressedFigures extends KeptFigures {
  readonly kind: "int8" | "binary" | "truncated";
  /** Values a vector keeps. */
  readonly dimensions: number;
  /** Bytes a stored passage takes. */
  readonly bytes: number;
  /** After the whole vectors have put the k · oversample nearest of these in order. */
  readonly rescored: KeptFigures;
}

export interface CompressedEvaluation {
  readonly k: number;
  /** The queries evaluated: those with something relevant. */
  readonly queries: readonly number[];
  readonly n: number;
  /** How many were left out because nothing is relevant to them. */
  readonly withoutRelevant: number;
  /** How many passages took no place because they are the query itself (`ids`, `texts`), over all evaluated queries. */
  readonly ownPassages: number;
  /** How many took none because they are copies of a relevant passage (`texts`), likewise. */
  readonly copies: number;
  /** By whole vectors: the overlap is 1. */
  readonly full: KeptFigures & { readonly bytes: number };
  /** `int8`, `binary`, then each of `dimensions`. */
  readonly compressed: readonly CompressedFigures[];
}

/**
 * What is lost where vectors are kept small: recall@k, and how many of the first k stay, by
 *
 * - `int8`: a byte a value, the range of each dimension over the corpus in 256 steps (scalar quantisation, calibrated);
 *   questions stay whole;
 * - `binary`: the sign of each value on both sides, ranked by Hamming distance;
 * - `truncated`: the first values of both sides, which models trained for it (Matryoshka: Kusupati et al., 2022) put the
 *   most into;
 *
 * each alone, and as the first of two stages whose candidates the whole vectors put in order. Under an adapter hand in
 * adapted vectors. Searches are exhaustive: an approximate index loses its own part beside this.
 *
 * Passages of the same score stand in random order, the same for all: in the order of the corpus, whatever stands first
 * there would look well found.
 *
 * @param queries n × d.
 * @param corpus m × d. Two copies of it are held.
 * @param relevant Per query the corpus rows that answer it. Queries with none are left out and counted.
 * @param options With `ids` or `texts` a passage that is the query itself takes no place, unless it is relevant.
 * @throws RangeError on what {@link retrieve} refuses, options outside their range, a row that a cut leaves without any
 * value but zero, and when no query has anything relevant. Rejects with the signal's reason when aborted.
 */
export async function evaluateCompressed(
  queries: Matrix,
  corpus: Matrix,
  relevant: readonly (readonly number[])[],
  options: EvaluateCompressedOptions = {},
): Promise<CompressedEvaluation> {
  return onEngine(options, "evaluateCompressed", () =>
    evaluateOnEngine(queries, corpus, relevant, options),
  );
}

async function evaluateOnEngine(
  queries: Matrix,
  corpus: Matrix,
  relevant: readonly (readonly number[])[],
  {
    k = 10,
    dimensions = [],
    oversample = 4,
    similarity = "cosine",
    seed = 1,
    ids,
    texts,
    signal,
    onProgress,
  }: EvaluateCompressedOptions,
): Promise<CompressedEvaluation> {
  const caller = "evaluateCompressed";
  checkMatrices(queries, corpus, caller);
  checkRelevant(queries, corpus, relevant, caller);
  checkInteger(k, `${caller}: k`, { least: 1 });
  checkInteger(oversample, `${caller}: oversample`, { least: 1 });
  checkChoice(similarity, `${caller}: similarity`, ["cosine", "dot"]);
  const most = queries.cols - 1;
  for (const [i, d] of dimensions.entries()) {
    checkInteger(d, `${caller}: dimensions[${i}]`, { least: 1, most });
  }
  const zeroRows = similarity === "dot";
  checkMatrix(queries, `${caller}: queries`, { zeroRows });
  checkMatrix(corpus, `${caller}: corpus`, { zeroRows });
  const { own, copies } = rowsLeftOut({ ids, texts }, relevant, corpus.rows, caller);
  const evaluated = relevant.flatMap((list, i) => (list.length > 0 ? [i] : []));
  if (evaluated.length === 0) {
    throw new RangeError(`${caller}: relevant must name a passage for some query, received none`);
  }

  // Searches break ties by row, so rows in random order break them at random.
  const order = createRandom(seed).shuffle(Uint32Array.from({ length: corpus.rows }, (_, i) => i));
  const rowOf = new Uint32Array(corpus.rows);
  for (const [place, row] of order.entries()) rowOf[row] = place;
  const answers = evaluated.map((query) => new Set(relevant[query].map((row) => rowOf[row])));
  const leftOut = evaluated.map(
    (query) => new Set([...own[query], ...copies[query]].map((row) => rowOf[row])),
  );
  // Whoever loses places to itself is shown as many others.
  const deeper = leftOut.reduce((most, { size }) => Math.max(most, size), 0);
  const whole = (rows: Matrix): Matrix => (similarity === "cosine" ? normalizeRows(rows) : rows);
  const asked = whole(gatherRows(queries, evaluated));
  const stored = whole(gatherRows(corpus, order));
  const { exact } = similarityOf(similarity, asked, stored, caller);

  const total = 3 + dimensions.length;
  let done = 0;
  const search = async (a: Matrix, b: Matrix, depth: number, by: SimilarityName) => {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const lists = listsOf(retrieve(a, b, depth + deeper, { similarity: by }));
    onProgress?.({ stage: "retrieve", done: ++done, total });
    return lists.map((list, i) => list.filter((row) => !leftOut[i].has(row)).slice(0, depth));
  };
  const best = await search(asked, stored, k, similarity);
  const keptBy = (lists: readonly (readonly number[])[]): KeptFigures => {
    const recall = Float64Array.from(lists, (list, i) => shareOf(answers[i], list));
    const overlap = Float64Array.from(lists, (list, i) => shareOf(new Set(best[i]), list));
    return { recall: mean(recall), overlap: mean(overlap), perQuery: { recall, overlap } };
  };
  const figuresOf = async (a: Matrix, b: Matrix, by: SimilarityName) => {
    const lists = await search(a, b, k * oversample, by);
    const rescored = lists.map((list, i) => {
      const scores = new Map(list.map((row) => [row, exact(i, row)]));
      return list.toSorted((x, y) => scores.get(y)! - scores.get(x)! || x - y).slice(0, k);
    });
    return { ...keptBy(lists.map((list) => list.slice(0, k))), rescored: keptBy(rescored) };
  };

  const d = queries.cols;
  const compressed: CompressedFigures[] = [
    {
      ...{ kind: "int8", dimensions: d, bytes: d },
      ...(await figuresOf(asked, bytesAsFloats(stored), similarity)),
    },
    {
      ...{ kind: "binary", dimensions: d, bytes: Math.ceil(d / 8) },
      // Of signs the inner product is d - 2 · the Hamming distance, whole numbers that products give exactly.
      ...(await figuresOf(signsOf(asked), signsOf(stored), "dot")),
    },
  ];
  for (const length of dimensions) {
    const [a, b] = [leadingColumns(asked, length), leadingColumns(stored, length)];
    const cut = `cut to ${length} ${length === 1 ? "dimension" : "dimensions"}`;
    checkMatrix(a, `${caller}: queries ${cut}`, { zeroRows });
    checkMatrix(b, `${caller}: corpus ${cut}`, { zeroRows });
    compressed.push({
      ...{ kind: "truncated", dimensions: length, bytes: 4 * length },
      ...(await figuresOf(a, b, similarity)),
    });
  }
  return {
    ...{ k, queries: evaluated, n: evaluated.length },
    withoutRelevant: relevant.length - evaluated.length,
    ownPassages: evaluated.reduce((sum, query) => sum + own[query].length, 0),
    copies: evaluated.reduce((sum, query) => sum + copies[query].length, 0),
    full: { ...keptBy(best), bytes: 4 * d },
    compressed,
  };
}

const listsOf = ({ k, passages }: Ranking): number[][] =>
  Array.from({ length: passages.length / k }, (_, i) => [...passages.subarray(i * k, (i + 1) * k)]);

const shareOf = (wanted: ReadonlySet<number>, list: readonly number[]): number =>
  list.filter((row) => wanted.has(row)).length / wanted.size;

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
