/**
 * Who is fetching what: a key is claimed by the first who wants it; whoever wants it meanwhile waits for the first one's
 * value instead of fetching it again. (After Go's `singleflight`.)
 */
export interface SingleFlight<Value> {
  /** True when the key is now the caller's, who must `settle` it whatever happens. */
  claim(key: string): boolean;
  /** The value of a key that another has claimed; `undefined` when its owner gave up. */
  wait(key: string): Promise<Value | undefined>;
  /** Ends a claim: with what makes the value (called only when somebody waits), or `undefined`. */
  settle(key: string, value: (() => Value) | undefined): void;
  /** How many claims have ended so far: where it has not changed, nobody has finished anything meanwhile. */
  settled(): number;
}

export function createSingleFlight<Value>(): SingleFlight<Value> {
  type Waiter = (value: Value | undefined) => void;
  // null: claimed, and nobody waits. Most claims end so, and cost no more than an entry.
  const claims = new Map<string, Waiter[] | null>();
  let settled = 0;
  return {
    claim(key) {
      if (claims.has(key)) return false;
      claims.set(key, null);
      return true;
    },
    wait(key) {
      return new Promise((resolve) => {
        const waiters = claims.get(key);
        if (waiters === undefined) resolve(undefined);
        else if (waiters === null) claims.set(key, [resolve]);
        else waiters.push(resolve);
      });
    },
    settle(key, value) {
      const waiters = claims.get(key);
      claims.delete(key);
      settled++;
      for (const waiter of waiters ?? []) waiter(value?.());
    },
    settled: () => settled,
  };
}

/** The claims that one caller holds. */
export interface HeldClaims<Value> {
  claim(key: string): boolean;
  /** Ends one of them with its value. */
  settle(key: string, value: () => Value): void;
  /** Gives up those that are left. */
  release(): void;
}

export function holdClaims<Value>(flight: SingleFlight<Value>): HeldClaims<Value> {
  const held = new Set<string>();
  return {
    claim(key) {
      if (!flight.claim(key)) return false;
      held.add(key);
      return true;
    },
    settle(key, value) {
      held.delete(key);
      flight.settle(key, value);
    },
    release() {
      for (const key of held) flight.settle(key, undefined);
      held.clear();
    },
  };
}
