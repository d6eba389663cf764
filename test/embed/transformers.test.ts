import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createTransformersEmbedder } from "embedtune/transformers";
import { rowOf } from "../../src/math/matrix.js";
import { tinyVectors, writeTinyTransformer } from "../support/tiny-transformer.js";

/** An optional peer of half a gigabyte: `npm i --no-save @huggingface/transformers` lets this part run. */
const installed = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve("@huggingface/transformers");
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!installed)("a local transformer", () => {
  const model = mkdtempSync(join(tmpdir(), "embedtune-model-"));
  writeTinyTransformer(model);
  afterAll(() => rmSync(model, { recursive: true, force: true }));

  const mean = (words: readonly string[]): number[] =>
    [0, 1, 2].map((j) => words.reduce((sum, w) => sum + tinyVectors[w][j], 0) / words.length);

  it("gives the mean of its tokens' vectors, whatever stands beside a text in its batch", async () => {
    const embedder = await createTransformersEmbedder({
      model,
      normalize: false,
      localFilesOnly: true,
      batchSize: 2,
    });
    const texts = ["red", "Red green BLUE blue", "unknown green"];
    const matrix = await embedder.embed(texts);
    const expected = [["red"], ["red", "green", "blue", "blue"], ["[UNK]", "green"]].map(mean);
    for (const [i, row] of expected.entries()) {
      for (const [j, value] of row.entries()) expect(rowOf(matrix, i)[j]).toBeCloseTo(value, 5);
    }
    expect(embedder.id).toBe(`transformers/${model}/fp32/mean/raw`);
  });

  it("gives vectors of length 1 by default", async () => {
    const embedder = await createTransformersEmbedder({ model, localFilesOnly: true });
    const { data } = await embedder.embed(["green green blue"]);
    expect(Math.hypot(...data)).toBeCloseTo(1, 5);
  });

  it("says which model cannot be loaded", async () => {
    await expect(
      createTransformersEmbedder({ model: join(model, "absent"), localFilesOnly: true }),
    ).rejects.toThrow(/absent: cannot be loaded/);
  });
});

describe.skipIf(installed)("a local transformer without its library", () => {
  it("says what to install", async () => {
    await expect(createTransformersEmbedder({ model: "any" })).rejects.toThrow(
      "createTransformersEmbedder: @huggingface/transformers must be installed (npm install @huggingface/transformers@4)",
    );
  });
});
