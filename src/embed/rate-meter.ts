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
  /** Milliseconds until `amount` may be used; 0 when it may now. */
  wait(amount: number, now: number): number;
  /** Uses it. The returned function ends the use: call it once, when the answer is there or the request has failed. */
  take(amount: number, now: number): (now: number) => void;
  /** Learns from an answer's headers; call it after the end of the answer's own use. */
  learn(report: RateReport, now: number): void;
}

/** What a server says about one resource. */
export interface RateReport {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** Milliseconds until everything is there again. */
  readonly resetMs?: number | undefined;
}

/** Reports that must match the bucket model before it is believed. */
const matchesNeeded = 3;

export function createRateMeter(initialLimit: number | undefined, windowMs: number): RateMeter {
  let limit = initialLimit;
  /** Uses whose answer has come, oldest first: forgotten at `until`. */
  const recent: { readonly amount: number; readonly until: number }[] = [];
  let recentSum = 0;
  let open = 0;
  /** What the server last said was left, less what was used since; holds until `until`. */
  let told: { left: number; readonly until: number } | undefined;
  let matches = 0;
  let bucket: { level: number; at: number } | undefined;

  const forget = (now: number): void => {
    while (recent.length > 0 && recent[0].until <= now) {
      recentSum -= recent[0].amount;
      recent.shift();
    }
    if (told !== undefined && told.until <= now) told = undefined;
  };
  const fill = (now: number): void => {
    if (bucket === undefined || limit === undefined) return;
    bucket.level = Math.min(limit, bucket.level + ((now - bucket.at) * limit) / windowMs);
    bucket.at = now;
  };

  const windowWait = (amount: number, now: number, max: number): number => {
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

  return {
    get limit() {
      return limit;
    },
    wait(amount, now) {
      if (limit === undefined) return 0;
      forget(now);
      const wanted = Math.min(amount, limit); // what is larger than everything waits for everything
      if (bucket === undefined) return windowWait(wanted, now, limit);
      fill(now);
      return Math.max(0, ((wanted - bucket.level) * windowMs) / limit);
    },
    take(amount, now) {
      open += amount;
      if (told !== undefined) told.left -= amount;
      fill(now);
      if (bucket !== undefined) bucket.level -= amount;
      let ended = false;
      return (end) => {
        if (ended) return;
        ended = true;
        open -= amount;
        recent.push({ amount, until: end + windowMs });
        recentSum += amount;
        forget(end);
      };
    },
    learn({ limit: reported, remaining, resetMs }, now) {
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
        if (matches >= matchesNeeded) bucket ??= { level: Math.min(left, limit), at: now };
        else if (matches < 0) bucket = undefined;
      }
      if (bucket !== undefined) {
        fill(now);
        bucket.level = open === 0 ? Math.min(left, limit) : Math.min(bucket.level, left);
        return;
      }
      if (remaining < limit) told = { left, until: now + (resetMs ?? windowMs) };
    },
  };
}
