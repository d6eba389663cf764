import { describe, expect, it } from "vitest";
import { mineHardNegatives } from "embedtune";
import {
  toDatasetRecords,
  toLabelledLists,
  toLabelledPairs,
  toTriplets,
  toTuples,
} from "embedtune/negatives";
import { gold, tableIndex } from "../support.js";

// Columns and their order as sentence-transformers 6.2 gives them (`mine_hard_negatives`, its four output formats).
describe("toDatasetRecords", async () => {
  const mined = await mineHardNegatives(
    [gold("q", "A", "page")],
    tableIndex({ A: 0.9, B: 0.75, C: 0.5 }),
    { numNegatives: 2 },
  );

  it("names triplets anchor, positive and negative", () => {
    expect(toDatasetRecords(toTriplets(mined))).toEqual([
      { anchor: "q", positive: "A", negative: "B" },
      { anchor: "q", positive: "A", negative: "C" },
    ]);
    const [first] = toDatasetRecords(toTriplets(mined), { scores: true });
    expect(Object.entries(first)).toEqual([
      ["anchor", "q"],
      ["positive", "A"],
      ["negative", "B"],
      ["positive_score", 0.9],
      ["negative_score", 0.75],
    ]);
  });

  it("numbers the negatives of tuples from 1, with one list of scores", () => {
    const names = { anchor: "query", positive: "answer" };
    const [record] = toDatasetRecords(toTuples(mined, 2), { ...names, scores: true });
    expect(Object.entries(record)).toEqual([
      ["query", "q"],
      ["answer", "A"],
      ["negative_1", "B"],
      ["negative_2", "C"],
      ["score", [0.9, 0.75, 0.5]],
    ]);
  });

  it("keeps the passage of any label under the name of the positive, as pairs and as lists", () => {
    expect(toDatasetRecords(toLabelledPairs(mined))).toEqual([
      { anchor: "q", positive: "A", label: 1 },
      { anchor: "q", positive: "B", label: 0 },
      { anchor: "q", positive: "C", label: 0 },
    ]);
    expect(toDatasetRecords(toLabelledLists(mined), { scores: true })).toEqual([
      { anchor: "q", positive: ["A", "B", "C"], labels: [1, 0, 0], scores: [0.9, 0.75, 0.5] },
    ]);
  });

  it("takes pairs without scores, under the names of graded pairs", () => {
    const names = { anchor: "sentence1", positive: "sentence2", label: "score" };
    expect(toDatasetRecords([gold("q", "A", "page")], names)).toEqual([
      { sentence1: "q", sentence2: "A", score: 1 },
    ]);
    expect(toDatasetRecords([gold("q", "A", "page")], { scores: true })).toEqual([
      { anchor: "q", positive: "A", label: 1, score: null },
    ]);
  });

  it("refuses one name for two columns", () => {
    expect(() => toDatasetRecords(toTriplets(mined), { positive: "negative" })).toThrow(
      "toDatasetRecords: column names must be another for each column, received",
    );
    expect(() =>
      toDatasetRecords(toLabelledPairs(mined), { label: "score", scores: true }),
    ).toThrow("toDatasetRecords: column names");
  });
});
