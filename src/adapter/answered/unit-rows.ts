import { checkMatrix, rowOf, type Matrix } from "../../math/matrix.js";
import { norm } from "../../math/vectors.js";

/** How far from 1 the length of a row may be: stores of half precision round that much. */
const tolerance = 1e-3;

/**
 * Refuses what is no matrix, values that are not finite and rows that do not have length 1: cosines are inner products
 * here.
 *
 * @param name Begins with the public function that was called, e.g. `"createKnownQuestions: vectors"`.
 * @throws RangeError naming the row.
 */
export function checkUnitRows(matrix: Matrix, name: string): void {
  checkMatrix(matrix, name);
  for (let i = 0; i < matrix.rows; i++) {
    const length = norm(rowOf(matrix, i));
    if (Math.abs(length - 1) > tolerance) {
      throw new RangeError(
        `${name}: row ${i} must have length 1, as applyAdapter gives it, received ${length}`,
      );
    }
  }
}
