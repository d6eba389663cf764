import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBm25Index } from "../../../src/negatives/indexes/bm25-index.js";
import { mineHardNegatives } from "../../../src/negatives/mining/mine-hard-negatives.js";
import { miningTexts } from "../../../src/negatives/mining/mining-texts.js";
import { gold } from "../support.js";

interface Reference {
  readonly passages: string[];
  readonly queries: string[];
  readonly cases: { k1: number; b: number; scores: number[][] }[];
}

// Made by test/fixtures/negatives/bm25.py
const reference = JSON.parse(
  readFileSync(new URL("../../fixtures/negatives/bm25.json", import.meta.url), "utf8"),
) as Reference;

describe("createBm25Index", () => {
  const { passages, queries } = reference;

  it.each(reference.cases)(
    "scores as the formula says with k1 = $k1 and b = $b",
    async ({ k1, b, scores }) => {
      const index = createBm25Index(passages, { k1, b });
      const found = await index.search(queries, passages.length);
      for (const [i, query] of queries.entries()) {
        const expected = scores[i]
          .map((score, p) => ({ text: passages[p], score }))
          .filter(({ score }) => score > 0)
          .sort((x, y) => y.score - x.score || passages.indexOf(x.text) - passages.indexOf(y.text));
        expect(found[i].map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
        for (const [j, { score }] of found[i].entries())
          expect(score).toBeCloseTo(expected[j].score, 12);
        // What it says of given passages is the very number it ranks by.
        const given = await index.score!(
          query,
          found[i].map(({ text }) => text),
        );
        expect(Array.from(given)).toEqual(found[i].map(({ score }) => score));
      }
    },
  );

  it("scores a passage it does not hold by its own words, and no shared term as 0", async () => {
    const index = createBm25Index(passages);
    const given = await index.score!("the cat", ["cat", "zebra", ""]);
    expect(given[0]).toBeGreaterThan(0);
    expect([given[1], given[2]]).toEqual([0, 0]);
  });

  it("gives the k best in order, as sorting all would", async () => {
    const words = fc
      .array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 6 })
      .map((w) => w.join(" "));
    await fc.assert(
      fc.asyncProperty(
        fc.array(words, { maxLength: 20 }),
        words,
        fc.integer({ min: 1, max: 25 }),
        async (texts, query, k) => {
          const index = createBm25Index(texts);
          const [found] = await index.search([query], k);
          const all = Array.from(await index.score!(query, texts))
            .map((score, i) => ({ text: texts[i], score, i }))
            .filter(({ score }) => score > 0)
            .sort((x, y) => y.score - x.score || x.i - y.i)
            .slice(0, k);
          expect(found).toEqual(all.map(({ text, score }) => ({ text, score })));
        },
      ),
    );
  });

  it("takes the caller's own terms", async () => {
    const stem = (text: string): string[] =>
      text
        .toLowerCase()
        .match(/[a-z]+/g)
        ?.map((t) => t.replace(/s$/, "")) ?? [];
    const [found] = await createBm25Index(passages, { tokenize: stem }).search(["cats"], 9);
    expect(found).toHaveLength(3);
  });

  it("mines lexical negatives", async () => {
    const pairs = [gold("where did the cat sit", passages[0])];
    const { passages: corpus } = miningTexts(pairs, { corpus: passages });
    const mined = await mineHardNegatives(pairs, createBm25Index(corpus), { numNegatives: 1 });
    expect(mined.queries[0].negatives.map(({ text }) => text)).toEqual([passages[1]]);
  });

  it("answers over no passages, and refuses parameters out of range", async () => {
    expect(await createBm25Index([]).search(["a"], 3)).toEqual([[]]);
    expect(() => createBm25Index([], { k1: -1 })).toThrow("k1 must be a number >= 0, received -1");
    expect(() => createBm25Index([], { b: 2 })).toThrow(
      "b must be a number from 0 to 1, received 2",
    );
  });
});
