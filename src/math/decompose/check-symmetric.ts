import { checkMatrix, shapeOf, type Matrix } from "../matrix.js";

const SQUARE = 32;

/**
 * Refuses what is not a finite symmetric matrix (to 1e-4 of its largest value).
 *
 * @param place The public function that was called and the argument.
 * @throws RangeError naming `place`, and row and column where there are some.
 */
export function checkSymmetric(matrix: Matrix, place: string): void {
  const { rows: n, cols, data } = matrix;
  if (n !== cols) {
    throw new RangeError(`${place} must be square, received ${shapeOf(matrix)}`);
  }
  checkMatrix(matrix, place);
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const value = Math.abs(data[i]);
    if (value > largest) largest = value;
  }
  // Square by square, so that both sides of the diagonal stay in the cache.
  for (let i0 = 0; i0 < n; i0 += SQUARE) {
    for (let j0 = 0; j0 <= i0; j0 += SQUARE) {
      for (let i = i0; i < Math.min(n, i0 + SQUARE); i++) {
        for (let j = j0; j < Math.min(i, j0 + SQUARE); j++) {
          const x = data[i * n + j];
          const y = data[j * n + i];
          if (Math.abs(x - y) > 1e-4 * largest) {
            throw new RangeError(
              `${place} must be symmetric, received ${x} at row ${i}, column ${j} and ${y} at row ${j}, column ${i}`,
            );
          }
        }
      }
    }
  }
}
