import { valueAt } from "./value-at.js";
import type { Search } from "./searches.js";

/** What the users did with one passage for one query. A user counts once, whatever they did how often. */
export interface PairTally {
  readonly passage: string;
  /** Users with a click that lasted. */
  users: number;
  /** Users who were shown the passage above a result they stayed with, and never clicked it. */
  skips: number;
  /** Users whose clicks were all too short. */
  left: number;
  /** Users who were shown it or clicked it. */
  seen: number;
  /** Of those, the {@link QueryTally.unlisted}. */
  seenUnlisted: number;
  /** Whether any rank of it is known. */
  ranked: boolean;
  /** By rank (0: not known), users who searched once and stayed with it there. */
  readonly stays: Map<number, number>;
  /** Of every user who searched several times, the share of these searches that ended in a stay, by rank. */
  readonly shares: (readonly (readonly [rank: number, share: number])[])[];
  /** By rank in a list: every user's share of their searches that showed it there, and of those that also clicked it. */
  readonly atRank: Map<number, RankTally>;
}

export interface RankTally {
  shown: number;
  clicked: number;
}

export interface QueryTally {
  /** By passage. */
  readonly pairs: Map<string, PairTally>;
  /** Users with a search of which no list is known: they may have been shown anything. */
  unlisted: number;
}

/**
 * Adds one user's searches for a query. Of a user who searched several times each search weighs as much less, so that
 * the chance of a click at random does not grow with the number of searches.
 */
export function tallyUser(query: QueryTally, searches: readonly Search[]): void {
  const unlisted = searches.filter(({ listed }) => !listed);
  if (unlisted.length > 0) query.unlisted++;
  const met = new Set(searches.flatMap(({ ranks, clicks }) => [...ranks.keys(), ...clicks.keys()]));
  for (const passage of met) {
    const pair = valueAt(query.pairs, passage, () => createPairTally(passage));
    pair.seen++;
    if (unlisted.length > 0) pair.seenUnlisted++;
    const meetings = searches.filter(
      ({ listed, ranks, clicks }) => !listed || ranks.has(passage) || clicks.has(passage),
    );
    const stays = new Map<number, number>();
    let clicked = false;
    for (const { ranks, clicks } of meetings) {
      const click = clicks.get(passage);
      if (ranks.has(passage) || (click !== undefined && click.rank > 0)) pair.ranked = true;
      if (click === undefined) continue;
      clicked = true;
      if (click.stayed) stays.set(click.rank, (stays.get(click.rank) ?? 0) + 1);
    }
    if (stays.size > 0) pair.users++;
    else if (clicked) pair.left++;
    else if (searches.some(({ above }) => above.includes(passage))) pair.skips++;
    if (meetings.length === 1) for (const rank of stays.keys()) increase(pair.stays, rank);
    else if (stays.size > 0) {
      pair.shares.push(
        [...stays].sort(([a], [b]) => a - b).map(([rank, n]) => [rank, n / meetings.length]),
      );
    }
    const lists = searches.filter(({ ranks }) => ranks.has(passage));
    for (const { ranks, clicks } of lists) {
      const at = valueAt(pair.atRank, ranks.get(passage)!, () => ({ shown: 0, clicked: 0 }));
      at.shown += 1 / lists.length;
      if (clicks.has(passage)) at.clicked += 1 / lists.length;
    }
  }
}

function createPairTally(passage: string): PairTally {
  return {
    passage,
    ...{ users: 0, skips: 0, left: 0, seen: 0, seenUnlisted: 0, ranked: false },
    stays: new Map(),
    shares: [],
    atRank: new Map(),
  };
}

function increase(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
