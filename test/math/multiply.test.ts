import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatrix, transpose, type Matrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import { plainProduct } from "../../src/math/kernel/plain-product.js";
import { largestError, normalMatrix, sameBits } from "./random-matrix.js";
import { kernelStatus } from "../../src/math/kernel/kernel.js";

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
    ...{ a: a.data, aRow: a.cols, aStep: 1, b: b.data, bStep: b.cols, bCol: 1, symmetric: false },
  });
  return out;
}

describe("multiply", () => {
  it("has a SIMD kernel to run on, on this platform", () => {
    expect(kernelStatus().simd).toBe(true);
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
      expect(sameBits(multiply(a, b).data, expected)).toBe(true);
      expect(sameBits(multiply(transpose(a), b, { transposeA: true }).data, expected)).toBe(true);
      expect(sameBits(multiply(a, transpose(b), { transposeB: true }).data, expected)).toBe(true);
    }
  });

  it("gives the same bits when the operands are larger than a block", () => {
    for (const [m, k, n] of [
      [1600, 40, 8],
      [8, 40, 1700],
      [8, 4000, 16],
    ]) {
      const [a, b] = [normalMatrix(m, k, 1), normalMatrix(k, n, 2)];
      expect(sameBits(multiply(a, b).data, plain(a, b))).toBe(true);
    }
  });

  it("keeps long sums exact to single precision: a million equal terms", () => {
    const ones = createMatrix(1_000_000, 3, new Float32Array(3_000_000).fill(0.1));
    const gram = multiply(ones, ones, { transposeA: true });
    const expected = 1e6 * Math.fround(0.1) ** 2;
    expect(Math.abs(gram.data[0] - expected) / expected).toBeLessThan(1e-5);
  });

  it("gives the same bits for a matrix times its own transpose, of which it computes only half", () => {
    for (const [m, k] of [
      [7, 300],
      [300, 80],
      [1601, 3],
    ]) {
      const a = normalMatrix(m, k, 1);
      const copy = createMatrix(m, k, a.data.slice());
      const expected = multiply(a, copy, { transposeB: true });
      expect(sameBits(multiply(a, a, { transposeB: true }).data, expected.data)).toBe(true);
    }
    const tall = normalMatrix(90, 301, 1);
    expect(
      sameBits(multiply(tall, tall, { transposeA: true }).data, plain(transpose(tall), tall)),
    ).toBe(true);
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
    expect(
      sameBits(multiply(createMatrix(2, 0), createMatrix(0, 3)).data, new Float32Array(6)),
    ).toBe(true);
    expect(multiply(createMatrix(0, 4), createMatrix(4, 3)).rows).toBe(0);
  });

  it("refuses operands that do not fit", () => {
    expect(() => multiply(createMatrix(2, 3), createMatrix(2, 3))).toThrow(
      "multiply: the inner dimensions must be the same, received 2 × 3 by 2 × 3",
    );
  });

  it("writes to the memory it is given, and refuses one that does not fit or is an operand's", () => {
    const [a, b] = [normalMatrix(4, 4, 1), normalMatrix(4, 4, 2)];
    const out = new Float32Array(16).fill(7);
    const product = multiply(a, b, { out });
    expect(product.data).toBe(out);
    expect(sameBits(out, multiply(a, b).data)).toBe(true);
    const nothing = multiply(createMatrix(4, 0), createMatrix(0, 4), { out });
    expect([...nothing.data]).toEqual(new Array(16).fill(0));
    expect(() => multiply(a, b, { out: new Float32Array(15) })).toThrow(
      "multiply: out must have 16 values for 4 × 4, received 15",
    );
    for (const operand of [a, b]) {
      expect(() => multiply(a, b, { out: operand.data })).toThrow(
        "multiply: out must be memory of its own, received an operand's",
      );
    }
    const memory = new Float32Array(40);
    const part = (from: number): Float32Array => memory.subarray(from, from + 16);
    const x = createMatrix(4, 4, part(0));
    expect(() => multiply(x, b, { out: part(15) })).toThrow("memory of its own");
    multiply(x, b, { out: part(16) });
  });
});
