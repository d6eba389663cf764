import type { Pair } from "../types.js";

/** A labelled pair with what it rests on. `passage` is the passage's id; the group is the query. */
export interface LogPair extends Pair {
  readonly kind: "clicked" | "skipped";
  /** Users whose click lasted. */
  readonly users: number;
  /** Users who passed over it. */
  readonly skips: number;
  /** Users known to have had the chance to click. */
  readonly seen: number;
  /** Share of these that stayed, corrected for position where a rank is known; it can exceed 1. */
  readonly rate: number;
  /** Of `rate`. */
  readonly standardError: number;
}

/** A pair that as many users clicked as make a match, and that more passed over. */
export interface Contradiction {
  readonly query: string;
  readonly passage: string;
  readonly users: number;
  readonly skips: number;
  /** What became of it; null where it has no label. */
  readonly label: 0 | 1 | null;
}

export interface RankPropensity {
  readonly rank: number;
  /** Chance of being looked at, as a multiple of that of rank 1. */
  readonly propensity: number;
  readonly source: "given" | "log" | "power law";
}

export interface LogReport {
  readonly rows: number;
  /** Rows left out: equal to another in everything, time included, and without a user; or of an unknown query id. */
  readonly droppedRows: { readonly duplicate: number; readonly unknownQuery: number };
  /** Distinct queries, up to case and white space. */
  readonly queries: number;
  /** Distinct user ids. */
  readonly users: number;
  /** Rows without a user, each counted as a user of its own. */
  readonly anonymousRows: number;
  readonly clicks: number;
  /** Of `clicks`, those known to be shorter than `leastDwell`. */
  readonly shortClicks: number;
  /** Places of lists that repeat a passage further up; the first place counts. */
  readonly repeatedPlaces: number;
  readonly matches: number;
  readonly nonMatches: number;
  /** Pairs with a click, or passed over by a user, that have no label, by the rule that they failed first. */
  readonly droppedPairs: {
    /** Clicked by fewer than `leastUsers`. */
    readonly fewUsers: number;
    /** Clicked by enough, but the rate less its standard error is below `leastRate`. */
    readonly lowRate: number;
    /** Passed over, never with a click that lasted, by fewer than `leastSkips`. */
    readonly fewSkips: number;
    /** With clicks, all of them too short, and passed over by nobody. */
    readonly shortClicks: number;
  };
  /** Ranks that occur, from the top. */
  readonly propensities: readonly RankPropensity[];
  /** Ordered as the pairs. */
  readonly contradictions: readonly Contradiction[];
}

export interface LabelledLog {
  /** Ordered by query, then passage, whatever the order of the rows. */
  readonly pairs: readonly LogPair[];
  readonly report: LogReport;
}
