import { describe, expect, it } from "vitest";
import { fromRows, pairCosines } from "embedtune";

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
    expect([...cosines]).toEqual([24 / 25, -1, 1, 0.8]);
  });

  it("refuses only rows that are used, by name", () => {
    expect(() => pairCosines(queries, passages, columns([1], [0]))).toThrow(
      "queries: row 1 is all zeros",
    );
    expect(() => pairCosines(queries, passages, columns([3], [0]))).toThrow(
      "queries: row 3 holds a value that is not finite",
    );
    expect(() => pairCosines(queries, passages, columns([0], [3]))).toThrow(
      "pair 0: passages has 3 rows, received index 3",
    );
    expect(() => pairCosines(queries, fromRows([[1]]), columns([0], [0]))).toThrow(
      "queries have 2 dimensions, passages 1",
    );
    expect(() => pairCosines(queries, passages, columns([0], []))).toThrow("same length");
  });
});
