import { checkInteger, checkNumber, refuse } from "../../base/checks.js";
import { countLog, type CountedLog } from "./count-log.js";
import type { Contradiction, LabelledLog, LogPair } from "./labelled-log.js";
import { harvestPropensities, propensityAt } from "./propensities.js";
import type { SearchLogRow } from "./search-log-row.js";
import type { PairTally } from "./tally.js";

export interface LabelsFromLogOptions {
  /**
   * Distinct users whose clicks on a passage lasted that make it a match; rows without a user count as one user each.
   * @default 2
   */
  readonly leastUsers?: number | undefined;
  /** Seconds; a click known to be shorter is no answer. @default 10 */
  readonly leastDwell?: number | undefined;
  /** Distinct users who passed over a passage that make it a wrong one. @default 2 */
  readonly leastSkips?: number | undefined;
  /**
   * Share of the users looking at a passage who must stay with it (see {@link labelsFromLog}); 0 turns the rule off.
   * @default 0.2 for pairs of which a list or rank is known, 0 for others, as links in support tickets
   */
  readonly leastRate?: number | undefined;
  /** No click counts more than so many of rank 1; `Infinity` clips nothing. @default 5 */
  readonly mostWeight?: number | undefined;
  /**
   * Propensities by rank, that of rank 1 first, where they are known from an experiment. @default estimated from the log
   */
  readonly propensities?: readonly number[] | undefined;
  /** Where propensities cannot be estimated they go as 1 / rank^eta; 0 means no position bias. @default 1 */
  readonly eta?: number | undefined;
  /** Texts by query id, where the rows have ids; rows of other ids are dropped and counted. @default rows have texts */
  readonly queries?: ReadonlyMap<string, string> | undefined;
}

/**
 * Labels from a search log or from support tickets.
 *
 * **Counting.** Queries that are equal up to Unicode form, case and white space are one, in the spelling that most rows
 * have. Rows of one user, query and time are one search. A user counts once per query and passage: of a user who searched
 * several times each search weighs as much less, so one user's clicks, however many, are one. A row without a user is a
 * user of its own, unless it equals another, time included.
 *
 * **Match (label 1).** At least `leastUsers` users clicked and stayed `leastDwell` seconds, or for a time that is not
 * known, and the rate less its standard error reaches `leastRate`. The rate is the mean over the `seen` users who had the
 * chance to click: a search that ended in a stay counts `min(1 / propensity(rank), mostWeight)`, 1 without a rank, any
 * other 0, a user the mean of their searches. Clicks weighted by inverse propensity (Joachims, Swaminathan and Schnabel,
 * WSDM 2017) estimate how many of those who look at the passage stay with it. The standard error is that of a mean,
 * `sqrt((mean of squares - rate²) / seen)`. A user had the chance who was shown the passage, who clicked it, or of whose
 * searches for the query one has no list.
 *
 * **No match (label 0).** "Click > skip above" (Joachims, KDD 2002): at least `leastSkips` users stayed with a result
 * shown below the passage and never clicked it, it is no match, and nobody stayed with it or the rate plus its standard
 * error is below `leastRate`. Between the two there is no label.
 *
 * **Propensities** are estimated from the log where a passage was shown at several ranks for the same query
 * (intervention harvesting, Agarwal et al., WSDM 2019), for ranks with at least 20 clicks on such passages; for other
 * ranks they go as `1 / rank^eta`, on from the nearest estimated rank above.
 *
 * Rows are kept until all are read, except those without a user.
 *
 * @param rows Of `readSearchLog`, or your own.
 * @throws RangeError on a row that is not as {@link SearchLogRow} says, and on options outside their range.
 */
export async function labelsFromLog(
  rows: Iterable<SearchLogRow> | AsyncIterable<SearchLogRow>,
  {
    leastUsers = 2,
    leastDwell = 10,
    leastSkips = 2,
    leastRate,
    mostWeight = 5,
    propensities,
    eta = 1,
    queries,
  }: LabelsFromLogOptions = {},
): Promise<LabelledLog> {
  checkInteger(leastUsers, "labelsFromLog: leastUsers", { least: 1 });
  checkNumber(leastDwell, "labelsFromLog: leastDwell", { least: 0 });
  checkInteger(leastSkips, "labelsFromLog: leastSkips", { least: 1 });
  if (leastRate !== undefined) checkNumber(leastRate, "labelsFromLog: leastRate", { least: 0 });
  if (!(mostWeight >= 1)) refuse("labelsFromLog: mostWeight", "a number >= 1", mostWeight);
  checkNumber(eta, "labelsFromLog: eta", { least: 0 });
  for (const [i, value] of (propensities ?? []).entries()) {
    checkNumber(value, `labelsFromLog: propensities[${i}]`, { above: 0 });
  }

  const counted = await countLog(rows, { leastDwell, queries });
  const known =
    propensities === undefined
      ? harvestPropensities(counted.pairs.map(({ pair }) => pair.atRank))
      : new Map(propensities.map((value, i) => [i + 1, value]));
  const propensity = propensityAt(known, eta);
  const weight = (rank: number): number =>
    rank === 0 ? 1 : Math.min(1 / propensity(rank), mostWeight);

  const pairs: LogPair[] = [];
  const contradictions: Contradiction[] = [];
  const droppedPairs = { fewUsers: 0, lowRate: 0, fewSkips: 0, shortClicks: 0 };
  let matches = 0;
  for (const { query, of, pair } of counted.pairs) {
    const { passage, users, skips } = pair;
    if (users === 0 && skips === 0) {
      if (pair.left > 0) droppedPairs.shortClicks++;
      continue;
    }
    const seen = pair.seen + of.unlisted - pair.seenUnlisted;
    const { rate, standardError } = rateOf(pair, seen, weight);
    const leastOfPair = leastRate ?? (pair.ranked ? 0.2 : 0);
    const isHigh = rate - standardError >= leastOfPair;
    const isLow = users === 0 || rate + standardError < leastOfPair;
    let label: 0 | 1 | null = null;
    if (users >= leastUsers && isHigh) label = 1;
    else if (skips >= leastSkips && isLow) label = 0;
    else if (users === 0) droppedPairs.fewSkips++;
    else if (users < leastUsers) droppedPairs.fewUsers++;
    else droppedPairs.lowRate++;
    if (users >= leastUsers && skips > users) {
      contradictions.push({ query, passage, users, skips, label });
    }
    if (label === null) continue;
    matches += label;
    const kind = label === 1 ? "clicked" : "skipped";
    pairs.push({
      ...{ query, passage, label, group: query, kind },
      ...{ users, skips, seen, rate, standardError },
    });
  }
  return {
    pairs,
    report: {
      rows: counted.rows,
      droppedRows: { duplicate: counted.duplicateRows, unknownQuery: counted.unknownQueryRows },
      queries: counted.queries,
      users: counted.users,
      anonymousRows: counted.anonymousRows,
      clicks: counted.clicks,
      shortClicks: counted.shortClicks,
      repeatedPlaces: counted.repeatedPlaces,
      matches,
      nonMatches: pairs.length - matches,
      droppedPairs,
      propensities: ranksOf(counted).map((rank) => ({
        rank,
        propensity: propensity(rank),
        source: !known.has(rank) ? "power law" : propensities === undefined ? "log" : "given",
      })),
      contradictions,
    },
  };
}

/**
 * Mean and standard error over the users of what each counts: the mean weight of their searches, 0 for a search that did
 * not end in a stay.
 */
function rateOf(
  { stays, shares }: PairTally,
  seen: number,
  weight: (rank: number) => number,
): { readonly rate: number; readonly standardError: number } {
  let total = 0;
  let squares = 0;
  for (const [rank, users] of [...stays].sort(([a], [b]) => a - b)) {
    total += users * weight(rank);
    squares += users * weight(rank) ** 2;
  }
  for (const user of shares) {
    let value = 0;
    for (const [rank, share] of user) value += share * weight(rank);
    total += value;
    squares += value ** 2;
  }
  const rate = total / seen;
  return { rate, standardError: Math.sqrt(Math.max(0, squares / seen - rate ** 2) / seen) };
}

/** Ranks that occur, from the top. */
function ranksOf({ pairs }: CountedLog): number[] {
  const ranks = new Set<number>();
  for (const { pair } of pairs) {
    for (const rank of [...pair.stays.keys(), ...pair.atRank.keys()]) ranks.add(rank);
    for (const [rank] of pair.shares.flat()) ranks.add(rank);
  }
  ranks.delete(0);
  return [...ranks].sort((a, b) => a - b);
}
