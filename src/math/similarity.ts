import { cosineErrorBound, gridCosine } from "./exact-cosine.js";
import type { Matrix } from "./matrix.js";
import { innerProduct, lengthOfRow } from "./vectors.js";

/** What "near" means: the cosine, or the inner product, for models whose vectors' lengths carry something. */
export type SimilarityName = "cosine" | "dot";

/** A measure by which rows are ranked: products in single precision choose, exact scores decide. */
export interface Similarity {
  /** Whether rows of the queries are brought to length 1 before their products approximate the scores. */
  readonly unitQueries: boolean;
  readonly unitCorpus: boolean;
  /** Of row `i` of the queries and row `j` of the corpus: what is compared. */
  readonly exact: (i: number, j: number) => number;
  /** How far a product with row `i` of the queries can lie from the exact score. */
  readonly bound: (i: number) => number;
  /** Whether scores are cosines on the grid, which rounded rows approximate as well. */
  readonly cosine: boolean;
}

/**
 * Cosines are compared on the grid of `roundCosine`; inner products, which know no such grid, as the single-precision
 * number next to the 64-bit sum.
 *
 * @param caller The public function, as messages begin.
 * @param corpusName What messages call the corpus.
 */
export function similarityOf(
  name: SimilarityName,
  queries: Matrix,
  corpus: Matrix,
  caller: string,
  corpusName = "corpus",
): Similarity {
  const { cols } = queries;
  if (name === "cosine") {
    const bound = cosineErrorBound(cols);
    const exact = gridCosine(queries, corpus, `${caller}: queries`, `${caller}: ${corpusName}`);
    return { unitQueries: true, unitCorpus: true, exact, bound: () => bound, cosine: true };
  }
  let longest = 0;
  for (let j = 0; j < corpus.rows; j++) longest = Math.max(longest, lengthOfRow(corpus, j));
  return {
    ...{ unitQueries: false, unitCorpus: false },
    exact: (i, j) => Math.fround(innerProduct(queries.data, i * cols, corpus.data, j * cols, cols)),
    bound: (i) => lengthOfRow(queries, i) * longest * (cols + 10) * 2 ** -24,
    cosine: false,
  };
}
