import { checkInteger } from "../../base/checks.js";
import { checkMatrix, checkSameDimensions, gatherRows, type Matrix } from "../../math/matrix.js";
import { topK } from "../../math/top-k.js";
import { normalizeRows } from "../../math/vectors.js";
import { cosineErrorBound, exactCosine } from "../pairs/exact-cosine.js";
import type { Retrieved } from "./trec-format.js";

/** The k nearest passages of each query. */
export interface Ranking {
  /** Passages kept per query: the k asked for, or the whole corpus where that is smaller. */
  readonly k: number;
  /** queries × k, best first: rows of the corpus. */
  readonly passages: Uint32Array;
  /** queries × k: their cosines, in 64 bits. */
  readonly cosines: Float64Array;
}

/**
 * The k passages nearest to each query by cosine, exactly: candidates come from single-precision products, their order
 * from 64-bit cosines, and more candidates are drawn until no other passage can belong to the list. Equal cosines stand
 * in the order of the corpus, as the list knows nothing of what is relevant; {@link rankRelevant}, which knows, puts the
 * wrong one first. Without ties the two agree.
 *
 * @param queries n × d.
 * @param corpus m × d, at least one row.
 * @param k How many, a whole number from 1.
 * @throws RangeError on mismatched dimensions, an empty corpus, values that are not finite and rows of zeros.
 */
export function retrieve(queries: Matrix, corpus: Matrix, k: number): Ranking {
  checkSameDimensions(queries, "retrieve: queries", corpus, "corpus");
  checkInteger(k, "retrieve: k", { least: 1 });
  if (corpus.rows === 0) throw new RangeError("retrieve: corpus must hold a row, received none");
  checkMatrix(queries, "retrieve: queries", { zeroRows: false });
  checkMatrix(corpus, "retrieve: corpus", { zeroRows: false });
  const kept = Math.min(k, corpus.rows);
  const cosine = exactCosine(queries, corpus, "retrieve: queries", "retrieve: corpus");
  const bound = cosineErrorBound(queries.cols);
  const unit = normalizeRows(corpus);
  const passages = new Uint32Array(queries.rows * kept);
  const cosines = new Float64Array(queries.rows * kept);

  let open = Array.from({ length: queries.rows }, (_, i) => i);
  for (let drawn = Math.min(corpus.rows, kept + 16); open.length > 0;) {
    const found = topK(normalizeRows(gatherRows(queries, open)), unit, drawn);
    const unsettled: number[] = [];
    for (const [i, query] of open.entries()) {
      const candidates = Array.from(
        found.indices.subarray(i * drawn, (i + 1) * drawn),
        (passage) => ({ passage, cosine: cosine(query, passage) }),
      );
      candidates.sort((a, b) => b.cosine - a.cosine || a.passage - b.passage);
      // A passage that was not drawn has a product no higher than the last one drawn.
      const unseen = found.scores[(i + 1) * drawn - 1] + bound;
      if (drawn < corpus.rows && unseen >= candidates[kept - 1].cosine) {
        unsettled.push(query);
        continue;
      }
      for (let j = 0; j < kept; j++) {
        passages[query * kept + j] = candidates[j].passage;
        cosines[query * kept + j] = candidates[j].cosine;
      }
    }
    open = unsettled;
    drawn = Math.min(corpus.rows, 4 * drawn);
  }
  return { k: kept, passages, cosines };
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
