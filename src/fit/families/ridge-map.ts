import { cholesky, choleskySolve } from "../../math/decompose/cholesky.js";
import { symmetricEigen } from "../../math/decompose/eigen.js";
import {
  addToDiagonal,
  createMatrix,
  identityMatrix,
  transpose,
  type Matrix,
} from "../../math/matrix.js";
import { multiply } from "../../math/multiply.js";
import { addMatrices, subtractMatrices } from "../../math/elementwise.js";
import { scaleColumns } from "../matrix-layout.js";
import { once } from "./remember.js";
import { trace } from "./spread.js";

/** The linear map x ↦ x·G that takes one side of the pairs toward the other, held near the identity. */
export interface RidgeMap {
  /** rows · G. */
  apply(rows: Matrix): Matrix;
  /** G, d × d. */
  matrix(): Matrix;
  /** n × d: to - from·G, each row by a map that did not see that row (leave-one-out, exact). */
  residuals(): Matrix;
}

/** X = (A + shift · I)⁻¹ · B. */
type Solver = (b: Matrix) => Matrix;

/** From this μ on, what rounding does to the smallest eigenvalues of a moment is nothing beside the shift. */
const steadyMu = 0.01;

/**
 * Ridge regression toward the identity: G minimises mean |from·G - to|² + μ|G - I|². Systems of the smaller of n and d
 * equations: of few μ, each is solved by a Cholesky factor, which costs a tenth of an eigen-decomposition; that serves where
 * μ is so small that rounding could leave the system indefinite. μ is in units of the mean eigenvalue of the second moment
 * of `from`.
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
  const meanValue = trace(moment) / d;
  // Rows that are all zero (a single pair, centred) say nothing: any unit then gives the identity.
  const unit = meanValue > 0 ? meanValue : 1;
  // What G - I is solved from: of the primal form alone.
  const cross = once(() => overCount(multiply(from, difference, { transposeA: true }), n));
  const eigenSolver = once(() => solverByEigen(moment));
  return (mu) => {
    const shift = mu * unit;
    const solve = mu < steadyMu ? eigenSolver()(shift) : solverByCholesky(moment, shift);
    const weights = once(() => solve(difference));
    const update = once(() =>
      dual ? overCount(multiply(from, weights(), { transposeA: true }), n) : solve(cross()),
    );
    const change = (rows: Matrix): Matrix => {
      if (dual) {
        return multiply(overCount(multiply(rows, from, { transposeB: true }), n), weights());
      }
      // Of few rows, it is less to solve for them than for G.
      if (rows.rows < d) return multiply(transpose(solve(transpose(rows))), cross());
      return multiply(rows, update());
    };
    const apply = (rows: Matrix): Matrix => addMatrices(rows, change(rows));
    return {
      apply,
      matrix() {
        const result = createMatrix(d, d, update().data.slice());
        addToDiagonal(result, 1);
        return result;
      },
      residuals: () => leaveOneOut(subtractMatrices(to, apply(from)), leverages()),
    };

    /** Per row, its weight in its own prediction. */
    function leverages(): Float64Array {
      const inverse = solve(identityMatrix(moment.rows));
      if (dual) {
        return Float64Array.from({ length: n }, (_, i) => 1 - shift * inverse.data[i * n + i]);
      }
      const projected = multiply(from, inverse);
      return Float64Array.from({ length: n }, (_, i) => {
        let total = 0;
        for (let j = i * d; j < (i + 1) * d; j++) total += projected.data[j] * from.data[j];
        return total / n;
      });
    }
  };
}

function solverByCholesky(moment: Matrix, shift: number): Solver {
  const shifted = { ...moment, data: moment.data.slice() };
  addToDiagonal(shifted, shift);
  const factor = cholesky(shifted);
  return (b) => choleskySolve(factor, b);
}

function solverByEigen(moment: Matrix): (shift: number) => Solver {
  const { values, vectors } = symmetricEigen(moment);
  return (shift) => {
    const scaled = scaleColumns(
      vectors,
      values.map((value) => 1 / (Math.max(0, value) + shift)),
    );
    return (b) => multiply(scaled, multiply(vectors, b, { transposeA: true }));
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
