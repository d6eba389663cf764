/** Foresees the time that work takes, from the time that like work took. */
export interface Clock {
  /**
   * Whether work of this cost would end within the budget, after all that was allowed before and is still to come; true
   * as long as nothing is known. What is allowed counts as to come.
   */
  allows(cost: number, kind: string): boolean;
  /** Tells what allowed work of a cost took. */
  spent(cost: number, kind: string, seconds: number): void;
  /** Seconds until the end, when a share of the work is done. */
  secondsLeft(share: number): number;
}

/**
 * @param budget Seconds from now; Infinity for no limit.
 * @param now Milliseconds of a clock.
 */
export function createClock(budget: number, now: () => number = () => performance.now()): Clock {
  const start = now();
  const elapsed = (): number => (now() - start) / 1000;
  const spentBy = new Map<string, { cost: number; seconds: number }>();
  const toCome = new Map<string, number>();
  const secondsPerCost = (kind: string): number => {
    const known = spentBy.get(kind) ?? [...spentBy.values()].at(-1);
    return known === undefined || known.cost === 0 ? 0 : known.seconds / known.cost;
  };
  const plan = (cost: number, kind: string): void => {
    toCome.set(kind, (toCome.get(kind) ?? 0) + cost);
  };
  return {
    allows(cost, kind) {
      let seconds = cost * secondsPerCost(kind);
      for (const [other, left] of toCome) seconds += left * secondsPerCost(other);
      const allowed = elapsed() + seconds <= budget;
      if (allowed) plan(cost, kind);
      return allowed;
    },
    spent(cost, kind, seconds) {
      plan(-cost, kind);
      const known = spentBy.get(kind) ?? { cost: 0, seconds: 0 };
      spentBy.set(kind, { cost: known.cost + cost, seconds: known.seconds + seconds });
    },
    secondsLeft: (share) => (share === 0 ? NaN : (elapsed() * (1 - share)) / share),
  };
}
