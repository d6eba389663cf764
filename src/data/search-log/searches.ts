import { valueAt } from "./value-at.js";
import type { SearchLogRow } from "./search-log-row.js";

/** One search by one user, put together from its rows. */
export interface Search {
  /** By passage, the rank at which it was shown; empty where no row has a list. */
  readonly ranks: ReadonlyMap<string, number>;
  /** By passage that was clicked. */
  readonly clicks: ReadonlyMap<string, SearchStay>;
  /** Passages shown above a result that the user stayed with. */
  readonly above: readonly string[];
  /** Whether any row has a list. */
  readonly listed: boolean;
  /** Places of lists that repeat a passage further up. */
  readonly repeatedPlaces: number;
}

interface SearchStay {
  /** 0 where it is not known. */
  readonly rank: number;
  /** Whether a click lasted. */
  readonly stayed: boolean;
}

/**
 * The searches that one user's rows for one query make up: rows of the same time are one search (a row a click, a second
 * page, a row that stands twice), rows without a time are one each.
 */
export function searchesOf(rows: readonly SearchLogRow[], leastDwell: number): Search[] {
  const searches = new Map<unknown, SearchLogRow[]>();
  for (const row of rows) valueAt(searches, row.time ?? row, () => []).push(row);
  return [...searches.values()].map((search) => mergeRows(search, leastDwell));
}

function mergeRows(rows: readonly SearchLogRow[], leastDwell: number): Search {
  const ranks = new Map<string, number>();
  let repeatedPlaces = 0;
  for (const { shown = [], offset = 0 } of rows) {
    // A passage that stands twice is met at the first of its places.
    for (const [i, passage] of shown.entries()) {
      const rank = offset + i + 1;
      ranks.set(passage, Math.min(rank, ranks.get(passage) ?? rank));
    }
    repeatedPlaces += shown.length - new Set(shown).size;
  }
  const clicks = new Map<string, SearchStay>();
  for (const { passage, rank = 0, dwell = Infinity } of rows.flatMap((row) => row.clicks)) {
    const before = clicks.get(passage);
    const clickRank = Math.min(rank || Infinity, before?.rank || Infinity);
    clicks.set(passage, {
      rank: ranks.get(passage) ?? (clickRank === Infinity ? 0 : clickRank),
      stayed: dwell >= leastDwell || before?.stayed === true,
    });
  }
  let deepest = 0;
  for (const { rank, stayed } of clicks.values()) if (stayed) deepest = Math.max(deepest, rank);
  const above = [...ranks.keys()].filter((passage) => ranks.get(passage)! < deepest);
  const listed = rows.some(({ shown }) => shown !== undefined);
  return { ranks, clicks, above, listed, repeatedPlaces };
}
