import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosineSimilarity, createRandom, fromRows, pairCosines, type Matrix } from "embedtune";
import { roundCosine } from "../../src/math/cosine-grid.js";
import { rowOf } from "../../src/math/matrix.js";

const columns = (query: number[], passage: number[]) => ({
  query: Uint32Array.from(query),
  passage: Uint32Array.from(passage),
});

describe("pairCosines", () => {
  const queries = fromRows([
    [3, 4],
    [0, 0],
    [1, 0],
    [Infinity, 1],
  ]);
  const passages = fromRows([
    [4, 3],
    [-6, -8],
    [30, 40],
  ]);

  it("gives the cosine of each pair, whatever the lengths of the vectors", () => {
    const cosines = pairCosines(queries, passages, columns([0, 0, 0, 2], [0, 1, 2, 0]));
    expect([...cosines]).toEqual([24 / 25, -1, 1, 0.8].map(roundCosine));
  });

  it("agrees with comparing one pair after the other, to the step of the grid", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 50 }), (d, pairs) => {
        const random = createRandom(`${d} ${pairs}`);
        const normal = (rows: number): Matrix =>
          fromRows(Array.from({ length: rows }, () => Array.from({ length: d }, random.normal)));
        const [a, b] = [normal(9), normal(7)];
        const query = Array.from({ length: pairs }, (_, i) => (i * 5) % 9);
        const passage = Array.from({ length: pairs }, (_, i) => (i * 3) % 7);
        expect([...pairCosines(a, b, columns(query, passage))]).toEqual(
          query.map((row, i) => roundCosine(cosineSimilarity(rowOf(a, row), rowOf(b, passage[i])))),
        );
      }),
    );
  });

  it("refuses only rows that are used, by name", () => {
    expect(() => pairCosines(queries, passages, columns([1], [0]))).toThrow(
      "pairCosines: queries: row 1 must have a direction, received zeros only",
    );
    expect(() => pairCosines(queries, passages, columns([3], [0]))).toThrow(
      "pairCosines: queries: row 3 must have a direction, received a value that is not finite",
    );
    expect(() => pairCosines(queries, passages, columns([0], [3]))).toThrow(
      "pairCosines: pairs.passage[0] must be a row of the matrix of 3 rows, received 3",
    );
    expect(() => pairCosines(queries, fromRows([[1]]), columns([0], [0]))).toThrow(
      "pairCosines: queries and passages must have the same dimensions, received 2 and 1",
    );
    expect(() => pairCosines(queries, passages, columns([0], []))).toThrow("same length");
  });
});
