import { refuse } from "../../base/checks.js";
import { createUnionFind } from "../../base/union-find.js";
import { alikeRows } from "../../math/alike-rows.js";
import { checkMatrix, fromRows, gatherRows, type Matrix } from "../../math/matrix.js";
import { normalizeRows } from "../../math/vectors.js";
import type { TwoVectors } from "./bridge-moments.js";

export type Vectors = Matrix | readonly ArrayLike<number>[];

/** Texts of one kind, rows of length 1. */
export interface BridgeTexts extends TwoVectors {
  /** Per row, the first row of the same text. */
  readonly same: Uint32Array;
}

/** @throws RangeError naming what is no matrix, or has a value that is not finite or a row of zeros. */
export function unitRows(vectors: Vectors, place: string): Matrix {
  const matrix = Array.isArray(vectors) ? fromRows(vectors as ArrayLike<number>[]) : vectors;
  checkMatrix(matrix as Matrix, place, { zeroRows: false });
  return normalizeRows(matrix as Matrix);
}

/**
 * Checks that both have a row per text, and finds texts that stand twice: those alike under either model.
 *
 * @throws RangeError as {@link unitRows}, and where the numbers of rows differ.
 */
export function readTexts(
  oldVectors: Vectors,
  newVectors: Vectors,
  oldPlace: string,
  newPlace: string,
): BridgeTexts {
  const texts = { old: unitRows(oldVectors, oldPlace), new: unitRows(newVectors, newPlace) };
  if (texts.old.rows !== texts.new.rows) {
    refuse(newPlace, `a row for each of the ${texts.old.rows} of ${oldPlace}`, texts.new.rows);
  }
  const sets = createUnionFind(texts.old.rows);
  for (const first of [alikeRows(texts.old), alikeRows(texts.new)]) {
    for (const [row, twin] of first.entries()) sets.join(row, twin);
  }
  return { ...texts, same: Uint32Array.from({ length: texts.old.rows }, (_, i) => sets.find(i)) };
}

export const distinctCount = (same: Uint32Array): number => new Set(same).size;

/** Some of the rows. */
export function pickTexts(texts: TwoVectors, rows: ArrayLike<number>): TwoVectors {
  return { old: gatherRows(texts.old, rows), new: gatherRows(texts.new, rows) };
}
