import fc from "fast-check";
import {
  EigenvalueDecomposition,
  Matrix as DenseMatrix,
  SingularValueDecomposition,
} from "ml-matrix";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../src/base/random.js";
import { smallEigen } from "../../src/math/decompose/small-eigen.js";
import { polarOf, smallSvd } from "../../src/math/decompose/small-svd.js";

/** Columns of a matrix of normal values. */
function normalColumns(m: number, n: number, seed: string | number): Float64Array[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => Float64Array.from({ length: m }, () => random.normal()));
}

/** Columns that ml-matrix takes, as its rows. */
const dense = (columns: readonly Float64Array[]): DenseMatrix =>
  new DenseMatrix(columns.map((column) => Array.from(column))).transpose();
const copy = (vectors: readonly Float64Array[]): Float64Array[] => vectors.map((x) => x.slice());
const columnsOf = (matrix: DenseMatrix): number[][] => matrix.transpose().to2DArray();
const plain = (vectors: readonly Float64Array[]): number[][] => vectors.map((x) => Array.from(x));

/** What is hard for the iteration: zeros on the diagonal, equal values, lower ranks, large and tiny values side by side. */
const hard: readonly (readonly [string, readonly (readonly number[])[]])[] = [
  ["one value", [[-3]]],
  ["zero", [[0]]],
  [
    "zeros",
    [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  ],
  [
    "the identity",
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  ],
  [
    "a lower rank",
    [
      [1, 2, 3],
      [2, 4, 6],
      [1, 0, 1],
    ],
  ],
  [
    "a zero column",
    [
      [1, 2, 3, 4],
      [0, 0, 0, 0],
      [1, 1, 0, 1],
    ],
  ],
  [
    "a zero first column",
    [
      [0, 0, 0],
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    "a zero at the end of the diagonal",
    [
      [1, 0, 0],
      [1, 1, 0],
      [0, 1, 0],
    ],
  ],
  [
    "a zero inside the diagonal",
    [
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0, 1, 1, 0],
      [0, 0, 1, 1],
    ],
  ],
  [
    "a permutation",
    [
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ],
  ],
  [
    "large and tiny values",
    [
      [1e150, 1],
      [1, 1e-150],
    ],
  ],
  [
    "subnormal values",
    [
      [5e-324, 0],
      [0, 1e-310],
    ],
  ],
];

function expectSvd(columns: readonly Float64Array[]): void {
  const [m, n] = [columns[0].length, columns.length];
  const { left, values, right } = smallSvd(copy(columns));
  const theirs = new SingularValueDecomposition(dense(columns));
  expect(plain([values])).toEqual([theirs.diagonal]);
  expect(plain(left)).toEqual(columnsOf(theirs.leftSingularVectors));
  expect(plain(right)).toEqual(columnsOf(theirs.rightSingularVectors));
  const scale = Math.max(values[0], Number.MIN_VALUE);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < m; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += left[k][i] * values[k] * right[k][j];
      expect(Math.abs(sum - columns[j][i]) / scale).toBeLessThan(1e-13 * n);
    }
  }
}

describe("smallSvd", () => {
  it("gives ml-matrix's bits, and the matrix back, for any shape of at least as many rows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(12), fc.nat(), (n, more, seed) => {
        expectSvd(normalColumns(n + more, n, seed));
      }),
      { numRuns: 60 },
    );
  });

  it.each(hard)("takes %s", (_, columns) => {
    expectSvd(columns.map((column) => Float64Array.from(column)));
  });

  it("takes any small matrix of whole numbers: many of those have a lower rank", () => {
    const column = fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(column, { minLength: 1, maxLength: 5 }), (columns) => {
        expectSvd(columns.map((values) => Float64Array.from(values)));
      }),
    );
  });
});

describe("polarOf", () => {
  it("is orthogonal, also where the matrix has a lower rank, and ml-matrix's", () => {
    for (const columns of [
      normalColumns(12, 12, 1),
      [...normalColumns(12, 6, 2), ...normalColumns(12, 6, 2)],
    ]) {
      const polar = polarOf(copy(columns));
      const svd = new SingularValueDecomposition(dense(columns));
      const theirs = svd.leftSingularVectors.mmul(svd.rightSingularVectors.transpose());
      expect(Array.from(polar)).toEqual(theirs.to1DArray());
      const gram = theirs.mmul(theirs.transpose()).sub(DenseMatrix.eye(12));
      expect(Math.max(gram.max(), -gram.min())).toBeLessThan(1e-13);
    }
  });
});

describe("smallEigen", () => {
  const expectEigen = (rows: readonly Float64Array[]): void => {
    const vectors = copy(rows);
    const values = smallEigen(vectors);
    const theirs = new EigenvalueDecomposition(dense(rows), { assumeSymmetric: true });
    expect(Array.from(values)).toEqual(theirs.realEigenvalues);
    expect(plain(vectors)).toEqual(columnsOf(theirs.eigenvectorMatrix));
  };

  it("gives ml-matrix's bits for any symmetric matrix", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(), (n, seed) => {
        const rows = normalColumns(n, n, seed);
        for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) rows[i][j] = rows[j][i];
        expectEigen(rows);
      }),
      { numRuns: 60 },
    );
  });

  it.each(hard.filter(([, columns]) => columns[0].length === columns.length))(
    "takes %s, made symmetric",
    (_, columns) => {
      expectEigen(
        columns.map((x, i) => Float64Array.from(x, (value, j) => (value + columns[j][i]) / 2)),
      );
    },
  );
});
