import { createMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import { norm } from "../../math/vectors.js";
import { quoteText } from "../compare-texts.js";

/** Gives the vector of a text; `undefined` where it has none. */
export type VectorLookup = (text: string) => ArrayLike<number> | undefined;

/** Vectors of the two sides; they may come from different models or prefixes but have one length. */
export interface SideVectors {
  readonly query: VectorLookup;
  readonly passage: VectorLookup;
}

/**
 * A lookup over a table: row `i` of `matrix` is the vector of `texts[i]`.
 *
 * @throws RangeError when there is not one row for each text.
 */
export function lookupVectors(texts: readonly string[], matrix: Matrix): VectorLookup {
  if (texts.length !== matrix.rows) {
    throw new RangeError(
      `lookupVectors: ${texts.length} texts need as many rows, received ${matrix.rows}`,
    );
  }
  const rows = new Map(texts.map((text, i) => [text, i]));
  return (text) => {
    const row = rows.get(text);
    return row === undefined ? undefined : rowOf(matrix, row);
  };
}

/**
 * The vectors of the given texts as the rows of one matrix.
 *
 * @throws RangeError naming the first text without a vector or with one of another length.
 */
export function matrixOfTexts(
  texts: readonly string[],
  lookup: VectorLookup,
  name = "text",
): Matrix {
  let result: Matrix | undefined;
  for (const [i, text] of texts.entries()) {
    const vector = lookup(text);
    const label = `${name} ${i} (${quoteText(text)})`;
    if (vector === undefined) throw new RangeError(`${label} has no vector`);
    result ??= createMatrix(texts.length, vector.length);
    if (vector.length !== result.cols) {
      throw new RangeError(
        `${label}: expected a vector of ${result.cols} values, received ${vector.length}`,
      );
    }
    result.data.set(vector, i * result.cols);
  }
  return result ?? createMatrix(0, 0);
}

/**
 * A vector that can be compared by cosine.
 *
 * @throws RangeError naming the text whose vector is missing, not finite, or zero.
 */
export function comparableVector(
  lookup: VectorLookup,
  text: string,
  side: string,
): { readonly vector: ArrayLike<number>; readonly length: number } {
  const vector = lookup(text);
  if (vector === undefined) throw new RangeError(`${side} ${quoteText(text)} has no vector`);
  const length = norm(vector);
  if (!Number.isFinite(length)) {
    throw new RangeError(`${side} ${quoteText(text)}: its vector holds a value that is not finite`);
  }
  if (length === 0) {
    throw new RangeError(
      `${side} ${quoteText(text)}: its vector is all zeros and has no direction to compare`,
    );
  }
  return { vector, length };
}
