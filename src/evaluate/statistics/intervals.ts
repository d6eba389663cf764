import { checkNumber } from "../../base/checks.js";
import { checkLevel } from "../checks.js";
import { normalQuantile } from "./normal.js";

/** Lower and upper end. */
export type Interval = readonly [low: number, high: number];

export interface IntervalOptions {
  /** Share of repetitions in which the interval holds the true value. @default 0.95 */
  readonly level?: number | undefined;
}

/** The z of a two-sided interval: 1.96 for 0.95. */
export function zOfLevel(level: number): number {
  return normalQuantile((1 + level) / 2);
}

/** Standard error of a share seen in `n` trials: sqrt(p (1 - p) / n). */
export function standardErrorOfShare(share: number, n: number): number {
  return Math.sqrt((share * (1 - share)) / n);
}

/**
 * The Wilson score interval of a share, true to its level in small samples and near 0 and 1, where share ± z · standard
 * error is not.
 *
 * @param successes How many of the trials succeeded.
 * @param n How many trials there were, at least 1.
 * @throws RangeError when `n` is below 1, `successes` outside [0, n] or the level outside (0, 1).
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
 */
export function wilsonInterval(
  successes: number,
  n: number,
  { level = 0.95 }: IntervalOptions = {},
): Interval {
  checkShare(successes, n, level, "wilsonInterval");
  const z = zOfLevel(level);
  const share = successes / n;
  const centre = share + (z * z) / (2 * n);
  const reach = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  // The formula gives the ends 0 and 1 exactly; rounding must not lose that.
  return [
    successes === 0 ? 0 : (centre - reach) / scale,
    successes === n ? 1 : (centre + reach) / scale,
  ];
}

/**
 * The normal interval of a share, share ± z · standard error, kept within [0, 1].
 *
 * @param successes How many of the trials succeeded.
 * @param n How many trials there were, at least 1.
 * @throws RangeError as {@link wilsonInterval}.
 */
export function normalInterval(
  successes: number,
  n: number,
  { level = 0.95 }: IntervalOptions = {},
): Interval {
  checkShare(successes, n, level, "normalInterval");
  const share = successes / n;
  const reach = zOfLevel(level) * standardErrorOfShare(share, n);
  return [Math.max(0, share - reach), Math.min(1, share + reach)];
}

function checkShare(successes: number, n: number, level: number, caller: string): void {
  checkNumber(n, `${caller}: n`, { least: 1 });
  checkNumber(successes, `${caller}: successes`, { least: 0, most: n });
  checkLevel(level, caller);
}
