import { describe, expect, it } from "vitest";
import { unitPairs, preparePairs, type TrainingPairs } from "../../src/data/training-pairs.js";
import { createMatrix, fromRows } from "../../src/math/matrix.js";

const columns = (
  list: readonly (readonly [query: number, passage: number, label: number])[],
): TrainingPairs["pairs"] => ({
  query: Uint32Array.from(list, ([query]) => query),
  passage: Uint32Array.from(list, ([, passage]) => passage),
  label: Uint8Array.from(list, ([, , label]) => label),
});

const data: TrainingPairs = {
  queries: fromRows([
    [3, 4],
    [0, 2],
    [1, 0],
  ]),
  passages: fromRows([
    [0, 5],
    [1, 1],
  ]),
  pairs: columns([
    [0, 0, 1],
    [1, 0, 1],
    [2, 1, 1],
    [0, 1, 0],
    [0, 0, 1],
  ]),
};

describe("preparePairs", () => {
  it("sets the labels apart, each pair once, and scales every vector to length 1", () => {
    const { queries, positives, negatives } = preparePairs(data);
    expect(positives).toEqual({ query: Uint32Array.of(0, 1, 2), passage: Uint32Array.of(0, 0, 1) });
    expect(negatives).toEqual({ query: Uint32Array.of(0), passage: Uint32Array.of(1) });
    expect([...queries.data]).toEqual([...Float32Array.of(0.6, 0.8, 0, 1, 1, 0)]);
  });

  it("groups queries by the passages they share, unless groups are given", () => {
    expect([...preparePairs(data).groups]).toEqual([0, 0, 1]);
    const given = preparePairs({ ...data, groups: ["a", "b", "a"] });
    expect([...given.groups]).toEqual([0, 1, 0]);
    expect(given.groupCount).toBe(2);
  });

  it("begins its messages with its own name, unless given another", () => {
    const none = { ...data, pairs: columns([]) };
    expect(() => preparePairs(none)).toThrow("preparePairs: pairs must hold");
    expect(() => preparePairs(none, "fitRca")).toThrow("fitRca: pairs must hold");
  });
});

describe("unitPairs", () => {
  it.each<[string, Partial<TrainingPairs>, string]>([
    [
      "tables without dimensions",
      { queries: createMatrix(3, 0), passages: createMatrix(2, 0) },
      "queries must be of at least 1 dimension, received 0",
    ],
    [
      "dimensions that differ",
      { passages: createMatrix(2, 5) },
      "passages must have as many dimensions as the queries, 2, received 5",
    ],
    [
      "a vector of zeros",
      { passages: createMatrix(2, 2) },
      "passages: row 0 must have a direction, received zeros only",
    ],
    [
      "a column of another length",
      { pairs: { ...data.pairs, query: new Uint32Array(4) } },
      "pairs.query, pairs.passage and pairs.label must have the same length, received 4, 5 and 5",
    ],
    [
      "a query that is not there",
      { pairs: columns([[3, 0, 1]]) },
      "pairs.query[0] must be an integer from 0 to 2, received 3",
    ],
    [
      "a passage that is not there",
      { pairs: columns([[2, 2, 1]]) },
      "pairs.passage[0] must be an integer from 0 to 1, received 2",
    ],
    ["a label of 2", { pairs: columns([[0, 0, 2]]) }, "pairs.label[0] must be 0 or 1, received 2"],
    [
      "a pair that matches and does not",
      {
        pairs: columns([
          [0, 0, 1],
          [0, 0, 0],
        ]),
      },
      "query 0 with passage 0 must be labelled 0 or 1, received both",
    ],
    [
      "no match",
      { pairs: columns([[0, 0, 0]]) },
      "pairs must hold at least one with label 1, received 1 with label 0 alone",
    ],
    ["no pair", { pairs: columns([]) }, "pairs must hold at least one with label 1, received none"],
    [
      "groups of another length",
      { groups: ["a"] },
      "groups must name one per query (3), received 1",
    ],
  ])("refuses %s, after the place", (_, change, message) => {
    expect(() => unitPairs({ ...data, ...change }, "fitX: validation")).toThrow(
      `fitX: validation: ${message}`,
    );
  });
});
