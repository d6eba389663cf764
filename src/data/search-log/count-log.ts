import { valueAt } from "./value-at.js";
import { comparableText } from "../split/comparable-text.js";
import { checkSearchLogRow } from "./check-row.js";
import type { SearchLogRow } from "./search-log-row.js";
import { searchesOf } from "./searches.js";
import { tallyUser, type PairTally, type QueryTally } from "./tally.js";

/** What was counted of one pair. */
export interface CountedPair {
  /** As most rows spell it. */
  readonly query: string;
  readonly of: QueryTally;
  readonly pair: PairTally;
}

export interface CountedLog {
  /** By query and passage, so that no sum over them depends on the order of the rows. */
  readonly pairs: readonly CountedPair[];
  readonly rows: number;
  readonly duplicateRows: number;
  readonly unknownQueryRows: number;
  readonly queries: number;
  /** Distinct ids. */
  readonly users: number;
  readonly anonymousRows: number;
  readonly clicks: number;
  readonly shortClicks: number;
  readonly repeatedPlaces: number;
}

interface OpenQuery extends QueryTally {
  /** How many rows spell it how. */
  readonly spellings: Map<string, number>;
  /** Counted at the end: a later row may have the click on what an earlier one passed over. */
  readonly rowsByUser: Map<string, SearchLogRow[]>;
}

/**
 * Counts a log's rows, in whatever order they come.
 *
 * @param options.leastDwell Seconds; a click that is known to be shorter did not last.
 * @param options.queries Texts by id; without it a row's query is the text.
 * @throws RangeError on a row that is not as it must be.
 */
export async function countLog(
  rows: Iterable<SearchLogRow> | AsyncIterable<SearchLogRow>,
  {
    leastDwell,
    queries: texts,
  }: {
    readonly leastDwell: number;
    readonly queries?: ReadonlyMap<string, string> | undefined;
  },
): Promise<CountedLog> {
  const queries = new Map<string, OpenQuery>();
  const users = new Set<string>();
  const timed = new Set<string>();
  const ids = new Map<string, string>();
  const counts = {
    rows: 0,
    duplicateRows: 0,
    unknownQueryRows: 0,
    anonymousRows: 0,
    clicks: 0,
    shortClicks: 0,
    repeatedPlaces: 0,
  };
  const count = (query: QueryTally, userRows: readonly SearchLogRow[]): void => {
    const searches = searchesOf(userRows, leastDwell);
    for (const { repeatedPlaces } of searches) counts.repeatedPlaces += repeatedPlaces;
    tallyUser(query, searches);
  };

  for await (const row of rows) {
    checkSearchLogRow(row, `labelsFromLog: rows[${counts.rows}]`);
    counts.rows++;
    const { user, time, clicks, shown } = row;
    if (user === undefined && time !== undefined) {
      // Rows of a user and a time are one search anyway; of rows without a user, those that are equal are one.
      const key = JSON.stringify([row.query, time, shown, row.offset, clicks]);
      if (timed.has(key)) {
        counts.duplicateRows++;
        continue;
      }
      timed.add(key);
    }
    const text = texts === undefined ? row.query : texts.get(row.query);
    if (text === undefined) {
      counts.unknownQueryRows++;
      continue;
    }
    const query = valueAt(queries, comparableText(text), openQuery);
    const spelling = text.trim().replaceAll(/\s+/gu, " ");
    query.spellings.set(spelling, (query.spellings.get(spelling) ?? 0) + 1);
    counts.clicks += clicks.length;
    counts.shortClicks += clicks.filter(({ dwell = Infinity }) => dwell < leastDwell).length;
    if (user === undefined) {
      counts.anonymousRows++;
      count(query, [row]);
    } else {
      users.add(user);
      // A row is kept to the end, and every one brings its own copy of each id.
      const kept = shown?.map((id) => valueAt(ids, id, () => id));
      valueAt(query.rowsByUser, user, () => []).push(
        kept === undefined ? row : { ...row, shown: kept },
      );
    }
  }
  for (const query of queries.values()) {
    for (const [, userRows] of sorted(query.rowsByUser)) count(query, userRows);
    query.rowsByUser.clear();
  }
  const pairs = sorted(queries).flatMap(([, of]) => {
    const query = mostCommon(of.spellings);
    return sorted(of.pairs).map(([, pair]) => ({ query, of, pair }));
  });
  return { pairs, queries: queries.size, users: users.size, ...counts };
}

const openQuery = (): OpenQuery => ({
  spellings: new Map(),
  pairs: new Map(),
  unlisted: 0,
  rowsByUser: new Map(),
});

function mostCommon(counts: ReadonlyMap<string, number>): string {
  return [...counts].sort(([a, n], [b, m]) => m - n || compare(a, b))[0][0];
}

const sorted = <V>(map: ReadonlyMap<string, V>): [string, V][] =>
  [...map].sort(([a], [b]) => compare(a, b));

/** By code units, the same everywhere. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
