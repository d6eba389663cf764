import { createMatrix, type Matrix } from "../../src/math/matrix.js";
import { createRandom } from "../../src/base/random.js";

/** Standard normal values. */
export function normalMatrix(rows: number, cols: number, seed: string | number): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return matrix;
}

/** The largest absolute difference; infinite when the lengths differ. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    if (!(error <= largest)) largest = error;
  }
  return largest;
}

/** Whether two arrays hold the same bits (quick, where `toEqual` walks millions of values one by one). */
export function sameBits(actual: Float32Array, expected: Float32Array): boolean {
  const bytes = (x: Float32Array): Buffer => Buffer.from(x.buffer, x.byteOffset, x.byteLength);
  return bytes(actual).equals(bytes(expected));
}
