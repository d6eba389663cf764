import { checkMatrix, type Matrix } from "../math/matrix.js";

/** @throws RangeError unless both are finite, and there is a point for each vector. */
export function checkPointOfEach(vectors: Matrix, points: Matrix, caller: string): void {
  checkMatrix(vectors, `${caller}: vectors`);
  checkMatrix(points, `${caller}: points`);
  if (points.rows !== vectors.rows) {
    throw new RangeError(
      `${caller}: points must have ${vectors.rows} rows like vectors, received ${points.rows}`,
    );
  }
}
