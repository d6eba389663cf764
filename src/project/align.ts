import { SingularValueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import { createMatrix, type Matrix } from "../math/matrix.js";
import { columnMeans } from "../math/vectors.js";

/**
 * Moves, turns and mirrors points so that they lie as near as they can to the target's, row by row, distances between
 * points kept: orthogonal Procrustes (Schönemann 1966). What differs between two views is then a difference of the data,
 * not of the arbitrary direction of their axes.
 *
 * @throws RangeError when the two have different shapes.
 */
export function alignPoints(points: Matrix, target: Matrix): Matrix {
  const { rows, cols } = points;
  if (rows !== target.rows || cols !== target.cols) {
    throw new RangeError(
      `alignPoints: expected ${target.rows} × ${target.cols} points like the target, received ${rows} × ${cols}`,
    );
  }
  const from = columnMeans(points);
  const to = columnMeans(target);
  const cross = DenseMatrix.zeros(cols, cols);
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < cols; a++) {
      for (let b = 0; b < cols; b++) {
        const product = (points.data[i * cols + a] - from[a]) * (target.data[i * cols + b] - to[b]);
        cross.set(a, b, cross.get(a, b) + product);
      }
    }
  }
  const svd = new SingularValueDecomposition(cross);
  const turn = svd.leftSingularVectors.mmul(svd.rightSingularVectors.transpose());
  const result = createMatrix(rows, cols);
  for (let i = 0; i < rows; i++) {
    for (let b = 0; b < cols; b++) {
      let sum = to[b];
      for (let a = 0; a < cols; a++) sum += (points.data[i * cols + a] - from[a]) * turn.get(a, b);
      result.data[i * cols + b] = sum;
    }
  }
  return result;
}
