import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, labelsFromLog, type LabelledLog, type SearchLogRow } from "embedtune";
import { simulateSearchLog, type SimulatedQuery } from "../../examples/shared/simulated-log.js";

/** 150 questions, each with twenty passages of which one or two are right, more often those on top. */
function simulatedQueries(): SimulatedQuery[] {
  const random = createRandom("simulated-log.test");
  return Array.from({ length: 150 }, (_, i) => {
    const ranking = Array.from({ length: 20 }, (_, j) => `p${i}-${j}`);
    const right = Array.from({ length: 1 + random.integer(2) }, () =>
      Math.floor(20 * random.next() ** 2),
    );
    return { text: `question ${i}`, ranking, right: new Set(right.map((at) => ranking[at])) };
  });
}

interface Asked {
  readonly query: string;
  readonly passage: string;
}

const queries = simulatedQueries();
const right = new Map(queries.map((query) => [query.text, query.right]));
const isRight = ({ query, passage }: Asked): boolean =>
  right.get(query.trim().toLowerCase())!.has(passage);

/** Of right pairs: the share among those found, and how many. */
function quality(found: readonly Asked[]): { readonly precision: number; readonly right: number } {
  const hits = found.filter(isRight).length;
  return { precision: hits / found.length, right: hits };
}

/** Every click is a label. */
function naiveLabels(rows: readonly SearchLogRow[]): Asked[] {
  const found = new Map<string, Asked>();
  for (const { query, clicks } of rows) {
    const text = query.trim().toLowerCase();
    for (const { passage } of clicks) found.set(`${text}/${passage}`, { query: text, passage });
  }
  return [...found.values()];
}

const matchesOf = ({ pairs }: LabelledLog): Asked[] => pairs.filter(({ label }) => label === 1);

describe.each([1, 0.5])("on a log whose users look at rank k with chance 1 / k^%d", (eta) => {
  let rows: readonly SearchLogRow[];
  let log: LabelledLog;
  beforeAll(async () => {
    rows = simulateSearchLog(queries, { searches: 10_000, users: 400, eta, seed: 7 });
    log = await labelsFromLog(rows);
  });

  it("labels are far more often right than clicks, and find most of what clicks can", () => {
    const naive = quality(naiveLabels(rows));
    const ours = quality(matchesOf(log));
    expect(naive.precision).toBeLessThan(0.25);
    expect(ours.precision).toBeGreaterThan(0.9);
    expect(ours.right / naive.right).toBeGreaterThan(0.7);
  });

  it("beats a count of clicks that finds as many", async () => {
    const ours = quality(matchesOf(log));
    const found: number[] = [];
    for (const leastUsers of [2, 3, 4, 6]) {
      // No rate and no dwell: a pair clicked by so many is a label.
      const plain = await labelsFromLog(rows, { leastUsers, leastDwell: 0, leastRate: 0 });
      const { precision, right: hits } = quality(matchesOf(plain));
      if (hits >= 0.9 * ours.right) found.push(precision);
    }
    expect(found.length).toBeGreaterThan(0);
    expect(Math.max(...found)).toBeLessThan(ours.precision - 0.3);
  });

  it("clicks alone do, of ranks without lists or of neither", async () => {
    const clicks = (withRank: boolean): SearchLogRow[] =>
      rows.flatMap(({ query, shown, clicks: all, user }) =>
        all.map((click) => {
          const rank = withRank ? shown!.indexOf(click.passage) + 1 : undefined;
          return { query, user, clicks: [{ ...click, rank }] };
        }),
      );
    const naive = quality(naiveLabels(rows));
    for (const withRank of [true, false]) {
      const found = await labelsFromLog(clicks(withRank), { leastRate: 0.2, eta });
      const { precision, right: hits } = quality(matchesOf(found));
      expect(precision).toBeGreaterThan(0.85);
      expect(hits / naive.right).toBeGreaterThan(0.45);
    }
  });

  it("wrong ones are wrong", () => {
    const wrong = log.pairs.filter(({ label }) => label === 0);
    expect(wrong.length).toBeGreaterThan(300);
    expect(wrong.filter(isRight).length / wrong.length).toBeLessThan(0.02);
  });

  it("propensities lie near the true ones", () => {
    const { propensities } = log.report;
    expect(propensities.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { rank, propensity, source } of propensities) {
      expect(source).toBe("log");
      expect(Math.abs(propensity * rank ** eta - 1)).toBeLessThan(0.25);
    }
  });

  it("one user's spam makes no label and takes none away", async () => {
    const wrong = queries.map(({ text, ranking, right: answers }, i) => ({
      query: text,
      shown: ranking.slice(0, 10),
      passage: ranking.findLast((id, at) => at < 10 && !answers.has(id))!,
      time: i,
    }));
    const spam = Array.from({ length: 10 }, () => wrong)
      .flat()
      .map(({ query, shown, passage }, i): SearchLogRow => ({
        ...{ query, shown, user: "spammer", time: 1e6 + i },
        clicks: [{ passage, dwell: 3600 }],
      }));
    // For a question that nobody else asked, too.
    const alone = spam.map((row) => ({ ...row, query: "unheard of" }));
    const after = await labelsFromLog([...rows, ...spam, ...alone]);
    expect(after.pairs.filter(({ query }) => query === "unheard of")).toEqual([]);
    const before = quality(matchesOf(log));
    const now = quality(matchesOf(after));
    expect(now.precision).toBeGreaterThan(before.precision - 0.05);
    expect(now.right).toBeGreaterThan(0.95 * before.right);
    // Without anyone else's click there is no label, however many searches the spam is.
    for (const { query, passage } of matchesOf(after)) {
      const others = rows.filter(
        (row) =>
          row.query.trim().toLowerCase() === query.toLowerCase() &&
          row.clicks.some((click) => click.passage === passage),
      );
      expect(others.length).toBeGreaterThan(0);
    }
  });
});
