/** The mean of some values. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/**
 * The standard error of the mean of values that hang together in units (a ratio estimator's: Cochran, "Sampling
 * Techniques", 1977): the spread of the units' sums about what their sizes foretell.
 *
 * @returns Infinity for fewer than two units.
 */
export function standardErrorOfMean(
  values: ArrayLike<number>,
  units: ArrayLike<number | string>,
): number {
  const mean = meanOf(values);
  const residuals = new Map<number | string, number>();
  for (let i = 0; i < values.length; i++) {
    residuals.set(units[i], (residuals.get(units[i]) ?? 0) + values[i] - mean);
  }
  const count = residuals.size;
  if (count < 2) return Infinity;
  let square = 0;
  for (const residual of residuals.values()) square += residual ** 2;
  return Math.sqrt((square * count) / (count - 1)) / values.length;
}

/** The mean difference with its normal 95 % interval, units whole: where no verdict hangs on it. */
export function meanGain(
  before: Float64Array,
  after: Float64Array,
  units: Uint32Array,
): { readonly gain: number; readonly low: number; readonly high: number } {
  const differences = after.map((value, i) => value - before[i]);
  const gain = meanOf(differences);
  const reach = 1.96 * standardErrorOfMean(differences, units);
  return { gain, low: gain - reach, high: gain + reach };
}
