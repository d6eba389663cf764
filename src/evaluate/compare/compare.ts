import { checkInteger } from "../../base/checks.js";
import { checkLevel } from "../checks.js";
import type { Interval } from "../statistics/intervals.js";
import { checkPaired, pairedBootstrap } from "../statistics/paired-bootstrap.js";
import { pairedPermutation } from "../statistics/paired-permutation.js";

export type ComparisonVerdict = "better" | "worse" | "inconclusive";

export interface CompareOptions {
  /** Confidence of the interval and of the verdict, a share. @default 0.95 */
  readonly level?: number | undefined;
  /** Resamples of the bootstrap and flips of the permutation test. @default 10000 */
  readonly resamples?: number | undefined;
  /** @default 1 */
  readonly seed?: string | number | undefined;
  /** What each value belongs to, see {@link BootstrapOptions.groups}. @default every value for itself */
  readonly groups?: readonly (string | number)[] | undefined;
}

/** One figure before and after. */
export interface Comparison {
  readonly metric: string;
  readonly before: number;
  readonly after: number;
  /** after - before. */
  readonly difference: number;
  /** Of the difference, by {@link pairedBootstrap}. */
  readonly interval: Interval;
  /** Two-sided, by {@link pairedPermutation}. */
  readonly p: number;
  readonly level: number;
  readonly n: number;
  readonly verdict: ComparisonVerdict;
  /** The verdict in words, with the figures. */
  readonly sentence: string;
}

/**
 * Whether a figure moved, by how much, and how sure that is. "better" or "worse" needs both: the permutation
 * test at the level and an interval on one side of 0; all else is "inconclusive", which is not the same as "no change".
 *
 * One comparison keeps its level. Of twenty metrics looked at, one is likely to pass by chance: name the one that
 * decides beforehand.
 *
 * @param metric Names the figure in the sentence.
 * @param before One value per query.
 * @param after The same queries, in the same order.
 * @throws RangeError on lists that are empty, of different lengths or not finite, and on options outside their range.
 */
export function comparePaired(
  metric: string,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  options: CompareOptions = {},
): Comparison {
  return comparison(metric, before, after, options, "comparePaired");
}

/** {@link comparePaired} for another public function. */
export function comparison(
  metric: string,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  { level = 0.95, resamples = 10_000, seed = 1, groups }: CompareOptions,
  caller: string,
): Comparison {
  checkPaired(before, after, groups, caller);
  checkLevel(level, caller);
  checkInteger(resamples, `${caller}: resamples`, { least: 1 });
  const { difference, interval, units } = pairedBootstrap(before, after, {
    level,
    resamples,
    seed,
    groups,
  });
  const { p } = pairedPermutation(before, after, { permutations: resamples, seed, groups });
  const n = before.length;
  const sure = p <= 1 - level && (interval[0] > 0 || interval[1] < 0);
  const verdict: ComparisonVerdict = !sure ? "inconclusive" : difference > 0 ? "better" : "worse";
  const figures = { metric, before: mean(before), after: mean(after), difference, interval, p };
  const sentence = verdictSentence({ ...figures, level, n, units, verdict });
  return { ...figures, level, n, verdict, sentence };
}

function verdictSentence({
  metric,
  before,
  after,
  difference,
  interval: [low, high],
  p,
  level,
  n,
  units,
  verdict,
}: Omit<Comparison, "sentence"> & { units: number }): string {
  const percent = `${Number((level * 100).toFixed(2))} %`;
  const figures = `from ${before.toFixed(3)} to ${after.toFixed(3)}`;
  const count = units === n ? `n ${n}` : `n ${n} in ${units} groups`;
  const effect = `${signed(difference)} [${signed(low)}, ${signed(high)}], p ${formatP(p)}, ${count}`;
  if (verdict === "inconclusive") {
    return `Not shown at the ${percent} level: ${metric} went ${figures} (${effect}).`;
  }
  const direction = verdict === "better" ? "Better" : "Worse";
  return `${direction} at the ${percent} level: ${metric} went ${figures} (${effect}).`;
}

const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

const signed = (value: number): string => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;

/** A p-value as one prints it: "= 0.032", "< 0.001". */
export const formatP = (p: number): string => (p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`);
