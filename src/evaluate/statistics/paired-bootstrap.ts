import { checkInteger, checkSameLength } from "../../base/checks.js";
import { createRandom } from "../../base/random.js";
import { checkLevel, checkScores } from "../checks.js";
import { membersByKey } from "../members-by-key.js";
import type { Interval } from "./intervals.js";

export interface BootstrapOptions {
  /** Share of repetitions in which the interval holds the true difference. @default 0.95 */
  readonly level?: number | undefined;
  /** How many resamples. @default 10000 */
  readonly resamples?: number | undefined;
  /** Same seed, same interval. @default 1 */
  readonly seed?: string | number | undefined;
  /**
   * What each value belongs to, one key per value: resampling then draws whole groups. Give it where values hang
   * together, such as the pairs of one question. @default every value for itself
   */
  readonly groups?: readonly (string | number)[] | undefined;
}

export interface BootstrapDifference {
  /** mean(after) - mean(before). */
  readonly difference: number;
  readonly interval: Interval;
  readonly level: number;
  /** Independent units resampled: values, or groups where given. */
  readonly units: number;
}

/**
 * Paired bootstrap: the interval of the mean difference after - before, by drawing queries with repetition and taking
 * the percentiles of the drawn means (Efron, 1979). Pairing keeps out the part of the spread that comes from some
 * queries being harder than others.
 *
 * @param before One value per query, e.g. `evaluation.perQuery["recall@10"]`.
 * @param after The same queries in the same order.
 * @throws RangeError on lists that are empty, of different lengths or not finite, and on options outside their range.
 */
export function pairedBootstrap(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  { level = 0.95, resamples = 10_000, seed = 1, groups }: BootstrapOptions = {},
): BootstrapDifference {
  checkPaired(before, after, groups, "pairedBootstrap");
  checkLevel(level, "pairedBootstrap");
  checkInteger(resamples, "pairedBootstrap: resamples", { least: 1 });
  const { sums, sizes } = differencesByUnit(before, after, groups);
  const units = sums.length;
  const total = sums.reduce((sum, value) => sum + value, 0);
  const difference = total / before.length;
  const random = createRandom(`${seed}/bootstrap`);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    let size = 0;
    for (let i = 0; i < units; i++) {
      const unit = random.integer(units);
      sum += sums[unit];
      size += sizes[unit];
    }
    means[r] = sum / size;
  }
  means.sort();
  const tail = (1 - level) / 2;
  return {
    difference,
    interval: [percentile(means, tail), percentile(means, 1 - tail)],
    level,
    units,
  };
}

/** Differences after - before, summed per unit, with the number of values in each. */
export function differencesByUnit(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  groups: readonly (string | number)[] | undefined,
): { sums: Float64Array; sizes: Float64Array } {
  if (groups === undefined) {
    return {
      sums: Float64Array.from({ length: before.length }, (_, i) => after[i] - before[i]),
      sizes: new Float64Array(before.length).fill(1),
    };
  }
  const units = [...membersByKey(groups).values()];
  return {
    sums: Float64Array.from(units, (unit) =>
      unit.reduce((sum, i) => sum + (after[i] - before[i]), 0),
    ),
    sizes: Float64Array.from(units, (unit) => unit.length),
  };
}

/** @throws RangeError on anything but two finite, equally long, non-empty lists with as many groups, if any. */
export function checkPaired(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  groups: readonly (string | number)[] | undefined,
  caller: string,
): void {
  checkSameLength(before, `${caller}: before`, after, "after");
  checkScores(before, `${caller}: before`);
  checkScores(after, `${caller}: after`);
  if (groups !== undefined) checkSameLength(groups, `${caller}: groups`, before, "before");
}

/** Linear between the order statistics, as NumPy's default. */
function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}
