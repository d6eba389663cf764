import { refuse } from "../../base/checks.js";
import type { ItemsOf, TextTables } from "../../data/texts/text-tables.js";
import { checkIsMatrix, fromRows, gatherRows, type Matrix } from "../../math/matrix.js";

/** Vectors, one per row, in any of the forms that people have. */
export type Vectors = Matrix | readonly ArrayLike<number>[];

/** Vectors that were made beforehand, in the order of the data. */
export interface GivenVectors {
  /** One per pair, or per question of the queries. */
  readonly queries: Vectors;
  /** One per passage of the corpus; where there is none, one per pair. */
  readonly corpus: Vectors;
  /** Names the model they come from, as an embedder's id does. @default null */
  readonly embedder?: string | null | undefined;
}

/**
 * Finds each text's vector among those given.
 *
 * @throws RangeError when there are not as many as items, and when a pair names a passage that the corpus lacks.
 */
export function pickGivenVectors(
  tables: Pick<TextTables, "items" | "passages">,
  { queries, corpus }: GivenVectors,
  caller: string,
): { readonly queries: Matrix; readonly passages: Matrix } {
  const lacking = tables.items.passages.first.indexOf(-1);
  if (lacking !== -1) {
    throw new RangeError(
      `${caller}: vectors.corpus must have a vector of every passage that pairs name, but the corpus lacks ${JSON.stringify(tables.passages[lacking].slice(0, 60))}`,
    );
  }
  return {
    queries: pick(queries, tables.items.queries, `${caller}: vectors.queries`),
    passages: pick(corpus, tables.items.passages, `${caller}: vectors.corpus`),
  };
}

function pick(vectors: Vectors, { count, first }: ItemsOf, place: string): Matrix {
  const matrix = toMatrix(vectors, place);
  if (matrix.rows !== count)
    refuse(place, `${count} vectors, one per item of the data`, matrix.rows);
  return gatherRows(matrix, first);
}

/** Arrays of numbers are copied into a matrix; a matrix stays itself. */
function toMatrix(vectors: Vectors, place: string): Matrix {
  if (Array.isArray(vectors)) return fromRows(vectors as readonly ArrayLike<number>[]);
  checkIsMatrix(vectors, place);
  return vectors;
}
