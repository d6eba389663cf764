import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromRows } from "../../../src/math/matrix.js";
import { createBm25Index } from "../../../src/negatives/indexes/bm25-index.js";
import type { NeighborIndex } from "../../../src/negatives/indexes/neighbor-index.js";
import { createVectorIndex } from "../../../src/negatives/indexes/vector-index.js";
import { mineHardNegatives } from "../../../src/negatives/mining/mine-hard-negatives.js";
import type { MiningOptions } from "../../../src/negatives/mining/mining-options.js";
import { gold, tableIndex } from "../support.js";

const positive = "Mount Fuji rises 3,776 metres above the sea.";
/** Spellings of the positive that are nearest to the question, then other passages. */
const copies = [
  positive.toUpperCase(),
  "Mount Fuji rises 3,776 metres above the sea",
  "Mount  Fuji rises 3,776 metres above the sea!",
  "mount fuji rises 3776 metres above the sea.",
  `It is said: ${positive}`,
  "“Mount Fuji” rises 3,776 metres above the sea.",
];
const crowded: Record<string, number> = { [positive]: 0.9 };
for (const [i, copy] of copies.entries()) crowded[copy] = 0.95 - i / 1000;
for (const [i, text] of ["X", "Y", "Z", "W"].entries()) crowded[text] = 0.5 - i / 100;

const mined = async (
  index: NeighborIndex,
  options?: MiningOptions,
  pairs = [gold("how high is fuji", positive)],
): Promise<string[]> =>
  (await mineHardNegatives(pairs, index, options)).queries.flatMap(({ negatives }) =>
    negatives.map(({ text }) => text),
  );

/** A corpus in falling order: passage i has the score 1 - i / 1000. */
const long = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, 1 - i / 1000]));

describe("the search of mineHardNegatives", () => {
  it("finds three negatives behind six near copies of the positive", async () => {
    expect(await mined(tableIndex(crowded))).toEqual(["X", "Y", "Z"]);
    expect(await mined(tableIndex(crowded), { rangeMax: 3 })).toEqual(["X", "Y", "Z"]);
    expect(await mined(tableIndex(crowded), { rangeMin: 1 })).toEqual(["Y", "Z", "W"]);
  });

  it.each<[string, MiningOptions]>([
    ["maxScore", { maxScore: 0.8605 }],
    ["absoluteMargin", { absoluteMargin: 0.1395 }],
    ["relativeMargin", { relativeMargin: 0.1395 }],
    ["positivePercentage", { positivePercentage: 86.05 }],
    ["a guard", { guards: [(_, text) => (Number(text.slice(1)) < 140 ? "mine" : null)] }],
  ])("goes deeper until enough get past %s", async (_, options) => {
    const index = tableIndex(long(400));
    const pairs = [gold("q", "p0")];
    expect(await mined(index, options, pairs)).toEqual(["p140", "p141", "p142"]);
    expect(index.asked.length).toBeGreaterThan(1);
  });

  it("goes deeper only for the queries that are short", async () => {
    const index = tableIndex(long(400));
    const asked: number[] = [];
    const counting: NeighborIndex = {
      ...index,
      search: (queries, k) => (asked.push(queries.length), index.search(queries, k)),
    };
    const pairs = ["a", "b", "c"].map((query) => gold(query, "p0"));
    const guards = [
      (query: string, text: string) =>
        query === "b" && Number(text.slice(1)) < 140 ? "mine" : null,
    ];
    const found = await mineHardNegatives(pairs, counting, { guards });
    expect(found.queries.map(({ negatives }) => negatives[0].text)).toEqual(["p1", "p140", "p1"]);
    expect(asked).toEqual([3, 1, 1]);
  });

  it("finds the last three of forty where a second scorer's scores rise with the rank and only they reach the least", async () => {
    const rescored: string[][] = [];
    const found = await mined(
      tableIndex(long(41)),
      {
        minScore: 38,
        rescore: (_, texts) => {
          rescored.push([...texts]);
          return texts.map((text) => Number(text.slice(1)));
        },
      },
      [gold("q", "p0")],
    );
    expect(found).toEqual(["p40", "p39", "p38"]);
    // The positive with the candidates; no candidate a second time.
    expect(rescored.flat().sort()).toEqual(["p0", ...Object.keys(long(41))].sort());
  });

  it("ends with the corpus, and where no deeper passage can reach the least score", async () => {
    const index = tableIndex(long(300));
    expect(await mined(index, { maxScore: 0 }, [gold("q", "p0")])).toEqual([]);
    expect(Math.max(...index.asked)).toBeGreaterThan(300);
    const bounded = tableIndex(long(300));
    expect(await mined(bounded, { minScore: 0.9985 }, [gold("q", "p0")])).toEqual(["p1"]);
    expect(bounded.asked).toHaveLength(1);
  });

  it("looks at no more than maxDepth passages, and no deeper than a rangeMax that the caller gave", async () => {
    const index = tableIndex(long(400));
    expect(await mined(index, { maxScore: 0.8605, maxDepth: 50 }, [gold("q", "p0")])).toEqual([]);
    expect(Math.max(...index.asked)).toBe(50);
    expect(await mined(index, { maxScore: 0.8605, rangeMax: 20 }, [gold("q", "p0")])).toEqual([]);
  });

  it("counts every passage of a deep search once", async () => {
    const { counts } = await mineHardNegatives([gold("q", "p0")], tableIndex(long(400)), {
      maxScore: 0.8605,
    });
    const dropped = Object.values(counts.drops).reduce<number>((sum, n) => sum + (n ?? 0), 0);
    expect(counts.mined + dropped).toBe(counts.retrieved);
    expect(counts.drops).toMatchObject({ positive: 1, "max-score": 139 });
  });

  it("stops a deep search at a signal", async () => {
    const controller = new AbortController();
    const index = tableIndex(long(400));
    const stopping: NeighborIndex = {
      ...index,
      async search(queries, k) {
        if (index.asked.length === 1) controller.abort(new Error("enough"));
        return index.search(queries, k);
      },
    };
    await expect(
      mineHardNegatives([gold("q", "p0")], stopping, { maxScore: 0, signal: controller.signal }),
    ).rejects.toThrow("enough");
  });

  it("refuses a rangeMax in which the negatives asked for have no room", async () => {
    const index = tableIndex(crowded);
    await expect(mined(index, { rangeMin: 2, rangeMax: 4 })).rejects.toThrow(
      "mineHardNegatives: rangeMax must be an integer >= 5, received 4",
    );
    await expect(mined(index, { numNegatives: 5, rangeMax: 4 })).rejects.toThrow(">= 5");
  });

  it("finds by any index as many as a search of the whole corpus finds", async () => {
    const word = fc.constantFrom("fuji", "height", "sea", "tower", "snow", "paris", "who", "Who");
    const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
    const input = fc.record({
      pairs: fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 6 }),
      corpus: fc.array(text, { maxLength: 60 }),
      numNegatives: fc.integer({ min: 1, max: 5 }),
      rangeMin: fc.nat(3),
      relativeMargin: fc.option(fc.double({ min: 0, max: 0.9, noNaN: true }), { nil: undefined }),
      minScore: fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { nil: undefined }),
      fold: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ pairs, corpus, ...options }) => {
        const positives = pairs.map(([query, passage]) => gold(query, passage));
        const passages = [...new Set([...corpus, ...pairs.map(([, passage]) => passage)])];
        const index = createBm25Index(passages);
        const whole: NeighborIndex = {
          ...index,
          search: (queries) => index.search(queries, passages.length + 1),
        };
        expect(await mined(index, options, positives)).toEqual(
          await mined(whole, options, positives),
        );
      }),
    );
  });
});

describe("a deep search of createVectorIndex", () => {
  it.each(["cosine", "dot"] as const)(
    "gives by %s the list that a shallow one begins with",
    async (similarity) => {
      const count = 4200;
      const rows = Array.from({ length: count }, (_, i) => [
        ((i * 37) % 101) - 50,
        ((i * 53) % 89) - 44.5,
        1,
      ]);
      const texts = { queries: ["q"], passages: rows.map((_, i) => `p${i}`) };
      const vectors = { queries: fromRows([[3, -1, 2]]), passages: fromRows(rows) };
      const index = createVectorIndex(texts, vectors, { similarity });
      const [deep] = await index.search(["q"], 9999);
      const [shallow] = await index.search(["q"], 500);
      expect(deep).toHaveLength(count);
      expect(deep.slice(0, 500)).toEqual(shallow);
      expect(new Set(deep.map(({ text }) => text)).size).toBe(count);
    },
  );
});
