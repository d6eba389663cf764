import { symmetricEigen } from "../../math/decompose/eigen.js";
import { addToDiagonal, createMatrix, type Matrix } from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { addMatrices, subtractMatrices } from "../../math/elementwise.js";
import { scaleColumns } from "../matrix-layout.js";

/** The linear map x ↦ x·G that takes one side of the pairs toward the other, held near the identity. */
export interface RidgeMap {
  /** rows · G. */
  apply(rows: Matrix): Matrix;
  /** G, d × d. */
  matrix(): Matrix;
  /** n × d: to - from·G, each row by a map that did not see that row (leave-one-out, exact). */
  readonly residuals: Matrix;
}

/**
 * Ridge regression toward the identity: G minimises mean |from·G - to|² + μ|G - I|², for any number of μ from one
 * eigen-decomposition (of the smaller of n and d). μ is in units of the mean eigenvalue of the second moment of `from`.
 *
 * Source: Hoerl and Kennard, "Ridge regression", 1970; leave-one-out residuals as in Golub, Heath, Wahba, 1979.
 *
 * @param from n × d.
 * @param to n × d, row i belonging with row i of `from`.
 */
export function ridgeToIdentity(from: Matrix, to: Matrix): (mu: number) => RidgeMap {
  const { rows: n, cols: d } = from;
  const difference = subtractMatrices(to, from);
  const dual = n < d;
  const moment = overCount(
    multiply(from, from, dual ? { transposeB: true } : { transposeA: true }),
    n,
  );
  const { values, vectors } = symmetricEigen(moment);
  const eigenvalues = values.map((value) => Math.max(0, value));
  const meanValue = eigenvalues.reduce((total, value) => total + value, 0) / d;
  // Rows that are all zero (a single pair, centred) say nothing: any unit then gives the identity.
  const unit = meanValue > 0 ? meanValue : 1;
  const inverse = (mu: number): Matrix =>
    multiply(
      scaleColumns(
        vectors,
        eigenvalues.map((value) => 1 / (value + mu * unit)),
      ),
      vectors,
      { transposeB: true },
    );
  return (mu) => {
    const solver = inverse(mu);
    // update = G - I, kept as fromᵀ · weights / n in the dual form.
    const weights = dual ? multiply(solver, difference) : null;
    const update =
      weights === null
        ? multiply(solver, overCount(multiply(from, difference, { transposeA: true }), n))
        : null;
    const apply = (rows: Matrix): Matrix => {
      if (update !== null) return addMatrices(rows, multiply(rows, update));
      return addMatrices(
        rows,
        multiply(overCount(multiply(rows, from, { transposeB: true }), n), weights!),
      );
    };
    const matrix = (): Matrix => {
      const g = update ?? overCount(multiply(from, weights!, { transposeA: true }), n);
      const result = createMatrix(d, d, Float32Array.from(g.data));
      addToDiagonal(result, 1);
      return result;
    };
    return {
      apply,
      matrix,
      residuals: leaveOneOut(subtractMatrices(to, apply(from)), leverages()),
    };

    /** Per row, its weight in its own prediction. */
    function leverages(): Float64Array {
      if (dual) {
        return Float64Array.from({ length: n }, (_, i) => 1 - mu * unit * solver.data[i * n + i]);
      }
      const projected = multiply(from, solver);
      return Float64Array.from({ length: n }, (_, i) => {
        let total = 0;
        for (let j = i * d; j < (i + 1) * d; j++) total += projected.data[j] * from.data[j];
        return total / n;
      });
    }
  };
}

/** Divides every value by n, in place. */
function overCount(matrix: Matrix, n: number): Matrix {
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] /= n;
  return matrix;
}

function leaveOneOut(residuals: Matrix, leverages: Float64Array): Matrix {
  for (let i = 0; i < residuals.rows; i++) {
    // A leverage of 1 means that nothing but the row itself determined its prediction.
    const factor = 1 / Math.max(1 - leverages[i], 1e-3);
    for (let j = 0; j < residuals.cols; j++) residuals.data[i * residuals.cols + j] *= factor;
  }
  return residuals;
}
