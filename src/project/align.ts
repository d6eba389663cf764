import { SingularValueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import { checkMatrix, createMatrix, type Matrix } from "../math/matrix.js";
import { columnMeans } from "../math/vectors.js";

/**
 * Shifts, rotates and mirrors points (n × d) so that they lie as near as they can to the target's (n × d), row by row
 * and by least squares, distances between points kept: orthogonal Procrustes (Schönemann 1966). What differs between two
 * views is then a difference of the data, not of the arbitrary direction of their axes.
 *
 * @returns a new matrix, n × d, in the units of both.
 * @throws RangeError when the two have different shapes, or a value is not finite.
 */
export function alignPoints(points: Matrix, target: Matrix): Matrix {
  const { rows, cols } = points;
  if (rows !== target.rows || cols !== target.cols) {
    throw new RangeError(
      `alignPoints: points must be ${target.rows} × ${target.cols} like the target, received ${rows} × ${cols}`,
    );
  }
  checkMatrix(points, "alignPoints: points");
  checkMatrix(target, "alignPoints: target");
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
  const rotation = svd.leftSingularVectors.mmul(svd.rightSingularVectors.transpose());
  const result = createMatrix(rows, cols);
  for (let i = 0; i < rows; i++) {
    for (let b = 0; b < cols; b++) {
      let sum = to[b];
      for (let a = 0; a < cols; a++)
        sum += (points.data[i * cols + a] - from[a]) * rotation.get(a, b);
      result.data[i * cols + b] = sum;
    }
  }
  return result;
}
