import { describe, expect, it } from "vitest";
import { fromRows } from "../../src/math/matrix.js";
import { toPairColumns } from "../../src/negatives/pair-columns.js";
import { lookupVectors, matrixOfTexts } from "../../src/negatives/indexes/text-vectors.js";

describe("toPairColumns", () => {
  it("lists every text once and the pairs as numbers", () => {
    const pair = (query: string, passage: string, label: 0 | 1) => ({
      query,
      passage,
      label,
      group: "p",
      kind: "gold",
    });
    expect(toPairColumns([pair("a", "x", 1), pair("a", "y", 0), pair("b", "x", 0)])).toEqual({
      queries: ["a", "b"],
      passages: ["x", "y"],
      pairs: {
        query: Uint32Array.of(0, 0, 1),
        passage: Uint32Array.of(0, 1, 0),
        label: Uint8Array.of(1, 0, 0),
      },
    });
  });
});

describe("matrixOfTexts", () => {
  const lookup = lookupVectors(
    ["x", "y"],
    fromRows([
      [1, 2],
      [3, 4],
    ]),
  );

  it("gathers the vectors of texts in their order", () => {
    expect(matrixOfTexts(["y", "x", "y"], lookup)).toEqual(
      fromRows([
        [3, 4],
        [1, 2],
        [3, 4],
      ]),
    );
  });

  it("names the text that has no vector or one of another length", () => {
    expect(() => matrixOfTexts(["x", "z"], lookup, "passage")).toThrow(
      'passage 1 ("z") has no vector',
    );
    expect(() => matrixOfTexts(["x", "y"], (text) => (text === "x" ? [1] : [1, 2]))).toThrow(
      'text 1 ("y"): expected a vector of 1 values, received 2',
    );
    expect(() => lookupVectors(["x"], fromRows([]))).toThrow(
      "1 texts need as many rows, received 0",
    );
  });
});
