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

/** Of two lengths: no sum on the way to an inner product is larger, so none is infinite in single precision. */
const mostProduct = 2 ** 127;

/**
 * Cosines are compared on the grid of `roundCosine`; inner products, which know no such grid, as the single-precision
 * number next to the 64-bit sum.
 *
 * @param caller The public function, as messages begin.
 * @param corpusName What messages call the corpus.
 * @throws RangeError where inner products may be beyond single precision.
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
  const longest = longestOf(corpus);
  const longestQuery = longestOf(queries);
  if (longest * longestQuery > mostProduct) {
    throw new RangeError(
      `${caller}: queries and ${corpusName} must have inner products within single precision, received rows of lengths ${longestQuery} and ${longest}`,
    );
  }
  return {
    ...{ unitQueries: false, unitCorpus: false },
    exact: (i, j) => Math.fround(innerProduct(queries.data, i * cols, corpus.data, j * cols, cols)),
    bound: (i) => lengthOfRow(queries, i) * longest * (cols + 10) * 2 ** -24,
    cosine: false,
  };
}

function longestOf(matrix: Matrix): number {
  let longest = 0;
  for (let i = 0; i < matrix.rows; i++) longest = Math.max(longest, lengthOfRow(matrix, i));
  return longest;
}
