import type { Adapter } from "../adapter/adapter.js";
import type { PairStatistics } from "../fit/statistics/pair-statistics.js";
import {
  adapterFromStatistics,
  type StatisticsFitOptions,
} from "../fit/statistics/pair-statistics-fit.js";
import { statisticsSentence } from "./verdict/sentence.js";

/**
 * Fits from sums alone: the same adapter, to rounding, as from all pairs at once on one machine. Sums hold no question to
 * judge by, so the default point is mild and the adapter's verdict is "untested": {@link judgeAdapter} gives one, on pairs
 * that are not in the sums. Points that {@link fitAdapter} prefers on a part of the pairs serve well.
 *
 * @param statistics Of pairs of d dimensions, with those of the corpus for its prior.
 * @returns An adapter from d to d dimensions. It names no training data: sums do not tell which pairs they came from.
 * @throws RangeError when the statistics hold no pairs, hold values that are not finite, or hold no corpus for a method that
 *   needs one, and when an option is outside its range.
 */
export function fitFromStatistics(
  statistics: PairStatistics,
  options: StatisticsFitOptions = {},
): Adapter {
  return adapterFromStatistics(statistics, options, "fitFromStatistics", {
    verdict: "untested",
    sentence: statisticsSentence(statistics.count),
  });
}
