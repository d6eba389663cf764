import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupedFolds } from "../../src/data/split/grouped-folds.js";
import { groupedSplit } from "../../src/data/split/grouped-split.js";
import { leakReport } from "../../src/data/split/leak-report.js";
import type { Pair } from "../../src/data/types.js";
import { createRandom } from "../../src/base/random.js";

const pair = (query: string, passage: string, group: string, label: 0 | 1 = 1): Pair => ({
  query,
  passage,
  label,
  group,
  kind: "gold",
});

const pairs = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 30 }),
    )
    .map(([q, p, g]) => pair(`question ${q}`, `passage ${p}`, `page ${g}`)),
  { minLength: 1, maxLength: 60 },
);

describe("groupedSplit", () => {
  it("puts every item on one side and shares no question, passage or page between sides", () => {
    fc.assert(
      fc.property(pairs, fc.integer(), (items, seed) => {
        let sides;
        try {
          sides = groupedSplit(items, { train: 0.5, validation: 0.2, test: 0.3, seed });
        } catch (error) {
          expect(String(error)).toContain("groupedSplit: items must come in at least 3 groups");
          return;
        }
        const { train, validation, test } = sides;
        expect(train.length + validation.length + test.length).toBe(items.length);
        expect(Math.min(train.length, validation.length, test.length)).toBeGreaterThan(0);
        expect(leakReport(train, test).clean).toBe(true);
        expect(leakReport(train, validation).clean).toBe(true);
        expect(leakReport(validation, test).clean).toBe(true);
      }),
    );
  });

  it("gives the same sides in whatever order the items come", () => {
    const items = Array.from({ length: 200 }, (_, i) => pair(`q${i}`, `p${i}`, `g${i >> 1}`));
    const shuffled = createRandom(3).shuffle([...items]);
    const names = (side: readonly Pair[]): string[] => side.map(({ query }) => query).sort();
    const [a, b] = [groupedSplit(items, { seed: 7 }), groupedSplit(shuffled, { seed: 7 })];
    expect(names(a.test)).toEqual(names(b.test));
    expect(names(a.train)).toEqual(names(b.train));
    expect(names(groupedSplit(items, { seed: 8 }).test)).not.toEqual(names(a.test));
  });

  it("meets the shares to within the size of a group", () => {
    const items = Array.from({ length: 1000 }, (_, i) => pair(`q${i}`, `p${i}`, `g${i >> 2}`));
    const { train, validation, test } = groupedSplit(items, {
      train: 0.55,
      validation: 0.15,
      test: 0.3,
    });
    expect(Math.abs(train.length - 550)).toBeLessThanOrEqual(4);
    expect(Math.abs(validation.length - 150)).toBeLessThanOrEqual(4);
    expect(Math.abs(test.length - 300)).toBeLessThanOrEqual(4);
  });

  it("keeps a chain together: one question on two pages, one passage under two questions", () => {
    const chain = [
      pair("a", "1", "x"),
      pair("A ", "2", "y"),
      pair("b", "2", "z"),
      pair("c", "3", "Z"),
    ];
    const rest = Array.from({ length: 20 }, (_, i) => pair(`q${i}`, `p${i}`, `g${i}`));
    for (let seed = 0; seed < 10; seed++) {
      const sides = Object.values(groupedSplit([...chain, ...rest], { seed }));
      const holding = sides.filter((side) => chain.some((item) => side.includes(item)));
      expect(holding).toHaveLength(1);
    }
  });

  it("does not tie items by a passage that answers neither", () => {
    const items = ["a", "b"].map((name) => pair(name, "popular", `page ${name}`, 0));
    const { train, test } = groupedSplit(items, { train: 0.5, validation: 0, test: 0.5 });
    expect([train.length, test.length]).toEqual([1, 1]);
  });

  it("splits anything, given its keys", () => {
    const { train, test } = groupedSplit([1, 2, 3, 11, 12, 13], {
      validation: 0,
      test: 0.5,
      keys: (n) => [String(n % 10)],
    });
    expect(train.map((n) => n % 10)).toHaveLength(train.length);
    expect(train.some((n) => test.some((m) => n % 10 === m % 10))).toBe(false);
  });

  it.each([
    [
      "shares that sum to more than 1",
      { train: 0.65, validation: 0.1, test: 0.3 },
      "must sum to 1, received 1.05",
    ],
    ["shares that do not sum to 1", { train: 0.5, validation: 0.1, test: 0.1 }, "must sum to 1"],
    [
      "a negative share",
      { test: -0.1 },
      "groupedSplit: test must be a number from 0 to 1, received -0.1",
    ],
    [
      "shares beyond 1",
      { validation: 0.5, test: 0.7 },
      "train must be a number from 0 to 1, received -0.1999",
    ],
  ])("refuses %s", (_, options, message) => {
    expect(() => groupedSplit([pair("a", "b", "c")], options)).toThrow(message);
  });

  it("gives these sides, release after release; of two that miss as much the first is filled", () => {
    const items = Array.from({ length: 12 }, (_, i) => pair(`q${i}`, `p${i}`, `g${i}`));
    const { train, test } = groupedSplit(items, { train: 0.5, validation: 0, test: 0.5, seed: 1 });
    expect([train, test].map((side) => side.map(({ query }) => query).join(" "))).toEqual([
      "q0 q1 q3 q5 q6 q8",
      "q2 q4 q7 q9 q10 q11",
    ]);
  });

  it("refuses more sides than there are groups", () => {
    expect(() => groupedSplit([pair("a", "1", "x"), pair("b", "2", "x")])).toThrow(
      "groupedSplit: items must come in at least 3 groups, one for each side, received 2 in 1",
    );
  });
});

describe("stratify", () => {
  it("gives every side its share of each class, with groups kept whole", () => {
    const items = Array.from({ length: 1000 }, (_, i) => pair(`q${i}`, `p${i}`, `g${i >> 1}`));
    const isRare = ({ query }: Pair): boolean => Number(query.slice(1)) % 50 < 2; // 4 %, in whole groups
    const stratify = (item: Pair): string => (isRare(item) ? "rare" : "common");
    for (let seed = 0; seed < 5; seed++) {
      const { train, validation, test } = groupedSplit(items, {
        train: 0.5,
        validation: 0.2,
        test: 0.3,
        seed,
        stratify,
      });
      const rare = [train, validation, test].map((side) => side.filter(isRare).length);
      expect(rare).toEqual([20, 8, 12]);
      expect(Math.abs(train.length - 500)).toBeLessThanOrEqual(2);
    }
  });
});

describe("a rare class", () => {
  it("weighs as much as a common one in groups that hold both", () => {
    // Ten groups of one rare and twenty common items, and forty of one to twenty-five common ones.
    const items = Array.from({ length: 50 }, (_, group) => {
      const mixed = group < 10;
      const common = mixed ? 20 : 1 + ((group * 7) % 25);
      return Array.from({ length: common + Number(mixed) }, (_, i) => ({
        group: `group ${group}`,
        kind: i === common ? "rare" : "common",
      }));
    }).flat();
    const misses = Array.from({ length: 40 }, (_, seed) => {
      const { train } = groupedSplit(items, {
        ...{ train: 0.5, validation: 0, test: 0.5, seed },
        keys: ({ group }) => [group],
        stratify: ({ kind }) => kind,
      });
      return Math.abs(train.filter(({ kind }) => kind === "rare").length - 5);
    });
    // Where every item weighs alike, whatever its class, it is .8.
    expect(misses.reduce((sum, miss) => sum + miss) / misses.length).toBeLessThan(0.5);
  });
});

describe("groupedFolds", () => {
  it("tests every item once and shares nothing between the sides of a fold", () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 2, max: 4 }), (items, folds) => {
        let rounds;
        try {
          rounds = groupedFolds(items, { folds });
        } catch (error) {
          expect(String(error)).toContain(
            `groupedFolds: items must come in at least ${folds} groups`,
          );
          return;
        }
        expect(rounds.flatMap(({ test }) => test).length).toBe(items.length);
        for (const { train, test } of rounds) {
          expect(train.length + test.length).toBe(items.length);
          expect(test.length).toBeGreaterThan(0);
          expect(leakReport(train, test).clean).toBe(true);
        }
      }),
    );
  });

  it("refuses fewer than two folds", () => {
    expect(() => groupedFolds([pair("a", "b", "c")], { folds: 1 })).toThrow(
      "groupedFolds: folds must be an integer >= 2, received 1",
    );
  });
});

describe("leakReport", () => {
  it("finds every pair of texts that share enough of their word runs, as comparing all with all does", () => {
    const words = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 12 });
    const texts = fc.array(
      words.map((list) => list.join(" ")),
      { minLength: 1, maxLength: 8 },
    );
    const runs = (text: string): Set<string> => {
      const list = text.split(" ");
      const count = Math.max(1, list.length - 1);
      return new Set(Array.from({ length: count }, (_, i) => list.slice(i, i + 2).join(" ")));
    };
    fc.assert(
      fc.property(texts, texts, fc.constantFrom(0.3, 0.5, 0.75, 0.8), (a, b, nearThreshold) => {
        const expected = new Set<string>();
        for (const x of a) {
          for (const y of b) {
            const shared = [...runs(x)].filter((run) => runs(y).has(run)).length;
            const similarity = shared / (runs(x).size + runs(y).size - shared);
            if (x !== y && similarity >= nearThreshold) expected.add(`${x}|${y}`);
          }
        }
        const side = (list: string[]): Pair[] => list.map((text, i) => pair(text, `${i}`, `${i}`));
        const { nearQuestions } = leakReport(side(a), side(b), { nearThreshold, shingleSize: 2 });
        expect(new Set(nearQuestions.map((found) => `${found.a}|${found.b}`))).toEqual(expected);
      }),
    );
  });

  it("finds texts at a threshold that rounding would put out of reach", () => {
    // 7 shared words of 25 are .28; .28 * 25 is 7.000000000000001.
    const words = Array.from({ length: 25 }, (_, i) => `w${i}`);
    const side = (text: string): Pair[] => [pair(text, text, text)];
    const [a, b] = [side(words.join(" ")), side(words.slice(0, 7).join(" "))];
    const options = { nearThreshold: 0.28, shingleSize: 1 };
    expect(leakReport(a, b, options).nearQuestions).toHaveLength(1);
    expect(leakReport(a, b, { ...options, nearThreshold: 0.29 }).nearQuestions).toHaveLength(0);
  });

  it("lists the most similar first, and what is shared in order", () => {
    const side = (...texts: string[]): Pair[] => texts.map((text, i) => pair(text, `${i}`, text));
    const near = leakReport(side("a b c d"), side("a x y z", "a b y z", "a b c z"), {
      nearThreshold: 0.1,
      shingleSize: 1,
    });
    expect(near.nearQuestions.map(({ b }) => b)).toEqual(["a b c z", "a b y z", "a x y z"]);
    const shared = leakReport(side("c", "a", "b"), side("b", "c", "a"));
    expect(shared.questions).toEqual(["a", "b", "c"]);
    expect(shared.pages).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["a question", pair("a", "2", "B")],
    ["an answering passage", pair("b", "1", "B")],
    ["a page", pair("b", "2", "A")],
  ])("is not clean where only %s is shared", (_, other) => {
    expect(leakReport([pair("a", "1", "A")], [other]).clean).toBe(false);
    expect(leakReport([pair("a", "1", "A")], [pair("b", "2", "B")]).clean).toBe(true);
  });

  it("names what two sets share, whatever its case and spacing", () => {
    const report = leakReport(
      [pair("Who  is it", "one", "P"), pair("x", "shared  passage", "Q")],
      [pair("who is it", "two", "R"), pair("y", "Shared passage", "q")],
    );
    expect(report).toMatchObject({
      clean: false,
      questions: ["who is it"],
      passages: ["shared passage"],
      pages: ["q"],
    });
  });
});
