import { createFunctionEmbedder } from "../../src/embed/function-embedder.js";

/** Vectors of two sizes of record: those of even texts fill a page, of odd ones too, as both have 200 values. */
const dimensions = 600;

export const lmdbTexts: readonly string[] = Array.from({ length: 700 }, (_, i) => `text ${i}`);

/** Right for one text alone: another's vector under its key is seen. */
export function vectorOf(text: string): Float32Array {
  let hash = 7;
  for (const character of text) hash = (hash * 31 + character.codePointAt(0)!) % 100_003;
  return Float32Array.from({ length: dimensions }, (_, j) => ((hash * (j + 3)) % 977) + 1);
}

export const lmdbEmbedder = createFunctionEmbedder((texts) => texts.map(vectorOf), {
  ...{ id: "fuzz/lmdb", symmetric: true, dimensions, batchSize: 100 },
});
