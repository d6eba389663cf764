import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMatrix, rowOf, type Matrix } from "../../src/math/matrix.js";
import { multiply } from "../../src/math/multiply.js";
import { createRandom } from "../../src/base/random.js";
import { topK } from "../../src/math/top-k.js";

/** Small integers, so that scores are exact and ties are many. */
function integerMatrix(rows: number, cols: number, seed: number): Matrix {
  const random = createRandom(seed);
  const matrix = createMatrix(rows, cols);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.integer(5) - 2;
  return matrix;
}

/** By sorting all scores. */
function bySorting(
  queries: Matrix,
  corpus: Matrix,
  k: number,
  exclude: (query: number, row: number) => boolean = () => false,
): { indices: number[]; scores: number[] } {
  const all = multiply(queries, corpus, { transposeB: true });
  const indices: number[] = [];
  const scores: number[] = [];
  for (let q = 0; q < queries.rows; q++) {
    const row = rowOf(all, q);
    const order = Array.from(row, (_, i) => i)
      .filter((i) => !exclude(q, i))
      .sort((x, y) => row[y] - row[x] || x - y);
    for (let i = 0; i < k; i++) {
      indices.push(order[i] ?? -1);
      scores.push(i < order.length ? row[order[i]] : -Infinity);
    }
  }
  return { indices, scores };
}

describe("topK", () => {
  it("finds what sorting all scores finds, ties to the lower index", () => {
    fc.assert(
      fc.property(
        ...([fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 60 })] as const),
        ...([fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 70 })] as const),
        (q, n, d, k) => {
          const [queries, corpus] = [integerMatrix(q, d, 1), integerMatrix(n, d, 2)];
          const { indices, scores } = topK(queries, corpus, k);
          const expected = bySorting(queries, corpus, k);
          expect([...indices]).toEqual(expected.indices);
          expect([...scores].map((x) => x + 0)).toEqual(expected.scores.map((x) => x + 0));
        },
      ),
    );
  });

  it("finds the same over more rows than one block holds", () => {
    const [queries, corpus] = [integerMatrix(600, 6, 1), integerMatrix(2500, 6, 2)];
    const expected = bySorting(queries, corpus, 5);
    expect([...topK(queries, corpus, 5).indices]).toEqual(expected.indices);
  });

  it("leaves out what it is told to leave out", () => {
    const corpus = integerMatrix(40, 4, 3);
    const exclude = (query: number, row: number): boolean => row === query || row % 7 === 0;
    expect([...topK(corpus, corpus, 6, { exclude }).indices]).toEqual(
      bySorting(corpus, corpus, 6, exclude).indices,
    );
  });

  it("refuses different dimensions, a k that is no positive integer, and scores that are not finite", () => {
    const matrix = integerMatrix(3, 4, 1);
    expect(() => topK(matrix, createMatrix(2, 5), 1)).toThrow(
      "topK: queries and corpus must have the same dimensions, received 4 and 5",
    );
    expect(() => topK(matrix, matrix, 0)).toThrow("k must be an integer >= 1, received 0");
    for (const value of [NaN, Infinity, -Infinity]) {
      const broken = createMatrix(2, 4, Float32Array.of(1, 1, 1, 1, 1, value, 1, 1));
      const ones = createMatrix(1, 4, new Float32Array(4).fill(1));
      expect(() => topK(ones, broken, 1)).toThrow(
        `topK: the score of query 0 and corpus row 1 must be a finite number, received ${value}`,
      );
    }
  });
});
