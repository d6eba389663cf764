import { checkNumber } from "../../base/checks.js";
import { checkSymmetric } from "./check-symmetric.js";
import { symmetricEigen } from "./eigen.js";
import { createMatrix, type Matrix } from "../matrix.js";
import { multiply } from "../multiply.js";

export interface SymmetricPowerOptions {
  /** Added to every eigenvalue first: (A + ridge · I)^power. @default 0 */
  readonly ridge?: number | undefined;
}

/**
 * A power of a symmetric positive semi-definite matrix, e.g. -1/2 for its inverse square root (the whitening transform
 * when A is a covariance). Eigenvalues below zero by no more than rounding count as zero.
 *
 * @param matrix n × n
 * @throws RangeError when the matrix is not symmetric and finite, has a negative eigenvalue, or is singular and the power
 * negative: a positive `ridge` then makes the answer finite.
 */
export function symmetricPower(
  matrix: Matrix,
  power: number,
  { ridge = 0 }: SymmetricPowerOptions = {},
): Matrix {
  checkNumber(power, "symmetricPower: power");
  checkNumber(ridge, "symmetricPower: ridge", { least: 0 });
  checkSymmetric(matrix, "symmetricPower: matrix");
  const { values, vectors } = symmetricEigen(matrix);
  const n = matrix.rows;
  const rounding = n * 2 ** -24 * Math.max(0, values[0] ?? 0);
  const roots = values.map((value) => {
    if (value < -rounding) {
      throw new RangeError(
        `symmetricPower: matrix must have no negative eigenvalue, received ${value} beside ${values[0]}`,
      );
    }
    const shifted = Math.max(0, value) + ridge;
    if (power < 0 && shifted <= (ridge > 0 ? 0 : rounding)) {
      throw new RangeError(
        `symmetricPower: matrix must not be singular for the power ${power} (add a ridge), received the eigenvalue ${value} beside ${values[0]}`,
      );
    }
    return Math.sqrt(shifted ** power);
  });
  // The product of one matrix with itself is half the work.
  const half = createMatrix(n, n, vectors.data);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) half.data[i * n + j] *= roots[j];
  const result = multiply(half, half, { transposeB: true });
  // On another engine the two halves differ by rounding; symmetric in, symmetric out.
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) result.data[i * n + j] = result.data[j * n + i];
  }
  return result;
}
