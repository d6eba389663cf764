import { checkChoice, checkSameLength, refuse } from "../../base/checks.js";
import type { PairColumns } from "../../data/types.js";
import { checkMatrix, type Matrix } from "../../math/matrix.js";
import { checkMatrices } from "../checks.js";
import { similarityOf, type SimilarityName } from "../../math/similarity.js";

/**
 * The cosine of every pair, in 64-bit sums: entry `i` compares query row `pairs.query[i]` with passage row
 * `pairs.passage[i]`. Each row's length is computed once, however many pairs it stands in. Cosines are rounded to whole
 * multiples of 2^-22, so that parallel vectors are equals to thresholds, curves and triplets.
 *
 * @param queries n × d.
 * @param passages m × d.
 * @returns Values in [-1, 1], one per pair.
 * @throws RangeError when dimensions differ, an index is outside its matrix, or a row that is used holds NaN, an
 * infinity or only zeros.
 */
export function pairCosines(
  queries: Matrix,
  passages: Matrix,
  pairs: Pick<PairColumns, "query" | "passage">,
): Float64Array {
  return scoresOfRows(queries, passages, pairs.query, pairs.passage, "cosine", {
    caller: "pairCosines",
    query: "pairs.query",
    passage: "pairs.passage",
  });
}

/**
 * {@link pairCosines}, or the inner product of every pair: the single-precision number next to the 64-bit sum, as lists
 * and ranks by inner products compare it.
 *
 * @throws RangeError as {@link pairCosines}; rows of zeros are refused for the cosine alone.
 */
export function pairScores(
  queries: Matrix,
  passages: Matrix,
  pairs: Pick<PairColumns, "query" | "passage">,
  { similarity = "cosine" }: { readonly similarity?: SimilarityName | undefined } = {},
): Float64Array {
  return scoresOfRows(queries, passages, pairs.query, pairs.passage, similarity, {
    caller: "pairScores",
    query: "pairs.query",
    passage: "pairs.passage",
  });
}

/** {@link pairScores} for columns of other names. */
export function scoresOfRows(
  queries: Matrix,
  passages: Matrix,
  queryRows: Uint32Array,
  passageRows: Uint32Array,
  similarity: SimilarityName,
  { caller, ...names }: { caller: string; query: string; passage: string },
): Float64Array {
  checkMatrices(queries, passages, caller, "passages");
  checkSameLength(queryRows, `${caller}: ${names.query}`, passageRows, names.passage);
  checkChoice(similarity, `${caller}: similarity`, ["cosine", "dot"]);
  if (similarity === "dot") {
    checkMatrix(queries, `${caller}: queries`);
    checkMatrix(passages, `${caller}: passages`);
  }
  const { exact } = similarityOf(similarity, queries, passages, caller, "passages");
  return Float64Array.from(queryRows, (query, i) => {
    const passage = passageRows[i];
    if (query >= queries.rows) refuseRow(`${caller}: ${names.query}[${i}]`, queries, query);
    if (passage >= passages.rows) refuseRow(`${caller}: ${names.passage}[${i}]`, passages, passage);
    return exact(query, passage);
  });
}

function refuseRow(place: string, { rows }: Matrix, row: number): never {
  refuse(place, `a row of the matrix of ${rows} rows`, row);
}
