import { createRandom, type SearchLogRow } from "embedtune";

/** A query of a simulated search engine, and what its users do not know. */
export interface SimulatedQuery {
  readonly text: string;
  /** Ids of passages as the engine ranks them, best first. */
  readonly ranking: readonly string[];
  /** Ids of the passages that answer it. */
  readonly right: ReadonlySet<string>;
}

export interface SimulatedLogOptions {
  readonly searches: number;
  /** Distinct users. */
  readonly users: number;
  /** Chance that a user looks at a rank is 1 / rank^eta. @default 1 */
  readonly eta?: number;
  /** Of those who look at a right passage, the share that clicks it. @default 0.7 */
  readonly clickRight?: number;
  /** Of those who look at a wrong passage, the share that clicks it. @default 0.1 */
  readonly clickWrong?: number;
  /** Results on a page. @default 10 */
  readonly shown?: number;
  /** How far the ranking moves from search to search, as of an engine that is worked on. @default 0.7 */
  readonly unrest?: number;
  /** @default 1 */
  readonly seed?: number | string;
}

/**
 * A search log by the position-based model: a user looks at a rank or does not, clicks what they look at by whether it
 * is right, and stays long with most right passages (mean of a minute, one in ten leaves within ten seconds) and few wrong
 * ones (three in ten stay). Popular queries are asked more often (the i-th as 1 / i). The dwell of a search's last click
 * is unknown, as in real logs.
 */
export function simulateSearchLog(
  queries: readonly SimulatedQuery[],
  {
    searches,
    users,
    eta = 1,
    clickRight = 0.7,
    clickWrong = 0.1,
    shown: length = 10,
    unrest = 0.7,
    seed = 1,
  }: SimulatedLogOptions,
): SearchLogRow[] {
  const random = createRandom(`${seed}/search-log`);
  const cumulative: number[] = [];
  for (const i of queries.keys()) cumulative.push((cumulative.at(-1) ?? 0) + 1 / (i + 1));
  const popular = (): SimulatedQuery => {
    const drawn = random.next() * cumulative.at(-1)!;
    return queries[cumulative.findIndex((sum) => drawn < sum)];
  };
  return Array.from({ length: searches }, (_, i): SearchLogRow => {
    const { text, ranking, right } = popular();
    const shown = ranking
      .map((id, rank) => ({ id, at: Math.log(rank + 1) + unrest * random.normal() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, length)
      .map(({ id }) => id);
    const clicked = shown.filter((id, rank) => {
      const looks = random.next() < (rank + 1) ** -eta;
      return looks && random.next() < (right.has(id) ? clickRight : clickWrong);
    });
    const clicks = clicked.map((passage, place) => {
      const stays = random.next() < (right.has(passage) ? 0.9 : 0.3);
      const seconds = stays ? 10 - 50 * Math.log(1 - random.next()) : 10 * random.next();
      const last = place === clicked.length - 1;
      return last && random.next() < 0.5 ? { passage } : { passage, dwell: Math.floor(seconds) };
    });
    const typed = random.next() < 0.2 ? ` ${text.toUpperCase()} ` : text;
    return { query: typed, shown, clicks, user: `u${random.integer(users)}`, time: i };
  });
}
