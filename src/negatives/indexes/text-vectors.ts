import { checkSameLength, refuse } from "../../base/checks.js";
import { show } from "../../base/show.js";
import { checkIsMatrix, createMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import { dot, norm } from "../../math/vectors.js";
import { rowsByText } from "./text-rows.js";

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
 * @param matrix As many rows as there are texts.
 * @throws RangeError when there is no matrix, or not one row for each text.
 */
export function createVectorLookup(texts: readonly string[], matrix: Matrix): VectorLookup {
  checkIsMatrix(matrix, "createVectorLookup: matrix");
  checkSameLength(
    texts,
    "createVectorLookup: texts",
    { length: matrix.rows },
    "the rows of matrix",
  );
  const rows = rowsByText(texts);
  return (text) => {
    const row = rows.get(text);
    return row === undefined ? undefined : rowOf(matrix, row);
  };
}

/**
 * The vectors of the given texts as the rows of one matrix.
 *
 * @param name What messages call a text, e.g. `"passage"`.
 * @returns texts × dimensions
 * @throws RangeError naming the first text without a vector or with one of another length.
 */
export function matrixOfTexts(
  texts: readonly string[],
  lookup: VectorLookup,
  name = "text",
): Matrix {
  let result: Matrix | undefined;
  for (const [i, text] of texts.entries()) {
    const place = (): string => `vector of ${name} ${i} (${show(text)})`;
    const vector = lookup(text) ?? refuse(`matrixOfTexts: ${place()}`, "given", undefined);
    result ??= createMatrix(texts.length, vector.length);
    if (vector.length !== result.cols) {
      const expectation = `${result.cols}, as in the first`;
      refuse(`matrixOfTexts: number of values in the ${place()}`, expectation, vector.length);
    }
    result.data.set(vector, i * result.cols);
  }
  return result ?? createMatrix(0, 0);
}

/** A vector that has a direction, and its Euclidean length. */
export interface DirectedVector {
  readonly vector: ArrayLike<number>;
  readonly norm: number;
}

/**
 * The vector of a text, checked to have a direction, without which no cosine compares it.
 *
 * @param caller The public function that was called, as messages begin.
 * @param dimensions How many values it must have, where that is known.
 * @throws RangeError naming the text whose vector is missing, of another length, not finite or all zeros.
 */
export function vectorWithDirection(
  lookup: VectorLookup,
  text: string,
  side: string,
  caller: string,
  dimensions?: number,
): DirectedVector {
  const name = (): string => `vector of ${side} ${show(text)}`;
  const vector = lookup(text) ?? refuse(`${caller}: ${name()}`, "given", undefined);
  if (dimensions !== undefined && vector.length !== dimensions) {
    refuse(`${caller}: number of values in the ${name()}`, String(dimensions), vector.length);
  }
  const length = norm(vector);
  if (!(length > 0 && length < Infinity)) {
    refuse(`${caller}: norm of the ${name()}`, "a finite number > 0", length);
  }
  return { vector, norm: length };
}

/** The cosine of two vectors whose norms are known from checking them, so that none is computed for each comparison. */
export function directedCosine(a: DirectedVector, b: DirectedVector): number {
  return dot(a.vector, b.vector) / (a.norm * b.norm);
}
