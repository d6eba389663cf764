import { describe, expect, it } from "vitest";
import { fromRows, type Matrix } from "../../../src/math/matrix.js";
import { createVectorLookup, matrixOfTexts } from "../../../src/negatives/indexes/text-vectors.js";

describe("matrixOfTexts", () => {
  const lookup = createVectorLookup(
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
      'matrixOfTexts: vector of passage 1 ("z") must be given, received nothing',
    );
    expect(() => matrixOfTexts(["x", "y"], (text) => (text === "x" ? [1] : [1, 2]))).toThrow(
      'matrixOfTexts: number of values in the vector of text 1 ("y") must be 1, as in the first, received 2',
    );
    expect(() => createVectorLookup(["x"], fromRows([]))).toThrow(
      "createVectorLookup: texts and the rows of matrix must have the same length, received 1 and 0",
    );
  });

  it("refuses what is no matrix, or one that is cut off, before any text is looked up", () => {
    const lists = [[1, 0]] as unknown as Matrix;
    expect(() => createVectorLookup(["a"], lists)).toThrow(
      "createVectorLookup: matrix must be a Matrix, as fromRows makes it, received an array of 1",
    );
    const cut = { rows: 2, cols: 2, data: new Float32Array(3) };
    expect(() => createVectorLookup(["a", "b"], cut)).toThrow(
      "createVectorLookup: matrix must have rows × cols values, 2 × 2, received 3",
    );
  });
});
