/** One search of a log, or one click of it; a support ticket that an agent answered with an article is a row, too. */
export interface SearchLogRow {
  /** What was asked, or its id (see the option `queries` of `labelsFromLog`). */
  readonly query: string;
  /** Ids of the passages that were shown, from the top; left out where the log does not say. */
  readonly shown?: readonly string[] | undefined;
  /** How many results stood before `shown`, as on a second page. @default 0 */
  readonly offset?: number | undefined;
  /** What was clicked, in any order; nothing where the search ended without a click. */
  readonly clicks: readonly SearchClick[];
  /** Who searched: an id of the user or, where there is none, of the session. */
  readonly user?: string | undefined;
  /**
   * When, in whatever form, or an id of the search: rows of one user, query and time are one search, as where a row is a
   * click. Rows without a user are one only where they are equal in everything, so no time is better than a mere date.
   */
  readonly time?: string | number | undefined;
}

/** A click on a result, or an agent's link to an article. */
export interface SearchClick {
  /** Id of the passage. */
  readonly passage: string;
  /** Counted from 1. @default its place in `shown`, else none: the link was not chosen from a ranked list */
  readonly rank?: number | undefined;
  /** Seconds until the reader came back, where that is known. */
  readonly dwell?: number | undefined;
}

/**
 * How the ranks of a row's clicks contradict its list, e.g. `rank must be 3, the place of "a" in shown, received 2`.
 *
 * @param firstRank What the message is to call the rank of the first result.
 */
export function rankContradiction(
  { shown, offset = 0, clicks }: SearchLogRow,
  firstRank: 0 | 1 = 1,
): string | undefined {
  if (shown === undefined) return undefined;
  for (const { passage, rank } of clicks) {
    if (rank === undefined) continue;
    const there = shown[rank - 1 - offset];
    if (there === passage) continue;
    const received = rank - 1 + firstRank;
    const place = shown.indexOf(passage);
    if (place >= 0) {
      return `rank must be ${offset + place + firstRank}, the place of ${JSON.stringify(passage)} in shown, received ${received}`;
    }
    if (there !== undefined) {
      return `rank must be that of ${JSON.stringify(passage)}, received ${received}, where shown has ${JSON.stringify(there)}`;
    }
  }
  return undefined;
}
