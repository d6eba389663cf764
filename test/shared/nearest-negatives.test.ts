import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decodeNpy } from "../../src/data/sources/npy.js";
import { createVectorLookup, matrixOfTexts } from "../../src/negatives/indexes/text-vectors.js";
import { createVectorIndex } from "../../src/negatives/indexes/vector-index.js";
import { mineHardNegatives } from "../../src/negatives/mining/mine-hard-negatives.js";
import { miningTexts } from "../../src/negatives/mining/mining-texts.js";
import { gold } from "../negatives/support.js";
import { describeShared, readShared, readSharedLines } from "./shared-data.js";

describeShared("mining real questions under real vectors", () => {
  it("finds what NumPy finds straight from the definition", async () => {
    // Made by test/fixtures/negatives/nearest.py: rows of passages, and their cosines.
    const expected = JSON.parse(
      readFileSync(new URL("../fixtures/negatives/nearest.json", import.meta.url), "utf8"),
    ) as [row: number, cosine: number][][];
    const lines = readSharedLines("nq/questions-passages.jsonl.gz").map(
      (line) => JSON.parse(line) as { question: string; passage: string },
    );
    const pairs = lines.map(({ question, passage }) => gold(question, passage));
    const texts = miningTexts(pairs);
    const vectorsOf = (name: string, all: string[], asked: readonly string[]) =>
      matrixOfTexts(asked, createVectorLookup(all, decodeNpy(readShared(`nq/${name}`))));
    const questions = lines.map(({ question }) => question);
    const passages = lines.map(({ passage }) => passage);
    const index = createVectorIndex(texts, {
      queries: vectorsOf("queries-words-325d.npy", questions, texts.queries),
      passages: vectorsOf("passages-words-325d.npy", passages, texts.passages),
    });
    const mined = await mineHardNegatives(pairs, index, {
      numNegatives: 3,
      rangeMin: 2,
      rangeMax: 40,
      relativeMargin: 0.05,
      fold: false, // the definition takes two passages that differ by a comma for two
    });
    const byQuery = new Map(mined.queries.map(({ query, negatives }) => [query, negatives]));
    for (const [row, negatives] of expected.entries()) {
      const found = byQuery.get(questions[row])!;
      expect(found.map(({ text }) => text)).toEqual(
        negatives.map(([passage]) => passages[passage]),
      );
      for (const [i, [, cosine]] of negatives.entries()) {
        expect(found[i].score).toBeCloseTo(cosine, 5);
      }
    }
  });
});
