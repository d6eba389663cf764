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
  checkLevel(level);
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
 */
export function wilsonInterval(
  successes: number,
  n: number,
  { level = 0.95 }: IntervalOptions = {},
): Interval {
  if (!(n >= 1 && successes >= 0 && successes <= n)) {
    throw new RangeError(
      `wilsonInterval: expected 0 <= successes <= n, received ${successes}/${n}`,
    );
  }
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

/** The normal interval of a share, share ± z · standard error, kept within [0, 1]. */
export function normalInterval(
  successes: number,
  n: number,
  { level = 0.95 }: IntervalOptions = {},
): Interval {
  if (!(n >= 1 && successes >= 0 && successes <= n)) {
    throw new RangeError(
      `normalInterval: expected 0 <= successes <= n, received ${successes}/${n}`,
    );
  }
  const share = successes / n;
  const reach = zOfLevel(level) * standardErrorOfShare(share, n);
  return [Math.max(0, share - reach), Math.min(1, share + reach)];
}
