import type { MinedNegatives } from "./mine-hard-negatives.js";

/** How some scores are spread. */
export interface ScoreSpread {
  readonly count: number;
  readonly mean: number;
  /** By linear interpolation between the sorted values, as NumPy's. */
  readonly quantiles: { readonly [share in "0" | "0.25" | "0.5" | "0.75" | "1"]: number };
}

/** How hard what was mined is; `null` where there is no such score. */
export interface MiningStatistics {
  readonly positive: ScoreSpread | null;
  readonly negative: ScoreSpread | null;
  /** Of every positive with every negative of its query: positive score - negative score. */
  readonly difference: ScoreSpread | null;
}

/**
 * Means and quantiles of the scores of positives, of negatives and of their differences: what `mine_hard_negatives` prints.
 * Positives that `includePositives` leaves in a ranking are no negatives; those without a known score are left out.
 */
export function miningStatistics({ queries }: Pick<MinedNegatives, "queries">): MiningStatistics {
  const positive: number[] = [];
  const negative: number[] = [];
  const difference: number[] = [];
  for (const mined of queries) {
    const wrong = mined.negatives.filter((passage) => !passage.positive);
    for (const { score } of wrong) negative.push(score);
    for (const { score } of mined.positives) {
      if (score === undefined) continue;
      positive.push(score);
      for (const other of wrong) difference.push(score - other.score);
    }
  }
  return {
    positive: spreadOf(positive),
    negative: spreadOf(negative),
    difference: spreadOf(difference),
  };
}

function spreadOf(values: readonly number[]): ScoreSpread | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const low = Math.floor(place);
    const high = Math.ceil(place);
    return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
  };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const quantiles = { "0": at(0), "0.25": at(0.25), "0.5": at(0.5), "0.75": at(0.75), "1": at(1) };
  return { count: sorted.length, mean, quantiles };
}
