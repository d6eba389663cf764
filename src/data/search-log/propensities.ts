import { valueAt } from "./value-at.js";
import { fitLogPropensities } from "./click-likelihood.js";

/** Of one query and passage, by rank: users shown it there, and those of them who clicked it there. */
export type RankCounts = ReadonlyMap<number, { readonly shown: number; readonly clicked: number }>;

/** Clicks that a rank must have, from pairs shown at other ranks as well, before its propensity is read from them. */
const leastClicks = 20;

/**
 * How likely a result is looked at by its rank, as a multiple of rank 1, from a log in which the same passage was shown
 * for the same query at several ranks, because the ranking changed or differs between users: intervention harvesting
 * (Agarwal et al., "Estimating position bias without intrusive interventions", WSDM 2019).
 *
 * A pair shown `n[k]` times at rank `k` is clicked there `n[k] · p[k] · a` times in expectation, with `a` its own
 * attraction (the position-based model). Given all its clicks, how they spread over the ranks no longer depends on `a`:
 * each lies at rank `k` with chance `n[k] p[k] / Σ n[j] p[j]`. The likelihood of that over all pairs and ranks at once,
 * the conditional one of a Poisson model with an effect per pair, is maximised.
 *
 * @returns By rank, 1 for rank 1; only ranks with at least 20 such clicks that compare with rank 1. Empty where no other
 *   rank does.
 */
export function harvestPropensities(pairs: readonly RankCounts[]): Map<number, number> {
  const { cells, ranks } = comparablePairs(pairs);
  if (ranks.length === 0) return new Map();
  const indices = new Map(ranks.map((rank, index) => [rank, index]));
  const indexed = cells.map((pair) =>
    pair.map(({ rank, ...counts }) => ({ index: indices.get(rank)!, ...counts })),
  );
  const theta = fitLogPropensities(indexed, ranks.length);
  return new Map(ranks.map((rank, index) => [rank, Math.exp(theta[index])]));
}

interface Cell {
  readonly rank: number;
  readonly shown: number;
  readonly clicked: number;
}

/** The pairs that compare ranks with rank 1, and these ranks from the top. */
function comparablePairs(pairs: readonly RankCounts[]): {
  readonly cells: readonly (readonly Cell[])[];
  readonly ranks: readonly number[];
} {
  let cells = pairs.map((ranks) =>
    [...ranks].map(([rank, counts]): Cell => ({ rank, ...counts })).sort((a, b) => a.rank - b.rank),
  );
  for (;;) {
    // Leaving out a rank leaves pairs with one rank, and these leave other ranks with fewer clicks.
    cells = cells.filter((pair) => pair.length > 1 && pair.some(({ clicked }) => clicked > 0));
    const clicks = new Map<number, number>();
    for (const pair of cells) {
      for (const { rank, clicked } of pair) clicks.set(rank, (clicks.get(rank) ?? 0) + clicked);
    }
    const enough = [...clicks.keys()].filter((rank) => clicks.get(rank)! >= leastClicks);
    const kept = comparableWithFirst(cells, new Set(enough));
    if (kept.size < 2) return { cells: [], ranks: [] };
    if (kept.size === clicks.size) return { cells, ranks: [...kept].sort((a, b) => a - b) };
    cells = cells.map((pair) => pair.filter(({ rank }) => kept.has(rank)));
  }
}

/**
 * Those of the ranks that clicks compare with rank 1 both ways: from each there is a chain of pairs, clicked at one rank and
 * shown at the next, to rank 1, and one back. Only then is the maximum finite (Ford's condition; Hunter, "MM algorithms
 * for generalized Bradley–Terry models", 2004).
 */
function comparableWithFirst(
  cells: readonly (readonly Cell[])[],
  ranks: ReadonlySet<number>,
): Set<number> {
  const after = new Map<number, Set<number>>();
  const before = new Map<number, Set<number>>();
  for (const pair of cells) {
    const kept = pair.filter(({ rank }) => ranks.has(rank));
    for (const { rank, clicked } of kept) {
      if (clicked === 0) continue;
      for (const { rank: other } of kept) {
        valueAt(after, rank, () => new Set()).add(other);
        valueAt(before, other, () => new Set()).add(rank);
      }
    }
  }
  const back = reached(before);
  return new Set([...reached(after)].filter((rank) => back.has(rank)));
}

/** What rank 1 reaches over edges. */
function reached(edges: ReadonlyMap<number, ReadonlySet<number>>): Set<number> {
  const found = new Set([1]);
  // A set hands out what is added while it is walked through.
  for (const rank of found) for (const next of edges.get(rank) ?? []) found.add(next);
  return found;
}

/**
 * The propensity of any rank: as known where it is, else that of the nearest known rank above it, going on from there
 * as `1 / rank^eta` (Joachims, Swaminathan and Schnabel, WSDM 2017). Rank 1 has 1 unless it is known.
 */
export function propensityAt(
  known: ReadonlyMap<number, number>,
  eta: number,
): (rank: number) => number {
  const ranks = [...known.keys()].sort((a, b) => a - b);
  return (rank) => {
    const above = ranks.findLast((other) => other <= rank);
    return above === undefined ? rank ** -eta : known.get(above)! * (above / rank) ** eta;
  };
}
