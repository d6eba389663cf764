import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromRows } from "../../../src/math/matrix.js";
import { createRandom } from "../../../src/base/random.js";
import { createAnswerGuard, shortAnswersOf } from "../../../src/negatives/guards/answer-guard.js";
import { createGoldGuard } from "../../../src/negatives/guards/gold-guard.js";
import { toLabelledPairs } from "../../../src/negatives/mining/mined-formats.js";
import {
  mineHardNegatives,
  type MinedNegatives,
} from "../../../src/negatives/mining/mine-hard-negatives.js";
import { miningTexts } from "../../../src/negatives/mining/mining-texts.js";
import { comparableText } from "../../../src/data/split/comparable-text.js";
import { createVectorIndex } from "../../../src/negatives/indexes/vector-index.js";
import { makeQuestion } from "../questions.js";
import { gold, tableIndex } from "../support.js";

const negativesOf = (mined: MinedNegatives): string[] =>
  mined.queries.flatMap(({ negatives }) => negatives.map(({ text }) => text));

const scores = { A: 0.9, B: 0.8, C: 0.7, D: 0.6, E: 0.5 };

describe("mineHardNegatives", () => {
  it("counts every passage it drops, by reason", async () => {
    const positive = "A passage that answers the question";
    const table = {
      A: 0.9,
      [positive]: 0.85,
      B: 0.8,
      b: 0.75,
      [`Again: ${positive.toUpperCase()}!`]: 0.72,
      C: 0.7,
      D: 0.6,
      E: 0.5,
      F: 0.1,
    };
    const index = tableIndex(table);
    const { counts, queries } = await mineHardNegatives(
      [gold("q", positive)],
      // An index may give more than it was asked for.
      { ...index, search: (texts) => index.search(texts, 99) },
      { numNegatives: 1, rangeMin: 1, rangeMax: 3, absoluteMargin: 0, minScore: 0.2 },
    );
    expect(queries[0].negatives).toEqual([{ text: "C", score: 0.7, positive: false }]);
    expect(counts).toEqual({
      queries: 1,
      wanted: 1,
      mined: 1,
      retrieved: 9,
      drops: {
        "absolute-margin": 1,
        duplicate: 1,
        "min-score": 1,
        "not-needed": 1,
        positive: 1,
        "range-max": 1,
        "range-min": 1,
        "repeats-positive": 1,
      },
    });
  });

  it("asks for ten times as many candidates when something may drop them", async () => {
    const index = tableIndex(scores);
    const pairs = [gold("q", "A"), gold("q", "B")];
    await mineHardNegatives(pairs, index, { numNegatives: 4, rangeMin: 1 });
    await mineHardNegatives(pairs, index, { numNegatives: 4, rangeMin: 1, maxScore: 1 });
    await mineHardNegatives(pairs, index, { numNegatives: 4, guards: [() => null] });
    await mineHardNegatives(pairs, index, { numNegatives: 4, rangeMax: 7 });
    // rangeMax, by default rangeMin + (1 or 10) · 4 + 2; and 2 more, for the positives.
    expect(index.asked).toEqual([9, 45, 44, 9]);
  });

  it("leaves out what a guard refuses, under the guard's reason", async () => {
    const { queries, counts } = await mineHardNegatives([gold("q", "A")], tableIndex(scores), {
      guards: [
        createAnswerGuard([["Q", ["c"]]]),
        (_, passage) => (passage === "B" ? "mine" : null),
      ],
    });
    expect(queries[0].negatives.map(({ text }) => text)).toEqual(["D", "E"]);
    expect(counts.drops).toEqual({ "holds-answer": 1, mine: 1, positive: 1 });
  });

  it("never mines what overlaps a gold span of any annotator, given the guard of the questions", async () => {
    const question = makeQuestion(
      "q",
      "p",
      [
        [0, 9],
        [0, 3],
        [3, 6],
        [10, 13],
        [13, 15],
        [13, 14],
      ],
      [1, 1, null, 5],
      {
        shortAnswers: ["p-11"],
      },
    );
    const texts = question.candidates.map(({ text }) => text);
    const table = Object.fromEntries(texts.map((text, i) => [text, 1 - i / 10]));
    const pairs = [gold("q", texts[1])];
    const guards = [createGoldGuard([question])];
    const mined = await mineHardNegatives(pairs, tableIndex(table), { guards });
    expect(negativesOf(mined)).toEqual([texts[2], texts[3]]);
    expect(mined.counts.drops).toEqual({ "overlaps-gold": 3, positive: 1 });
    const strict = { guards: [...guards, createAnswerGuard(shortAnswersOf([question]))] };
    expect(negativesOf(await mineHardNegatives(pairs, tableIndex(table), strict))).toEqual([
      texts[2],
    ]);
  });

  it("lets a second scorer replace all scores before it filters and ranks", async () => {
    const second: Record<string, number> = { A: 5, B: -3, C: 4, D: 6, E: 1 };
    const seen: string[][] = [];
    const mined = await mineHardNegatives([gold("q", "A")], tableIndex(scores), {
      absoluteMargin: 0,
      numNegatives: 2,
      rescoreConcurrency: 3,
      async rescore(_, passages) {
        seen.push([...passages]);
        return passages.map((text) => second[text]);
      },
    });
    expect(seen).toEqual([["A", "A", "B", "C", "D", "E"]]);
    expect(mined.queries[0].negatives).toEqual([
      { text: "C", score: 4, positive: false },
      { text: "E", score: 1, positive: false },
    ]);
    expect(mined.queries[0].positives).toEqual([{ text: "A", score: 5 }]);
  });

  it("asks a lower score of negatives also where the positive's is negative", async () => {
    const index = tableIndex({ P: -0.5, X: -0.48, Y: -0.51, Z: -0.6 });
    const mined = await mineHardNegatives([gold("q", "P")], index, { relativeMargin: 0.1 });
    expect(negativesOf(mined)).toEqual(["Z"]);
  });

  it("samples at random from the ranks asked for, the same for the same seed", async () => {
    const sample = async (seed: number): Promise<string[]> =>
      negativesOf(
        await mineHardNegatives([gold("q", "A")], tableIndex(scores), {
          samplingStrategy: "random",
          numNegatives: 2,
          rangeMin: 1,
          rangeMax: 4,
          seed,
        }),
      );
    expect(await sample(3)).toEqual(await sample(3));
    const drawn = await Promise.all(Array.from({ length: 60 }, (_, seed) => sample(seed)));
    expect(new Set(drawn.map((texts) => texts.join("")))).toEqual(new Set(["CD", "CE", "DE"]));
  });

  it("treats queries that differ in blanks at their ends or in Unicode form as one, with the positives of all", async () => {
    const pairs = [
      gold("caf\u00e9?", "A"),
      gold(" cafe\u0301? ", "B"),
      { ...gold("x", "C"), label: 0 as const },
    ];
    const mined = await mineHardNegatives(pairs, tableIndex(scores));
    expect(mined.queries.map(({ query }) => query)).toEqual([" cafe\u0301? "]);
    expect(mined.queries[0].positives.map(({ text }) => text)).toEqual(["A", "B"]);
    expect(negativesOf(mined)).toEqual(["C", "D", "E"]);
  });

  it("keeps queries of another case apart, and mines the positives of neither for the other", async () => {
    const pairs = [gold("Who?", "A"), gold("who?", "B")];
    const mined = await mineHardNegatives(pairs, tableIndex(scores));
    expect(mined.queries.map(({ query, positives }) => [query, positives[0].text])).toEqual([
      ["Who?", "A"],
      ["who?", "B"],
    ]);
    expect(negativesOf(mined)).toEqual(["C", "D", "E", "C", "D", "E"]);
    expect(mined.counts.drops).toEqual({ positive: 2, "repeats-positive": 2 });
    const exact = await mineHardNegatives(pairs, tableIndex(scores), { fold: false });
    expect(negativesOf(exact)).toEqual(["B", "C", "D", "A", "C", "D"]);
  });

  it("needs the positives' scores only for margins, and says whose is missing", async () => {
    const { search } = tableIndex(scores);
    const pairs = [gold("q", "P")];
    expect(negativesOf(await mineHardNegatives(pairs, { search }))).toEqual(["A", "B", "C"]);
    await expect(mineHardNegatives(pairs, { search }, { relativeMargin: 0.05 })).rejects.toThrow(
      'mineHardNegatives: score of positive "P" for query "q" must be known for a margin, received nothing',
    );
  });

  it("refuses options out of range and scores that are no numbers, by name", async () => {
    const mine = (options: object, index = tableIndex(scores)): Promise<unknown> =>
      mineHardNegatives([gold("q", "A")], index, options);
    await expect(mine({ numNegatives: 0 })).rejects.toThrow(
      "numNegatives must be an integer >= 1, received 0",
    );
    await expect(mine({ rangeMin: 5, rangeMax: 7 })).rejects.toThrow(
      "rangeMax must be an integer >= 8, received 7",
    );
    await expect(mine({ maxDepth: 0 })).rejects.toThrow("maxDepth must be an integer >= 1");
    await expect(mine({ maxScore: NaN })).rejects.toThrow(
      "maxScore must be a finite number, received NaN",
    );
    await expect(mine({ samplingStrategy: "best" })).rejects.toThrow(
      'must be "top" or "random", received "best"',
    );
    await expect(mine({}, tableIndex({ A: 1, B: NaN }))).rejects.toThrow(
      'mineHardNegatives: score of index.search for query "q" and passage "B" must be a finite number, received NaN',
    );
    await expect(mine({ rescore: () => [1] })).rejects.toThrow(
      'mineHardNegatives: number of scores of rescore for query "q" must be 6, one for each passage, received 1',
    );
    await expect(mine({}, { ...tableIndex(scores), search: async () => [] })).rejects.toThrow(
      "mineHardNegatives: number of results of index.search must be 1, one for each query, received 0",
    );
  });

  it("stops at a signal and reports its progress", async () => {
    const done: number[] = [];
    const pairs = Array.from({ length: 600 }, (_, i) => gold(`q${i}`, "A"));
    await mineHardNegatives(pairs, tableIndex(scores), { onProgress: (p) => done.push(p.done) });
    expect(done.at(-1)).toBe(600);
    expect(done.length).toBeGreaterThan(1);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(mineHardNegatives(pairs, tableIndex(scores), { signal })).rejects.toThrow(
      "enough",
    );
  });

  const someInput = fc.record({
    pairs: fc.array(
      fc.tuple(fc.nat(7), fc.nat(15)).map(([q, p]) => gold(`query ${q}`, `passage ${p}`)),
      { minLength: 1, maxLength: 25 },
    ),
    values: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 72, maxLength: 72 }),
    options: fc.record(
      {
        numNegatives: fc.integer({ min: 1, max: 4 }),
        rangeMin: fc.nat(3),
        rangeMax: fc.integer({ min: 7, max: 15 }),
        maxScore: fc.double({ min: -1, max: 1, noNaN: true }),
        minScore: fc.double({ min: -1, max: 1, noNaN: true }),
        absoluteMargin: fc.double({ min: 0, max: 0.5, noNaN: true }),
        relativeMargin: fc.double({ min: 0, max: 0.5, noNaN: true }),
        samplingStrategy: fc.constantFrom("top" as const, "random" as const),
        seed: fc.integer(),
      },
      { requiredKeys: [] },
    ),
  });

  it("never emits a positive or a pair twice, keeps every bound, accounts for all, and does not depend on order", async () => {
    await fc.assert(
      fc.asyncProperty(someInput, async ({ pairs, values, options }) => {
        // Three dimensions, a last one that is never zero; few distinct values, so that equal scores are common.
        const vector = (text: string): number[] => {
          const at = 3 * (Number(text.split(" ")[1]) + (text.startsWith("query") ? 0 : 8));
          return [values[at], values[at + 1], 5];
        };
        const mine = async (input: typeof pairs): Promise<MinedNegatives> => {
          const texts = miningTexts(input, { sorted: true });
          const index = createVectorIndex(texts, {
            queries: fromRows(texts.queries.map(vector)),
            passages: fromRows(texts.passages.map(vector)),
          });
          return mineHardNegatives(input, index, options);
        };
        const mined = await mine(pairs);
        const { counts } = mined;
        const dropped = Object.values(counts.drops).reduce<number>((sum, n) => sum + (n ?? 0), 0);
        expect(counts.mined + dropped).toBe(counts.retrieved);
        const negatives = toLabelledPairs(mined).filter(({ label }) => label === 0);
        expect(negatives).toHaveLength(counts.mined);
        const own = (query: string): string[] =>
          pairs
            .filter((pair) => pair.query === query)
            .map(({ passage }) => comparableText(passage));
        for (const { query, passage, score } of negatives) {
          expect(own(query)).not.toContain(comparableText(passage));
          const lowest = Math.min(
            ...mined.queries.find((entry) => entry.query === query)!.positives.map((p) => p.score!),
          );
          const { maxScore = 1, minScore = -1, absoluteMargin = -9, relativeMargin } = options;
          expect(score! <= maxScore + 1e-6 && score! >= minScore - 1e-6).toBe(true);
          expect(score! + absoluteMargin).toBeLessThanOrEqual(lowest + 1e-6);
          if (relativeMargin !== undefined) {
            expect(score!).toBeLessThanOrEqual(lowest - relativeMargin * Math.abs(lowest) + 1e-6);
          }
        }
        expect(new Set(negatives.map(({ query, passage }) => `${query}\n${passage}`)).size).toBe(
          negatives.length,
        );
        const shuffled = createRandom(1).shuffle([...pairs]);
        const lines = (result: MinedNegatives): string[] =>
          toLabelledPairs(result)
            .map(({ query, passage, label }) => `${label} ${query} ${passage}`)
            .sort();
        expect(lines(await mine(shuffled))).toEqual(lines(mined));
      }),
    );
  });
});
