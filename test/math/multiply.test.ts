import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatrix, transpose, type Matrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import { plainProduct } from "../../src/math/plain-product.js";
import { createRandom } from "../../src/math/random.js";
import { hasSimd } from "../../src/math/simd-product.js";

export function normalMatrix(rows: number, cols: number, seed: string | number): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal();
  return matrix;
}

/** The definition, in double precision. */
function naive(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.cols; j++) {
      let sum = 0;
      for (let p = 0; p < a.cols; p++) sum += a.data[i * a.cols + p] * b.data[p * b.cols + j];
      out[i * b.cols + j] = sum;
    }
  }
  return out;
}

function plain(a: Matrix, b: Matrix): Float32Array {
  const out = new Float32Array(a.rows * b.cols);
  plainProduct({
    ...{ m: a.rows, n: b.cols, k: a.cols, out },
    ...{ a: a.data, aRow: a.cols, aStep: 1, b: b.data, bStep: b.cols, bCol: 1 },
  });
  return out;
}

function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
  }
  return largest;
}

describe("multiply", () => {
  it("has a SIMD kernel to run on, on this platform", () => {
    expect(hasSimd()).toBe(true);
  });

  it("agrees with the definition for every shape and every transpose", () => {
    fc.assert(
      fc.property(
        ...([fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 600 })] as const),
        ...([fc.integer({ min: 1, max: 70 }), fc.boolean(), fc.boolean()] as const),
        (m, k, n, transposeA, transposeB) => {
          const a = normalMatrix(m, k, "a");
          const b = normalMatrix(k, n, "b");
          const product = multiply(transposeA ? transpose(a) : a, transposeB ? transpose(b) : b, {
            transposeA,
            transposeB,
          });
          expect([product.rows, product.cols]).toEqual([m, n]);
          expect(largestError(product.data, naive(a, b))).toBeLessThan(1e-6 * k + 1e-5);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives the same bits with the kernel and without", () => {
    for (const [m, k, n] of [
      [3, 700, 9],
      [64, 256, 64],
      [33, 257, 41],
      [130, 1000, 77],
    ]) {
      const [a, b] = [normalMatrix(m, k, 1), normalMatrix(k, n, 2)];
      const expected = plain(a, b);
      expect(multiply(a, b).data).toEqual(expected);
      expect(multiply(transpose(a), b, { transposeA: true }).data).toEqual(expected);
      expect(multiply(a, transpose(b), { transposeB: true }).data).toEqual(expected);
    }
  });

  it("gives the same bits when the operands are larger than a block", () => {
    for (const [m, k, n] of [
      [1600, 40, 8],
      [8, 40, 1700],
      [8, 4000, 16],
    ]) {
      const [a, b] = [normalMatrix(m, k, 1), normalMatrix(k, n, 2)];
      expect(multiply(a, b).data).toEqual(plain(a, b));
    }
  });

  it("keeps long sums exact to single precision: a million equal terms", () => {
    const ones = createMatrix(1_000_000, 3, new Float32Array(3_000_000).fill(0.1));
    const gram = multiply(ones, ones, { transposeA: true });
    const expected = 1e6 * Math.fround(0.1) ** 2;
    expect(Math.abs(gram.data[0] - expected) / expected).toBeLessThan(1e-5);
  });

  it("leaves its operands alone and gives a fresh result each time", () => {
    const [a, b] = [normalMatrix(20, 30, 1), normalMatrix(30, 20, 2)];
    const [copyA, copyB] = [a.data.slice(), b.data.slice()];
    const first = multiply(a, b);
    const kept = first.data.slice();
    multiply(b, a);
    expect([a.data, b.data, first.data]).toEqual([copyA, copyB, kept]);
  });

  it("lets NaN and infinities through rather than hiding them", () => {
    const a = normalMatrix(30, 30, 1);
    a.data[31] = NaN;
    const product = multiply(a, normalMatrix(30, 30, 2));
    expect([...product.data].map((x, i) => (Number.isNaN(x) ? Math.floor(i / 30) : 0))).toEqual(
      Array.from({ length: 900 }, (_, i) => (Math.floor(i / 30) === 1 ? 1 : 0)),
    );
  });

  it("gives zeros for an empty inner dimension and nothing for an empty outer one", () => {
    expect(multiply(createMatrix(2, 0), createMatrix(0, 3)).data).toEqual(new Float32Array(6));
    expect(multiply(createMatrix(0, 4), createMatrix(4, 3)).rows).toBe(0);
  });

  it("refuses operands that do not fit", () => {
    expect(() => multiply(createMatrix(2, 3), createMatrix(2, 3))).toThrow(
      "multiply: inner dimensions differ, 2 × 3 by 2 × 3",
    );
  });
});
