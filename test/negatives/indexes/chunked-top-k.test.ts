import { describe, expect, it } from "vitest";
import { createMatrix } from "../../../src/math/matrix.js";
import { createRandom } from "../../../src/base/random.js";
import { topK } from "../../../src/math/top-k.js";
import { chunkedTopK } from "../../../src/negatives/indexes/chunked-top-k.js";

describe("chunkedTopK", () => {
  // Small integers, so that equal scores are common; the corpus falls into five slices.
  const random = createRandom(2);
  const matrix = (rows: number, cols: number) =>
    createMatrix(
      rows,
      cols,
      Float32Array.from({ length: rows * cols }, () => random.integer(3)),
    );
  const queries = matrix(9, 4);
  const corpus = matrix(4500, 4);

  it.each([1, 7, 2000, 5000])("gives what topK gives, slice by slice, for k = %i", async (k) => {
    expect(await chunkedTopK(queries, corpus, k, undefined, 1)).toEqual(topK(queries, corpus, k));
  });

  it("stops at a signal between slices", async () => {
    const controller = new AbortController();
    const search = chunkedTopK(queries, corpus, 1, controller.signal, 1);
    controller.abort(new Error("enough"));
    await expect(search).rejects.toThrow("enough");
  });
});
