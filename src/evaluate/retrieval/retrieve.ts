import { checkChoice, checkInteger } from "../../base/checks.js";
import type { LongJobOptions } from "../../base/progress.js";
import type { ProductEngine } from "../../math/engines/product-engine.js";
import { checkMatrix, type Matrix } from "../../math/matrix.js";
import { nearestRows, type NearestRows } from "../../math/search/nearest-rows.js";
import { similarityOf, type SimilarityName } from "../../math/similarity.js";
import { checkMatrices } from "../checks.js";
import type { Retrieved } from "./trec-format.js";

/** The k nearest passages of each query. */
export interface Ranking {
  /** Passages kept per query: the k asked for, or the whole corpus where that is smaller. */
  readonly k: number;
  /** queries × k, best first: rows of the corpus. */
  readonly passages: Uint32Array;
  /** queries × k: their cosines, whole multiples of 2^-22; inner products where ranked by these. */
  readonly cosines: Float64Array;
}

export interface RetrieveOptions {
  /** What passages are ranked by. @default "cosine" */
  readonly similarity?: SimilarityName | undefined;
}

/**
 * The k passages nearest to each query by cosine, exactly: products in single precision choose what may belong to the
 * list, 64-bit cosines on a grid of 2^-22 decide, so that parallel passages of any length are equals. Equal cosines stand
 * in the order of the corpus, as the list knows nothing of what is relevant; {@link rankRelevant}, which knows, puts the
 * wrong one first. Without ties the two agree.
 *
 * @param queries n × d.
 * @param corpus m × d, at least one row.
 * @param k How many, a whole number from 1.
 * @throws RangeError on mismatched dimensions, an empty corpus, values that are not finite and rows of zeros.
 */
export function retrieve(
  queries: Matrix,
  corpus: Matrix,
  k: number,
  { similarity }: RetrieveOptions = {},
): Ranking {
  const { blocks, result } = searchFor(queries, corpus, k, similarity, "retrieve");
  for (const block of blocks) block.run();
  return rankingFrom(result, k, corpus);
}

/**
 * {@link retrieve} by the products of another engine, e.g. `createOnnxEngine()` of `embedtune/onnx`: the same lists, bit
 * for bit.
 *
 * @throws RangeError as {@link retrieve}; the signal's reason when stopped.
 */
export async function retrieveWith(
  engine: ProductEngine,
  queries: Matrix,
  corpus: Matrix,
  k: number,
  { similarity, signal, onProgress }: RetrieveOptions & LongJobOptions = {},
): Promise<Ranking> {
  const { blocks, result } = searchFor(queries, corpus, k, similarity, "retrieveWith");
  for (const block of blocks) {
    signal?.throwIfAborted();
    onProgress?.({ stage: "retrieve", done: block.done, total: block.total });
    block.add(await engine.multiply(block.queries, block.corpus, { transposeB: true }));
  }
  const total = queries.rows * corpus.rows;
  onProgress?.({ stage: "retrieve", done: total, total });
  return rankingFrom(result, k, corpus);
}

function searchFor(
  queries: Matrix,
  corpus: Matrix,
  k: number,
  similarity: SimilarityName = "cosine",
  caller: string,
): NearestRows {
  checkMatrices(queries, corpus, caller);
  checkInteger(k, `${caller}: k`, { least: 1 });
  if (corpus.rows === 0) throw new RangeError(`${caller}: corpus must hold a row, received none`);
  checkChoice(similarity, `${caller}: similarity`, ["cosine", "dot"]);
  const zeroRows = similarity === "dot";
  checkMatrix(queries, `${caller}: queries`, { zeroRows });
  checkMatrix(corpus, `${caller}: corpus`, { zeroRows });
  const measure = similarityOf(similarity, queries, corpus, caller);
  return nearestRows(queries, corpus, Math.min(k, corpus.rows), measure);
}

function rankingFrom(found: NearestRows["result"], k: number, corpus: Matrix): Ranking {
  return {
    k: Math.min(k, corpus.rows),
    passages: Uint32Array.from(found.indices),
    cosines: Float64Array.from(found.scores),
  };
}

/**
 * The passages of one query, best first.
 *
 * @param query Row of the queries.
 * @returns Rows of the corpus.
 * @throws RangeError when the ranking holds no such query.
 */
export function rankingOf({ k, passages }: Ranking, query: number): number[] {
  checkInteger(query, "rankingOf: query", { least: 0, most: passages.length / k - 1 });
  return [...passages.subarray(query * k, (query + 1) * k)];
}

/**
 * A ranking with names, for {@link formatRun} and {@link evaluateRun}.
 *
 * @throws RangeError on another number of query ids than queries, too few passage ids, and a query id that repeats.
 */
export function toRun(
  ranking: Ranking,
  queryIds: readonly string[],
  passageIds: readonly string[],
): Map<string, Retrieved[]> {
  const { k, passages, cosines } = ranking;
  if (queryIds.length * k !== passages.length) {
    throw new RangeError(
      `toRun: queryIds must be one per query, ${passages.length / k}, received ${queryIds.length}`,
    );
  }
  const named = queryIds.map((id, query): [string, Retrieved[]] => [
    id,
    Array.from({ length: k }, (_, j) => {
      const passage = passages[query * k + j];
      if (passage >= passageIds.length) {
        throw new RangeError(
          `toRun: passageIds must be one per row of the corpus, received ${passageIds.length} where row ${passage} was retrieved`,
        );
      }
      return { id: passageIds[passage], score: cosines[query * k + j] };
    }),
  ]);
  const run = new Map(named);
  if (run.size !== queryIds.length) {
    throw new RangeError("toRun: queryIds must not repeat, received one twice");
  }
  return run;
}
