import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldKey, looseKey } from "../../../src/data/text-identity.js";
import { mineHardNegatives } from "../../../src/negatives/mining/mine-hard-negatives.js";
import { gold, tableIndex } from "../support.js";

const words = fc
  .array(fc.constantFrom("ls", "-l", "-L", "mW", "MW", "naïve", "nai\u0308ve", "what", "does"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list) => list.join(" "));

/** The same text in another spelling: case, punctuation, blanks and Unicode form. */
const respelt = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      text,
      fc.constantFrom(
        (s: string) => s,
        (s: string) => s.toUpperCase(),
        (s: string) => `“${s}”!`,
        (s: string) => s.replaceAll(" ", "  "),
        (s: string) => s.normalize("NFD"),
        (s: string) => ` ${s} `,
      ),
    )
    .map(([s, change]) => change(s));

const world = fc.record({
  pairs: fc.array(fc.tuple(words, words), { minLength: 1, maxLength: 3 }),
  corpus: fc.uniqueArray(respelt(words), { minLength: 1, maxLength: 12 }),
});

describe("the guard against a query's own texts", () => {
  it.each([
    { fold: true, keyOf: looseKey },
    { fold: false, keyOf: goldKey },
  ])(
    "keeps out what equals the query or a positive, and nothing else: fold $fold",
    async ({ fold, keyOf }) => {
      await fc.assert(
        fc.asyncProperty(world, async ({ pairs, corpus }) => {
          const positives = pairs.map(([, passage]) => passage);
          const table = Object.fromEntries(
            [...positives, ...corpus].map((text, i) => [text, 1 - i / 100]),
          );
          const { queries } = await mineHardNegatives(
            pairs.map(([query, passage]) => gold(query, passage)),
            tableIndex(table),
            { numNegatives: 20, fold },
          );
          for (const { query, negatives } of queries) {
            const own = new Set([keyOf(query)]);
            for (const [q, p] of pairs) if (keyOf(q) === keyOf(query)) own.add(keyOf(p));
            const expected = new Set(
              Object.keys(table)
                .map(keyOf)
                .filter((key) => !own.has(key)),
            );
            // No text here is long enough to be looked for inside another: see holdsWords.
            expect(new Set(negatives.map(({ text }) => keyOf(text)))).toEqual(expected);
            expect(negatives).toHaveLength(expected.size);
          }
        }),
      );
    },
  );

  it("takes ls -L for a negative of ls -l only where nothing is folded", async () => {
    const mined = async (fold: boolean): Promise<string[]> => {
      const pairs = [gold("what does ls -l do", "ls -l lists")];
      const index = tableIndex({ "ls -l lists": 0.9, "ls -L lists": 0.8, other: 0.5 });
      const { queries } = await mineHardNegatives(pairs, index, { fold });
      return queries[0].negatives.map(({ text }) => text);
    };
    expect(await mined(true)).toEqual(["other"]);
    expect(await mined(false)).toEqual(["ls -L lists", "other"]);
  });
});
