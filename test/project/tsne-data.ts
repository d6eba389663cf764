import { createRandom } from "../../src/base/random.js";
import { createMatrix, type Matrix } from "../../src/math/matrix.js";

/** The integers of test/fixtures/project/tsne.py. */
export function fixtureIntegers(count: number, seed: number): number[] {
  let state = BigInt(seed);
  return Array.from({ length: count }, () => {
    state = (state * 1103515245n + 12345n) % 2147483648n;
    return (Number(state >> 8n) % 2001) - 1000;
  });
}

/** Its vectors: five clusters, row i in the one of i modulo 5. */
export function fixtureVectors(rows: number, cols: number): Matrix {
  const result = createMatrix(rows, cols, Float32Array.from(fixtureIntegers(rows * cols, 1)));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) if ((j - i) % 5 === 0) result.data[i * cols + j] += 2000;
  }
  return result;
}

/** Standard normal values. */
export function gaussian(rows: number, cols: number, seed: string): Matrix {
  const random = createRandom(seed);
  const data = Float32Array.from({ length: rows * cols }, () => random.normal());
  return createMatrix(rows, cols, data);
}

/** What a generator returns at last. */
export function finish<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
