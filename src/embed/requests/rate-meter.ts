/**
 * How much of one resource (requests, tokens) may still be used in a minute, as far as one can know it from outside.
 *
 * Two models of what a server does are known. As a *sliding window* nothing is forgotten before a minute after its answer
 * came, which no server can object to. As a *bucket* that fills up continuously, as OpenAI's does, one need not wait that
 * long; this model is used only after the server's own figures have matched it several times.
 */
export interface RateMeter {
  /** Units per window; `undefined` while unknown: then nothing is limited. */
  readonly limit: number | undefined;
  /** Milliseconds until `amount` may be used; 0 when it may now. What a server says makes nobody wait longer than the longest wait. */
  wait(amount: number, now: number): number;
  /** How much of that the caller's own limit asks for. */
  ownWait(amount: number, now: number): number;
  /** Uses it. */
  take(amount: number, now: number): RateUse;
}

/** What is being used by one request. */
export interface RateUse {
  /**
   * Ends the use; call it once, when the answer is there or the request has failed.
   *
   * @param report what the answer says; left out when none came
   */
  end(now: number, report?: RateReport): void;
}

/** What a server says about one resource. */
export interface RateReport {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** Milliseconds until everything is there again. */
  readonly resetMs?: number | undefined;
}

/** A request that was given up may still be on its way to the server for so long. */
const lateMs = 100;

const nothingTold = { left: Infinity, until: 0 } as const;

/** Reports that must match the bucket model before it is believed. */
const matchesNeeded = 3;

/** @param maxWaitMs After it one use is tried, whatever the server says. */
export function createRateMeter(
  initialLimit: number | undefined,
  windowMs: number,
  maxWaitMs = Infinity,
): RateMeter {
  let limit = initialLimit;
  /** Uses whose answer has come, oldest first: forgotten at `until`. */
  const recent: { readonly amount: number; readonly until: number }[] = [];
  let recentSum = 0;
  let open = 0;
  /** All that was ever taken. */
  let used = 0;
  /** What the server last said was left, less what was used since; holds until `until`. */
  let stated: { left: number; readonly until: number } | undefined;
  let matches = 0;
  let bucket: { level: number; at: number } | undefined;
  /** Since when the server's limits alone have let nobody go. */
  let blockedAt: number | undefined;

  const forget = (now: number): void => {
    while (recent.length > 0 && recent[0].until <= now) {
      recentSum -= recent[0].amount;
      recent.shift();
    }
    if (stated !== undefined && stated.until <= now) stated = undefined;
  };
  const fill = (now: number): void => {
    if (bucket === undefined || limit === undefined) return;
    // What is under way may not have reached the server yet: until it has, a full bucket there gains nothing.
    const most = limit - open;
    bucket.level = Math.min(most, bucket.level + ((now - bucket.at) * limit) / windowMs);
    bucket.at = now;
  };

  const windowWait = (amount: number, now: number, max: number, told = stated): number => {
    let excess = open + recentSum + amount - max;
    let wait = 0;
    for (const use of recent) {
      if (excess <= 0) break;
      excess -= use.amount;
      wait = use.until - now;
    }
    if (excess > 0) wait = Infinity; // only an answer can help
    if (told !== undefined && told.left < amount) wait = Math.max(wait, told.until - now);
    return wait;
  };
  /** What both the caller and the server ask for. */
  const fullWait = (amount: number, now: number, max: number): number => {
    if (bucket === undefined) return windowWait(amount, now, max);
    fill(now);
    return Math.max(0, ((amount - bucket.level) * windowMs) / max);
  };
  const ownWait = (amount: number, now: number): number => {
    if (initialLimit === undefined) return 0;
    const wanted = Math.min(amount, initialLimit);
    if (bucket !== undefined) {
      return limit === initialLimit ? fullWait(wanted, now, initialLimit) : 0;
    }
    forget(now);
    return windowWait(wanted, now, initialLimit, nothingTold);
  };

  /**
   * @param unseen what the server may not have counted when it made the report: requests that were under way then, and
   *   all that came after
   */
  const learn = (
    { limit: reported, remaining, resetMs }: RateReport,
    now: number,
    unseen: number,
  ): void => {
    if (reported !== undefined && reported > 0) {
      // A limit the caller set is kept where it is the lower one: quota may be shared on purpose.
      limit = initialLimit === undefined ? reported : Math.min(initialLimit, reported);
    }
    if (limit === undefined || remaining === undefined) return;
    // What is still under way may or may not be counted in `remaining`: taken as not, to be safe.
    const left = remaining - open;
    if (reported !== undefined && resetMs !== undefined) {
      if (remaining < reported) {
        const expected = ((reported - remaining) / reported) * windowMs;
        const match = Math.abs(resetMs - expected) <= 0.25 * expected + 0.002 * windowMs;
        matches = match ? matches + 1 : -Infinity;
      }
      if (matches >= matchesNeeded) {
        bucket ??= { level: Math.min(remaining - unseen, limit - open), at: now };
      } else if (matches < 0) bucket = undefined;
    }
    if (bucket !== undefined) {
      // An answer that was overtaken tells of a time before the others: only what it leaves after all that it may not
      // have seen raises the level.
      bucket.level = Math.max(remaining - unseen, Math.min(bucket.level, left));
      fill(now);
      return;
    }
    if (remaining < limit) stated = { left, until: now + (resetMs ?? windowMs) };
  };

  return {
    get limit() {
      return limit;
    },
    wait(amount, now) {
      if (limit === undefined) return 0;
      forget(now);
      const wanted = Math.min(amount, limit); // what is larger than everything waits for everything
      const wait = fullWait(wanted, now, limit);
      const own = wait > 0 ? ownWait(wanted, now) : 0;
      if (wait <= own) {
        blockedAt = undefined;
        return wait;
      }
      blockedAt ??= now;
      return Math.max(own, Math.min(wait, blockedAt + maxWaitMs - now));
    },
    ownWait,
    take(amount, now) {
      blockedAt = undefined;
      fill(now);
      const openBefore = open;
      open += amount;
      used += amount;
      const usedThen = used;
      if (stated !== undefined) stated.left -= amount;
      if (bucket !== undefined) bucket.level -= amount;
      let ended = false;
      return {
        end(end, report) {
          if (ended) return;
          ended = true;
          fill(end);
          open -= amount;
          recent.push({ amount, until: end + windowMs + (report === undefined ? lateMs : 0) });
          recentSum += amount;
          forget(end);
          if (report !== undefined) learn(report, end, openBefore + used - usedThen);
        },
      };
    },
  };
}
