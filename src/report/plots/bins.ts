export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * Counts values in `count` bins of equal width over [from, to]; a value on a border belongs to the bin above it, the
 * largest to the last. A value outside (by rounding) counts in the nearest bin.
 */
export function countBins(
  values: ArrayLike<number>,
  { from, to, count }: { readonly from: number; readonly to: number; readonly count: number },
): Bin[] {
  const counts = new Array<number>(count).fill(0);
  const width = (to - from) / count;
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((values[i] - from) / width);
    counts[Math.min(count - 1, Math.max(0, bin))]++;
  }
  return counts.map((n, i) => ({
    from: from + i * width,
    to: i === count - 1 ? to : from + (i + 1) * width,
    count: n,
  }));
}

/** The smallest range on multiples of `step` that holds every value. */
export function roundedRange(
  samples: readonly ArrayLike<number>[],
  step: number,
): { from: number; to: number } {
  let least = Infinity;
  let most = -Infinity;
  for (const values of samples) {
    for (let i = 0; i < values.length; i++) {
      least = Math.min(least, values[i]);
      most = Math.max(most, values[i]);
    }
  }
  const from = Math.floor(least / step + 1e-9) * step;
  const to = Math.ceil(most / step - 1e-9) * step;
  return to > from ? { from, to } : { from: from - step, to: to + step };
}
