import { createUnionFind } from "../../base/union-find.js";

/** Of one query and passage, by rank: users shown it there, and those of them who clicked it there. */
export type RankCounts = ReadonlyMap<number, { readonly shown: number; readonly clicked: number }>;

/** Clicks that a rank must have, from pairs shown at other ranks as well, before its propensity is read from them. */
const leastClicks = 20;

const mostRounds = 500;

/**
 * How likely a result is looked at by its rank, as a multiple of rank 1, from a log in which the same passage was shown
 * for the same query at several ranks, because the ranking changed or differs between users: intervention harvesting
 * (Agarwal et al., "Estimating position bias without intrusive interventions", WSDM 2019).
 *
 * A pair shown `n[k]` times at rank `k` is clicked there `n[k] · p[k] · a` times in expectation, with `a` its own
 * attraction (the position-based model). Given all its clicks, how they spread over the ranks no longer depends on `a`;
 * the likelihood of that, over all pairs and ranks at once, is maximised by alternating
 * `a = clicks of the pair / Σ n[k] p[k]` and `p[k] = clicks at k / Σ n[k] a`, which is the conditional likelihood of a
 * Poisson model with an effect per pair and, in `p`, a Bradley–Terry model with its one maximum.
 *
 * @returns By rank, 1 for rank 1; only ranks with at least 20 such clicks that pairs connect to rank 1. Empty where no
 *   other rank is.
 */
export function harvestPropensities(pairs: readonly RankCounts[]): Map<number, number> {
  const { cells, clicks } = comparablePairs(pairs);
  if (clicks.size === 0) return new Map();
  const propensities = new Map([...clicks.keys()].map((rank) => [rank, 1]));
  for (let round = 0; round < mostRounds; round++) {
    const expected = new Map<number, number>();
    for (const pair of cells) {
      let clicked = 0;
      let looks = 0;
      for (const cell of pair) {
        clicked += cell.clicked;
        looks += cell.shown * propensities.get(cell.rank)!;
      }
      for (const { rank, shown } of pair) {
        expected.set(rank, (expected.get(rank) ?? 0) + (shown * clicked) / looks);
      }
    }
    const first = clicks.get(1)! / expected.get(1)!;
    let change = 0;
    for (const [rank, count] of clicks) {
      const next = count / expected.get(rank)! / first;
      change = Math.max(change, Math.abs(next / propensities.get(rank)! - 1));
      propensities.set(rank, next);
    }
    if (change < 1e-6) break;
  }
  return propensities;
}

interface Cell {
  readonly rank: number;
  readonly shown: number;
  readonly clicked: number;
}

/** The pairs that compare ranks with rank 1, and the clicks of these ranks. */
function comparablePairs(pairs: readonly RankCounts[]): {
  readonly cells: readonly (readonly Cell[])[];
  readonly clicks: Map<number, number>;
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
    const kept = connectedToFirst(
      cells,
      [...clicks.keys()].filter((rank) => clicks.get(rank)! >= leastClicks),
    );
    if (kept.size < 2) return { cells: [], clicks: new Map() };
    if (kept.size === clicks.size) return { cells, clicks };
    cells = cells.map((pair) => pair.filter(({ rank }) => kept.has(rank)));
  }
}

/** Those of the ranks that pairs, directly or through other ranks, compare with rank 1. */
function connectedToFirst(
  cells: readonly (readonly Cell[])[],
  ranks: readonly number[],
): Set<number> {
  const number = new Map(ranks.map((rank, i) => [rank, i]));
  const first = number.get(1);
  if (first === undefined) return new Set();
  const sets = createUnionFind(ranks.length);
  for (const pair of cells) {
    const [head, ...rest] = pair.flatMap(({ rank }) => number.get(rank) ?? []);
    for (const other of rest) sets.join(head, other);
  }
  return new Set(ranks.filter((_, i) => sets.find(i) === sets.find(first)));
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
