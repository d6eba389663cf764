import { setTimeout } from "node:timers/promises";
import { EigenvalueDecomposition, Matrix as DenseMatrix } from "ml-matrix";
import { afterEach, describe, expect, it } from "vitest";
import { symmetricEigen, type SymmetricEigen } from "../../src/math/decompose/eigen.js";
import { plainEigen } from "../../src/math/decompose/plain-eigen.js";
import {
  strideOf,
  tridiagonalize,
  type Tridiagonal,
} from "../../src/math/decompose/tridiagonalize.js";
import { withEngine } from "../../src/math/engines/engine-scope.js";
import { createKernelEngine } from "../../src/math/engines/kernel-engine.js";
import type { ProductEngine } from "../../src/math/engines/product-engine.js";
import { loadKernel, setKernel } from "../../src/math/kernel/kernel.js";
import { createMatrix, identityMatrix, type Matrix } from "../../src/math/matrix.js";
import { multiply, multiplyInKernel } from "../../src/math/multiply.js";
import { normalMatrix, sameBits } from "./random-matrix.js";

function randomGram(n: number, rank: number): Matrix {
  const a = normalMatrix(rank, n, n);
  return multiply(a, a, { transposeA: true });
}

function filled(n: number, value: (i: number, j: number) => number): Matrix {
  const matrix = createMatrix(n, n);
  for (let i = 0; i < n * n; i++) matrix.data[i] = value(Math.floor(i / n), i % n);
  return matrix;
}

/** Largest error of A · v = λ · v beside the largest |λ|, and of the vectors' orthonormality; in double precision. */
function errors(
  a: Matrix,
  { values, vectors }: SymmetricEigen = symmetricEigen(a),
): { residual: number; orthogonality: number } {
  const n = a.rows;
  const v = vectors.data;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300);
  let [residual, orthogonality] = [0, 0];
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      let [product, inner] = [0, 0];
      for (let p = 0; p < n; p++) {
        product += a.data[i * n + p] * v[p * n + j];
        inner += v[p * n + i] * v[p * n + j];
      }
      residual = Math.max(residual, Math.abs(product - values[j] * v[i * n + j]) / largest);
      orthogonality = Math.max(orthogonality, Math.abs(inner - (i === j ? 1 : 0)));
    }
  }
  return { residual, orthogonality };
}

describe("symmetricEigen", () => {
  afterEach(() => {
    setKernel();
  });

  const cases: readonly [string, Matrix][] = [
    ["a single value", filled(1, () => -3)],
    ["a small matrix", randomGram(20, 30)],
    ["a matrix just too large for plain JavaScript", randomGram(49, 60)],
    ["more than one merge, and an odd size", randomGram(151, 300)],
    ["a matrix of low rank", randomGram(150, 9)],
    ["one of rank one, whose rest is rounding", filled(180, () => 1)],
    ["zeros", createMatrix(100, 100)],
    ["the identity: one value, a hundred times", identityMatrix(100)],
    ["a diagonal with many repeats", filled(130, (i, j) => (i === j ? (i % 3) - 1 : 0))],
    ["Wilkinson's matrix, whose values come in near pairs", wilkinson(101)],
    ["values from 1e-30 to 1e8", filled(90, (i, j) => (i === j ? 10 ** (8 - (38 * i) / 90) : 0))],
    ["all values tiny", filled(90, (i, j) => 1e-30 / (1 + Math.abs(i - j)))],
    ["all values huge", filled(90, (i, j) => 1e30 / (1 + Math.abs(i - j)))],
    ["negative couplings", filled(120, (i, j) => (Math.abs(i - j) === 1 ? -1 : 0))],
  ];
  it.each(cases)("gives orthonormal vectors that fit their values: %s", (_, matrix) => {
    const { residual, orthogonality } = errors(matrix);
    expect(residual).toBeLessThan(2e-7);
    expect(orthogonality).toBeLessThan(4e-7);
  });

  it.each(cases)("does so in plain JavaScript too, where there is no SIMD: %s", (_, matrix) => {
    const n = matrix.rows;
    const { values, vectors } = plainEigen(Float64Array.from(matrix.data), n);
    const single = createMatrix(n, n, Float32Array.from(vectors));
    const { residual, orthogonality } = errors(matrix, { values, vectors: single });
    expect(residual).toBeLessThan(2e-7);
    expect(orthogonality).toBeLessThan(4e-7);
  });

  it("gives the values that ml-matrix gives, descending", () => {
    const matrix = randomGram(170, 400);
    const { values } = symmetricEigen(matrix);
    const dense = DenseMatrix.from1DArray(170, 170, matrix.data);
    const expected = new EigenvalueDecomposition(dense, { assumeSymmetric: true }).realEigenvalues;
    expected.sort((x, y) => y - x);
    for (let i = 0; i < 170; i++) {
      expect(Math.abs(values[i] - expected[i])).toBeLessThan(1e-12 * expected[0]);
    }
  });

  it("gives the leading part alone when asked, the same as in the whole", () => {
    for (const n of [30, 150]) {
      const matrix = randomGram(n, 3 * n);
      const whole = symmetricEigen(matrix);
      const part = symmetricEigen(matrix, { count: 11 });
      expect(part.values).toEqual(whole.values.slice(0, 11));
      expect(part.vectors.cols).toBe(11);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < 11; j++) {
          const [x, y] = [part.vectors.data[i * 11 + j], whole.vectors.data[i * n + j]];
          expect(Math.abs(x - y)).toBeLessThan(1e-7);
        }
      }
    }
    expect(symmetricEigen(randomGram(9, 9), { count: 0 }).vectors.rows).toBe(9);
  });

  it("gives the same bits whatever the number of threads", async () => {
    const matrix = randomGram(520, 600);
    const results = [];
    for (const threads of [1, 2, 4]) {
      setKernel({ threads });
      multiply(matrix, randomGram(520, 520)); // large enough to start the workers
      await setTimeout(100);
      results.push(symmetricEigen(matrix));
    }
    for (const { values, vectors } of results) {
      expect([...values]).toEqual([...results[0].values]);
      expect(sameBits(vectors.data, results[0].vectors.data)).toBe(true);
    }
  });

  it("reads one half of the matrix alone: the reduction is the same whatever the other half holds", () => {
    for (const n of [66, 131]) {
      const matrix = randomGram(n, 2 * n);
      const [plain, filled] = [0, 1e6].map((below) => reduced(matrix, below));
      expect(filled).toEqual(plain);
    }
  });

  it("takes its last products from the engine of the call, and the values from the kernel", () => {
    let products = 0;
    const other: ProductEngine = {
      ...createKernelEngine(),
      multiplySync(...operands) {
        products++;
        return multiplyInKernel(...operands);
      },
    };
    const matrix = randomGram(300, 400);
    const kernels = symmetricEigen(matrix);
    for (const count of [300, 40]) {
      const others = withEngine(other, () => symmetricEigen(matrix, { count }));
      expect(others.values).toEqual(kernels.values.slice(0, count));
      expect(others.vectors.cols).toBe(count);
      for (let i = 0; i < 300; i++) {
        for (let j = 0; j < count; j++) {
          const [x, y] = [others.vectors.data[i * count + j], kernels.vectors.data[i * 300 + j]];
          expect(Math.abs(x - y)).toBeLessThan(1e-6);
        }
      }
      if (count < 300) continue;
      const { residual, orthogonality } = errors(matrix, others);
      expect(residual).toBeLessThan(2e-7);
      expect(orthogonality).toBeLessThan(4e-7);
    }
    expect(products).toBeGreaterThan(10);
    const named = withEngine(createKernelEngine(), () => symmetricEigen(matrix));
    expect(sameBits(named.vectors.data, kernels.vectors.data)).toBe(true);
  });

  it("gives every vector the sign that makes its value of greatest magnitude positive", () => {
    const { vectors } = symmetricEigen(randomGram(60, 60));
    for (let j = 0; j < 60; j++) {
      const column = Array.from({ length: 60 }, (_, i) => vectors.data[i * 60 + j]);
      expect(Math.max(...column)).toBe(Math.max(...column.map(Math.abs)));
    }
  });

  it("refuses what is not square, not symmetric or not finite, and a count that is too large", () => {
    expect(() => symmetricEigen(createMatrix(2, 3))).toThrow(
      "symmetricEigen: matrix must be square, received 2 × 3",
    );
    const skew = createMatrix(2, 2, Float32Array.of(1, 2, 3, 1));
    expect(() => symmetricEigen(skew)).toThrow(
      "symmetricEigen: matrix must be symmetric, received 3 at row 1, column 0 and 2 at row 0",
    );
    const broken = createMatrix(2, 2, Float32Array.of(1, 2, 2, NaN));
    expect(() => symmetricEigen(broken)).toThrow(
      "row 1, column 1 must be a finite number, received NaN",
    );
    expect(() => symmetricEigen(identityMatrix(2), { count: 3 })).toThrow(
      "count must be an integer from 0 to 2, received 3",
    );
  });

  it("gives nothing for nothing", () => {
    expect(symmetricEigen(createMatrix(0, 0)).values).toHaveLength(0);
  });
});

/** The reduction of a matrix with `below` everywhere to the left of the squares of 4 × 4 on the diagonal. */
function reduced({ rows: n, data }: Matrix, below: number): Tridiagonal {
  const kernel = loadKernel()!;
  return kernel.scope(() => {
    const stride = strideOf(n);
    const at = kernel.reserve(stride * stride * 8);
    const work = kernel.float64(at, stride * stride).fill(0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) work[i * stride + j] = j < i - (i % 4) ? below : data[i * n + j];
    }
    return tridiagonalize(kernel, { at, n, stride });
  });
}

function wilkinson(n: number): Matrix {
  return filled(n, (i, j) => (i === j ? Math.abs(i - (n - 1) / 2) : Math.abs(i - j) === 1 ? 1 : 0));
}
