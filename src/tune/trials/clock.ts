/** Foresees the time that work takes, from the time that like work took. */
export interface Clock {
  /** Whether work of this cost would end within the budget; true as long as nothing is known. */
  allows(cost: number, kind: string): boolean;
  /** Tells what work of a cost took. */
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
  const secondsPerCost = (kind: string): number => {
    const known = spentBy.get(kind) ?? [...spentBy.values()].at(-1);
    return known === undefined || known.cost === 0 ? 0 : known.seconds / known.cost;
  };
  return {
    allows: (cost, kind) => elapsed() + cost * secondsPerCost(kind) <= budget,
    spent(cost, kind, seconds) {
      const known = spentBy.get(kind) ?? { cost: 0, seconds: 0 };
      spentBy.set(kind, { cost: known.cost + cost, seconds: known.seconds + seconds });
    },
    secondsLeft: (share) => (share === 0 ? NaN : (elapsed() * (1 - share)) / share),
  };
}
