import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LabelledLog } from "../../src/data/search-log/labelled-log.js";
import {
  labelsFromLog,
  type LabelsFromLogOptions,
} from "../../src/data/search-log/labels-from-log.js";
import type { SearchLogRow } from "../../src/data/search-log/search-log-row.js";

/** A search of "q" by a user for a list like "abc", with clicks like "c" or "c:3" (seconds). */
function search(user: string | undefined, list: string, ...clicks: string[]): SearchLogRow {
  return {
    query: "q",
    shown: [...list],
    clicks: clicks.map((click) => {
      const [passage, dwell] = click.split(":");
      return dwell === undefined ? { passage } : { passage, dwell: Number(dwell) };
    }),
    ...(user === undefined ? {} : { user }),
  };
}

/** A link without a list. */
const link = (user: string | undefined, passage: string, rank?: number): SearchLogRow => ({
  query: "q",
  clicks: [rank === undefined ? { passage } : { passage, rank }],
  ...(user === undefined ? {} : { user }),
});

/** `a1 b0`: passages with their labels. */
const labels = ({ pairs }: LabelledLog): string =>
  pairs.map(({ passage, label }) => `${passage}${label}`).join(" ");

const labelled = async (
  rows: readonly SearchLogRow[],
  options?: LabelsFromLogOptions,
): Promise<string> => labels(await labelsFromLog(rows, options));

describe("labelsFromLog", () => {
  it("makes a match of what two users stayed with, and says what it rests on", async () => {
    const { pairs } = await labelsFromLog([search("u", "ab", "a:30"), search("v", "ab", "a:10")]);
    expect(pairs).toEqual([
      {
        ...{ query: "q", passage: "a", label: 1, group: "q", kind: "clicked" },
        ...{ users: 2, skips: 0, seen: 2, rate: 1, standardError: 0 },
      },
    ]);
  });

  it("counts one user once, however often they click", async () => {
    const spam = Array.from({ length: 1000 }, (_, i) => ({
      ...search("u", "ab", "b:60"),
      time: i,
    }));
    expect(await labelled(spam)).toBe("");
    // Nor does passing over a result a thousand times make it a wrong one.
    const { report } = await labelsFromLog(spam);
    expect(report.droppedPairs).toEqual({ fewUsers: 1, lowRate: 0, fewSkips: 1, shortClicks: 0 });
    expect(await labelled([...spam, search("v", "ab", "b")])).toBe("a0 b1");
  });

  it("weighs each search of a user as much less as there are more of them", async () => {
    const often = Array.from({ length: 4 }, () => search("u", "ab", "a"));
    const never = Array.from({ length: 4 }, () => search("v", "ab"));
    const { pairs } = await labelsFromLog([...often, ...never, search("v", "ab", "a")], {
      leastRate: 0,
    });
    expect(pairs[0]).toMatchObject({ users: 2, seen: 2, rate: (1 + 1 / 5) / 2 });
  });

  it("takes rows without a user for a user each", async () => {
    expect(
      await labelled([link(undefined, "a", 1), link(undefined, "a", 1), link(undefined, "b", 1)]),
    ).toBe("a1");
  });

  it("does not take a click that was left soon for an answer, nor one of unknown length for short", async () => {
    const rows = [search("u", "a", "a:9.9"), search("v", "a", "a")];
    expect(await labelled(rows)).toBe("");
    expect(await labelled(rows, { leastDwell: 9.9 })).toBe("a1");
    const { report } = await labelsFromLog([search("u", "a", "a:3"), search("v", "a", "a:0")]);
    expect(report).toMatchObject({
      clicks: 2,
      shortClicks: 2,
      droppedPairs: { shortClicks: 1, fewUsers: 0 },
    });
  });

  describe("position bias", () => {
    const shown = (n: number, list: string): SearchLogRow[] =>
      Array.from({ length: n }, (_, i) => search(`shown${i}`, list));

    it("weighs a click by the inverse propensity of its rank", async () => {
      const rows = [...shown(2, "xa"), search("u", "xa", "a"), search("v", "xa", "a")];
      const { pairs } = await labelsFromLog(rows, { propensities: [1, 0.5] });
      // Of four users two count 2 each: mean 1, mean of squares 2.
      expect(pairs.find(({ passage }) => passage === "a")).toMatchObject({
        ...{ seen: 4, rate: 1, standardError: 0.5, label: 1 },
      });
    });

    it("asks more clicks of what stands on top", async () => {
      const clicked = (list: string): SearchLogRow[] => [
        ...shown(12, list),
        ...["u", "v", "w"].map((user) => search(user, list, "a")),
      ];
      const { report } = await labelsFromLog(clicked("abcde"));
      expect(report.droppedPairs.lowRate).toBe(1);
      expect(await labelled(clicked("bcdea"))).toMatch(/^a1/);
      expect(await labelled(clicked("bcdea"), { eta: 0 })).not.toMatch(/a1/);
    });

    it("lets no click count more than mostWeight", async () => {
      const list = "bcdefghija"; // rank 10: weight 10
      const rows = [search("u", list, "a"), search("v", list, "a"), ...shown(2, list)];
      for (const [mostWeight, rate] of [
        [1, 0.5],
        [2, 1],
        [undefined, 2.5],
        [Infinity, 5],
      ] as const) {
        const { pairs } = await labelsFromLog(rows, { mostWeight });
        expect(pairs.find(({ passage }) => passage === "a")?.rate).toBeCloseTo(rate, 12);
      }
    });

    it("takes ranks without lists, and every user of the query for one who had the chance", async () => {
      const rows = [link("u", "a", 2), link("v", "a", 2), link("w", "b", 1), link("x", "c", 1)];
      const { pairs, report } = await labelsFromLog(rows);
      expect(pairs).toHaveLength(1);
      expect(pairs[0]).toMatchObject({ passage: "a", seen: 4, rate: 1, skips: 0 });
      expect(report.propensities).toEqual([
        { rank: 1, propensity: 1, source: "power law" },
        { rank: 2, propensity: 0.5, source: "power law" },
      ]);
    });

    it("reads propensities from the log where a passage was shown at several ranks, a user counting once", async () => {
      const many = (from: number, n: number, list: string, ...clicks: string[]): SearchLogRow[] =>
        Array.from({ length: n }, (_, i) => search(`u${from + i}`, list, ...clicks));
      const rows = [
        ...many(0, 30, "ab", "a"),
        ...many(100, 20, "ab"),
        ...many(200, 20, "cda", "a"),
        ...many(300, 30, "cda"),
        // The same users again, with nothing new.
        ...many(200, 1, "cda", "a"),
        ...many(300, 1, "cda"),
      ];
      const { report } = await labelsFromLog(rows);
      expect(report.propensities.map(({ source }) => source)).toEqual(["log", "power law", "log"]);
      expect(report.propensities[2].propensity).toBeCloseTo(20 / 30, 6);
      expect(report.propensities[1].propensity).toBe(0.5);
    });

    it("counts of a user who clicks in some searches their share, at each rank", async () => {
      // u: at rank 1, at rank 2, and once shown without a click; v never.
      const rows = [
        ...[search("u", "ab", "a"), search("u", "ba", "a"), search("u", "ab"), search("u", "cd")],
        ...[search("v", "ab"), search("w", "ab", "a")],
      ];
      const { pairs } = await labelsFromLog(rows, { propensities: [1, 0.25], leastRate: 0.1 });
      const values = [(1 + 4) / 3, 0, 1];
      const rate = (values[0] + values[1] + values[2]) / 3;
      const squares = values.reduce((sum, value) => sum + value ** 2, 0) / 3;
      const found = pairs.find(({ passage }) => passage === "a")!;
      expect(found).toMatchObject({ users: 2, seen: 3 });
      expect(found.rate).toBeCloseTo(rate, 12);
      expect(found.standardError).toBeCloseTo(Math.sqrt((squares - rate ** 2) / 3), 12);
    });

    it("takes only those for users who had the chance whose lists have the passage, or who have no list", async () => {
      const rows = [
        ...[search("u", "ab", "a"), search("v", "ab", "a"), ...shown(5, "cd")],
        ...[
          link("w", "b", 2),
          { ...link("x", "c", 1), time: 1 },
          { ...search("x", "cd"), time: 1 },
        ],
      ];
      const { pairs } = await labelsFromLog(rows);
      // Not the five, nor x, whose list is known from another row; w may have been shown anything.
      expect(pairs).toMatchObject([{ passage: "a", seen: 3 }]);
    });

    it("goes on from the last propensity that is given as 1 / rank^eta", async () => {
      const { report } = await labelsFromLog([search("u", "abcd", "d")], {
        propensities: [1, 0.4],
        eta: 2,
      });
      expect(report.propensities.map(({ source }) => source)).toEqual([
        "given",
        "given",
        "power law",
        "power law",
      ]);
      expect(report.propensities[3].propensity).toBeCloseTo(0.4 / 4, 12);
    });

    it("counts a second page's ranks from the first", async () => {
      const page = (user: string): SearchLogRow => ({ ...search(user, "ab", "b"), offset: 10 });
      const { report } = await labelsFromLog([page("u"), page("v")]);
      expect(report.propensities.map(({ rank }) => rank)).toEqual([11, 12]);
    });
  });

  describe("skip above", () => {
    it("makes a wrong one of what two users passed over to stay with a result below", async () => {
      const { pairs } = await labelsFromLog([search("u", "abc", "b"), search("v", "acb", "b")]);
      expect(pairs).toMatchObject([
        { passage: "a", label: 0, kind: "skipped", users: 0, skips: 2, rate: 0 },
        { passage: "b", label: 1 },
      ]);
    });

    it("needs two users, and a click below that lasted", async () => {
      expect(await labelled([search("u", "ab", "b"), search("u", "ab", "b")])).toBe("");
      expect(await labelled([search("u", "ab", "b:2"), search("v", "ab", "b:2")])).toBe("");
      expect(
        await labelled([search("u", "ab", "b"), search("v", "ab", "b")], { leastSkips: 3 }),
      ).toBe("b1");
    });

    it("counts where a user did it once of several times", async () => {
      const rows = ["u", "v"].flatMap((user) => [search(user, "ab", "b"), search(user, "ab")]);
      expect(await labelled(rows)).toBe("a0 b1");
    });

    it("does not need a rate", async () => {
      const rows = [search("u", "ab", "b"), search("v", "ab", "b")];
      expect(await labelled(rows, { leastRate: 0 })).toBe("a0 b1");
    });

    it("is none where the same user clicked it in another row of the search, or another day", async () => {
      const rows = ["u", "v"].flatMap((user) => [
        { ...search(user, "ab", "b"), time: 1 },
        { ...search(user, "ab", "a"), time: 1 },
      ]);
      expect(await labelled(rows)).toBe("a1 b1");
      expect(await labelled(rows.map((row, i) => ({ ...row, time: i })))).toBe("a1 b1");
    });

    it("never labels what is clicked too often to be wrong and too seldom to be right", async () => {
      const rows = [search("u", "ab", "b"), search("v", "ab", "b"), search("w", "ab", "a")];
      const { report, pairs } = await labelsFromLog(rows);
      expect(pairs.map(({ passage }) => passage)).toEqual(["b"]);
      expect(report.droppedPairs.fewUsers).toBe(1);
    });

    it("labels what few of many stayed with, and reports the contradiction", async () => {
      const rows = [
        ...Array.from({ length: 40 }, (_, i) => search(`u${i}`, "ab", "b")),
        ...["v", "w"].map((user) => search(user, "ab", "a")),
      ];
      const { pairs, report } = await labelsFromLog(rows);
      expect(pairs.map(({ passage, label }) => [passage, label])).toEqual([
        ["a", 0],
        ["b", 1],
      ]);
      expect(report.contradictions).toEqual([
        { query: "q", passage: "a", users: 2, skips: 40, label: 0 },
      ]);
    });
  });

  it("reports as contradictions only what enough users clicked and more passed over", async () => {
    const of = async (skips: number, clicks: number): Promise<number> => {
      const rows = [
        ...Array.from({ length: skips }, (_, i) => search(`s${i}`, "ab", "b")),
        ...Array.from({ length: clicks }, (_, i) => search(`c${i}`, "ab", "a")),
      ];
      return (await labelsFromLog(rows)).report.contradictions.length;
    };
    expect([await of(3, 2), await of(2, 2), await of(3, 1), await of(5, 0)]).toEqual([1, 0, 0, 0]);
  });

  it("asks a rate where a list or a rank is known, of a rank without lists too", async () => {
    const others = Array.from({ length: 18 }, (_, i) => `w${i}`);
    const ranked = [link("u", "a", 1), link("v", "a", 1), ...others.map((w) => link(w, "b", 2))];
    expect(await labelled(ranked)).toBe("b1");
    const unranked = [link("u", "a"), link("v", "a"), ...others.map((w) => link(w, "b"))];
    expect(await labelled(unranked)).toBe("a1 b1");
    // The links have no rank, but others were shown the passage and left it.
    const shown = [link("u", "a"), link("v", "a"), ...others.map((w) => search(w, "a"))];
    expect(await labelled(shown)).toBe("");
  });

  it("counts short clicks alone as short", async () => {
    const { report } = await labelsFromLog([search("u", "abc", "a:9", "b:10", "c")]);
    expect(report).toMatchObject({ clicks: 3, shortClicks: 1 });
  });

  it("writes a query with single blanks", async () => {
    const rows = ["u", "v"].map((user) => ({ ...link(user, "a"), query: "\tHow  to\n\nreset? " }));
    expect((await labelsFromLog(rows)).pairs[0].query).toBe("How to reset?");
  });

  it("counts as of low rate also what just enough users clicked", async () => {
    const rows = [search("u", "a", "a"), search("v", "a", "a")];
    const others = Array.from({ length: 18 }, (_, i) => search(`w${i}`, "a"));
    const { report } = await labelsFromLog([...rows, ...others]);
    expect(report).toMatchObject({ matches: 0, droppedPairs: { lowRate: 1, fewUsers: 0 } });
  });

  it("takes a rate that is just high enough", async () => {
    expect(await labelled([search("u", "a", "a"), search("v", "a", "a")], { leastRate: 1 })).toBe(
      "a1",
    );
  });

  it("puts the rows of one user, query and time together: a list in one, its clicks in others", async () => {
    const rows = ["u", "v"].flatMap((user): SearchLogRow[] => [
      { ...link(user, "b", 2), time: "t" },
      { ...search(user, "abc"), time: "t" },
    ]);
    const { pairs } = await labelsFromLog(rows);
    expect(pairs).toMatchObject([
      { passage: "a", label: 0, skips: 2, seen: 2 },
      { passage: "b", label: 1, seen: 2 },
    ]);
  });

  it("knows support tickets by their having no rank: one agent's link is enough if asked", async () => {
    const tickets = [link("ann", "a"), link("bob", "b"), link("bob", "b"), link("cy", "b")];
    expect(await labelled(tickets)).toBe("b1");
    const { pairs, report } = await labelsFromLog(tickets, { leastUsers: 1 });
    expect(pairs).toMatchObject([
      { passage: "a", label: 1, users: 1, seen: 3, rate: 1 / 3 },
      { passage: "b", label: 1, users: 2, seen: 3, rate: 2 / 3 },
    ]);
    expect(report.propensities).toEqual([]);
    // Asked for, the rate counts here as well: one agent in three is too few.
    expect(await labelled(tickets, { leastUsers: 1, leastRate: 0.2 })).toBe("b1");
  });

  it("counts a question once in whatever case and spacing, in its most common spelling", async () => {
    const ask = (query: string, user: string): SearchLogRow => ({
      query,
      user,
      clicks: [{ passage: "a" }],
    });
    const rows = [
      ask("Reset  Password", "u"),
      ask(" reset password ", "v"),
      ask("reset\tpassword", "w"),
    ];
    const { pairs, report } = await labelsFromLog(rows);
    expect(pairs).toMatchObject([{ query: "reset password", users: 3 }]);
    expect(report.queries).toBe(1);
  });

  it("looks up the texts of query ids, and counts rows of unknown ones", async () => {
    const ask = (query: string, user: string): SearchLogRow => ({
      query,
      user,
      clicks: [{ passage: "a" }],
    });
    const queries = new Map([
      ["7", "How?"],
      ["8", "how?"],
    ]);
    const { pairs, report } = await labelsFromLog([ask("7", "u"), ask("8", "v"), ask("9", "w")], {
      queries,
    });
    expect(pairs).toMatchObject([{ query: "How?", users: 2 }]);
    expect(report.droppedRows).toEqual({ duplicate: 0, unknownQuery: 1 });
  });

  it("drops rows that stand twice, where a time tells", async () => {
    const row = { ...search(undefined, "ab", "a"), time: 5 };
    const { pairs, report } = await labelsFromLog([row, { ...row }, search("u", "ab")]);
    expect(pairs).toEqual([]);
    expect(report).toMatchObject({
      rows: 3,
      droppedRows: { duplicate: 1 },
      anonymousRows: 1,
      clicks: 1,
    });
    expect(await labelled([row, { ...row, time: 6 }])).toBe("a1");
  });

  it("sees a passage that stands twice in a list at the first of its places", async () => {
    const rows = [search("u", "abab", "b"), search("v", "abab", "b")];
    const { pairs, report } = await labelsFromLog(rows);
    expect(labels({ pairs, report })).toBe("a0 b1");
    expect(report.repeatedPlaces).toBe(4);
    expect(report.propensities.map(({ rank }) => rank)).toEqual([1, 2]);
  });

  it("gives no label for an empty log", async () => {
    const { pairs, report } = await labelsFromLog([]);
    expect(pairs).toEqual([]);
    expect(report).toMatchObject({
      rows: 0,
      queries: 0,
      matches: 0,
      nonMatches: 0,
      propensities: [],
    });
  });

  it.each<[string, Partial<SearchLogRow>, string]>([
    [
      "a rank of 0",
      { clicks: [{ passage: "a", rank: 0 }] },
      "rows[1].clicks[0].rank must be an integer >= 1, received 0",
    ],
    [
      "a negative dwell",
      { clicks: [{ passage: "a", dwell: -1 }] },
      "rows[1].clicks[0].dwell must be a number >= 0, received -1",
    ],
    [
      "a dwell of NaN",
      { clicks: [{ passage: "a", dwell: NaN }] },
      "rows[1].clicks[0].dwell must be a number >= 0, received NaN",
    ],
    [
      "a passage without id",
      { clicks: [{ passage: "" }] },
      'rows[1].clicks[0].passage must be a text, received ""',
    ],
    ["a query of blanks", { query: " " }, 'rows[1].query must be a text, received " "'],
    [
      "no clicks",
      { clicks: undefined as never },
      "rows[1].clicks must be a list of clicks, received nothing",
    ],
    [
      "a list that is none",
      { shown: "ab" as never },
      'rows[1].shown must be a list of ids, received "ab"',
    ],
    [
      "an id that is none",
      { shown: ["a", 3 as never] },
      "rows[1].shown[1] must be a text, received 3",
    ],
    ["an offset below 0", { offset: -1 }, "rows[1].offset must be an integer >= 0, received -1"],
    ["an empty user", { user: "" }, 'rows[1].user must be a text, received ""'],
    ["a time of NaN", { time: NaN }, "rows[1].time must be a finite number, received NaN"],
    [
      "a rank that contradicts the list",
      { shown: ["b", "a"], clicks: [{ passage: "a", rank: 1 }] },
      'rows[1]: rank must be 2, the place of "a" in shown, received 1',
    ],
  ])("refuses a row with %s", async (_, change, message) => {
    const rows = [link("u", "a"), { ...link("u", "a"), ...change }];
    await expect(labelsFromLog(rows)).rejects.toThrow(new RangeError(`labelsFromLog: ${message}`));
  });

  it.each([
    [{ leastUsers: 0 }, "leastUsers must be an integer >= 1, received 0"],
    [{ leastDwell: -1 }, "leastDwell must be a number >= 0, received -1"],
    [{ leastSkips: 0 }, "leastSkips must be an integer >= 1, received 0"],
    [{ leastRate: NaN }, "leastRate must be a number >= 0, received NaN"],
    [{ mostWeight: 0.99 }, "mostWeight must be a number >= 1, received 0.99"],
    [{ eta: -1 }, "eta must be a number >= 0, received -1"],
    [{ propensities: [1, 0] }, "propensities[1] must be a number > 0, received 0"],
  ])("refuses the options %j", async (options, message) => {
    await expect(labelsFromLog([], options)).rejects.toThrow(`labelsFromLog: ${message}`);
  });

  const anyRow = fc
    .record({
      query: fc.constantFrom("q", "Q ", "r"),
      shown: fc.option(fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 6 }), {
        nil: undefined,
      }),
      clicked: fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 3 }),
      dwell: fc.option(fc.constantFrom(0, 9, 10, 60), { nil: undefined }),
      user: fc.option(fc.constantFrom("u", "v", "w"), { nil: undefined }),
      time: fc.option(fc.constantFrom(1, 2, "x"), { nil: undefined }),
    })
    .map(({ clicked, dwell, ...row }): SearchLogRow => ({
      ...row,
      clicks: clicked.map((passage) => ({ passage, dwell })),
    }));
  const anyLog = fc.array(anyRow, { maxLength: 40 });

  it("gives the same to the last bit in whatever order the rows come", async () => {
    const shuffled = anyLog.chain((rows) =>
      fc.tuple(
        fc.constant(rows),
        fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([rows, others]) => {
        for (const options of [{}, { propensities: [0.9, 0.7, 0.31, 0.23, 0.11] }]) {
          expect(await labelsFromLog(others, options)).toEqual(await labelsFromLog(rows, options));
        }
      }),
    );
  });

  it("labels a pair once, and accounts for every row and pair", async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, async (rows) => {
        const { pairs, report } = await labelsFromLog(rows);
        const keys = pairs.map(({ query, passage }) => `${query.toLowerCase()}/${passage}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(report.rows).toBe(rows.length);
        expect(report.matches).toBe(pairs.filter(({ label }) => label === 1).length);
        expect(report.matches + report.nonMatches).toBe(pairs.length);
        for (const { label, users, skips, seen, rate, standardError } of pairs) {
          expect(users + skips).toBeLessThanOrEqual(seen);
          if (label === 1) expect(users).toBeGreaterThanOrEqual(2);
          else expect(skips).toBeGreaterThanOrEqual(2);
          expect(rate - standardError).toBeGreaterThanOrEqual(0);
          if (label === 0) expect(rate).toBeLessThan(0.2);
        }
        // Every pair that anything happened to is labelled or dropped by one rule.
        const touched = new Set<string>();
        for (const { query, clicks } of rows) {
          for (const { passage } of clicks) touched.add(`${query.trim().toLowerCase()}/${passage}`);
        }
        const { fewUsers, lowRate, fewSkips, shortClicks } = report.droppedPairs;
        const dropped = fewUsers + lowRate + fewSkips + shortClicks;
        expect(pairs.length + dropped).toBeGreaterThanOrEqual(touched.size);
      }),
    );
  });

  it("takes a stricter rule to no more matches", async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, async (rows) => {
        const matches = async (options: LabelsFromLogOptions): Promise<Set<string>> => {
          const { pairs } = await labelsFromLog(rows, options);
          return new Set(
            pairs
              .filter(({ label }) => label === 1)
              .map(({ query, passage }) => `${query}/${passage}`),
          );
        };
        const usual = await matches({});
        for (const options of [{ leastUsers: 3 }, { leastRate: 0.5 }]) {
          for (const pair of await matches(options)) expect(usual).toContain(pair);
        }
        for (const pair of usual) expect(await matches({ leastUsers: 1 })).toContain(pair);
      }),
      { numRuns: 30 },
    );
  });
});
