import { createRateMeter, type RateReport } from "./rate-meter.js";
import type { Wait } from "../../base/progress.js";
import { sleep } from "../../base/sleep.js";
import { untilAborted } from "../../base/until-aborted.js";

export interface RateLimits {
  /** Requests a minute. @default what the server's headers say */
  readonly requestsPerMinute?: number | undefined;
  /** Tokens a minute. @default what the server's headers say */
  readonly tokensPerMinute?: number | undefined;
  /** Milliseconds of the "minute" above, for servers that count by another. @default 60000 */
  readonly rateWindowMs?: number | undefined;
}

/** Lets requests go as fast as the server allows, first come first served. */
export interface RateLimiter {
  /** Tokens a minute, where known: no request should have more. */
  readonly tokensPerMinute: number | undefined;
  /**
   * Resolves when a request of so many tokens may go; `done` must be called when it is over. They are asked for when it is
   * its turn: answers that came in the meantime may tell better how many they are.
   */
  acquire(
    tokens: () => number,
    signal: AbortSignal,
    onWait?: (wait: Wait) => void,
  ): Promise<RatePermit>;
  /** Milliseconds that the caller's own limits have made somebody wait. */
  readonly ownWaitMs: number;
  /** Nobody goes for so many milliseconds: the server has said so. */
  pause(milliseconds: number): void;
}

/** What is read of an answer's headers. */
export interface HeadersLike {
  get(name: string): string | null;
}

export interface RatePermit {
  /** Ends the request, with the headers of its answer where one came. */
  done(headers?: HeadersLike): void;
}

/**
 * While neither the caller nor the server has said what the limits are, requests go one by one: the first answer's
 * `x-ratelimit-*` headers tell; where they do not, nothing is limited from then on.
 */
export function createRateLimiter(
  { requestsPerMinute, tokensPerMinute, rateWindowMs }: RateLimits,
  { maxWaitMs = Infinity }: { readonly maxWaitMs?: number } = {},
): RateLimiter {
  const window = rateWindowMs ?? 60_000;
  // Whoever says by which window is counted expects to wait for one.
  const longest = Math.max(maxWaitMs, rateWindowMs ?? 0);
  const requests = createRateMeter(requestsPerMinute, window, longest);
  const tokens = createRateMeter(tokensPerMinute, window, longest);
  let ownWaitMs = 0;
  let known = requestsPerMinute !== undefined || tokensPerMinute !== undefined;
  let open = 0;
  let pausedUntil = 0;
  let queue = Promise.resolve();
  let changed = (): void => undefined;
  let change = Promise.resolve();
  const expectChange = (): void => {
    change = new Promise((resolve) => {
      changed = () => {
        resolve();
        expectChange();
      };
    });
  };
  expectChange();

  const nextPermit = async (
    tokensNow: () => number,
    signal: AbortSignal,
    onWait: ((wait: Wait) => void) | undefined,
  ): Promise<RatePermit> => {
    let amount: number;
    for (;;) {
      signal.throwIfAborted();
      amount = tokensNow();
      const now = performance.now();
      const wait = Math.max(
        pausedUntil - now,
        !known && open > 0 ? Infinity : 0,
        requests.wait(1, now),
        tokens.wait(amount, now),
      );
      if (wait <= 0) break;
      const own = Math.max(requests.ownWait(1, now), tokens.ownWait(amount, now));
      if (wait < Infinity) {
        const name = own >= wait ? "requestsPerMinute or tokensPerMinute" : "the server's limits";
        onWait?.({ for: name, until: new Date(Date.now() + wait) });
      }
      await waitOrChange(wait, change, signal);
      if (own > 0) ownWaitMs += Math.min(own, performance.now() - now);
    }
    const now = performance.now();
    const uses = { requests: requests.take(1, now), tokens: tokens.take(amount, now) };
    open++;
    let over = false;
    return {
      done(headers) {
        if (over) return;
        over = true;
        open--;
        const end = performance.now();
        uses.requests.end(end, headers && reportOf(headers, "requests"));
        uses.tokens.end(end, headers && reportOf(headers, "tokens"));
        if (headers !== undefined) known = true;
        // The longest wait begins with the answer that lets nobody go, not when the next one asks: it may sleep first.
        requests.wait(1, end);
        tokens.wait(amount, end);
        changed();
      },
    };
  };

  return {
    get tokensPerMinute() {
      return tokens.limit;
    },
    get ownWaitMs() {
      return ownWaitMs;
    },
    acquire(tokensNow, signal, onWait) {
      const permit = queue.then(() => nextPermit(tokensNow, signal, onWait));
      queue = permit.then(
        () => undefined,
        () => undefined,
      );
      // Whoever is stopped goes at once, though others stand before it; a permit that comes too late is given back.
      return untilAborted(permit, signal).catch((error: unknown) => {
        permit.then(
          (late) => late.done(),
          () => undefined,
        );
        throw error;
      });
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, performance.now() + milliseconds);
    },
  };
}

/** Until the time is over or something has changed. */
async function waitOrChange(
  wait: number,
  change: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  // The longest timer is 2^31 - 1 ms; an hour is often enough to look again.
  const timer = sleep(Math.min(wait, 3_600_000), either);
  try {
    await Promise.race([timer, change]);
  } finally {
    timer.catch(() => undefined);
    stop.abort();
  }
}

function reportOf(headers: HeadersLike, resource: "requests" | "tokens"): RateReport {
  const number = (name: string): number | undefined => {
    const text = headers.get(`x-ratelimit-${name}-${resource}`);
    const value = Number(text ?? NaN);
    // Some say -1 for what they do not know.
    return text !== null && text.trim() !== "" && value >= 0 && value < Infinity
      ? value
      : undefined;
  };
  return {
    limit: number("limit"),
    remaining: number("remaining"),
    resetMs: durationMs(headers.get(`x-ratelimit-reset-${resource}`)),
  };
}

/** Milliseconds until the last of a server's limits is whole again, where it says so. */
export function resetMs(headers: HeadersLike): number | undefined {
  const told = (["requests", "tokens"] as const).map((resource) =>
    durationMs(headers.get(`x-ratelimit-reset-${resource}`)),
  );
  const latest = Math.max(...told.map((ms) => ms ?? -1));
  return latest >= 0 ? latest : undefined;
}

const unitMs: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000 },
  ...{ m: 60_000, h: 3_600_000, d: 86_400_000 },
};

/** Numbers above these are a date, in seconds and in milliseconds since 1970. */
const epochSeconds = 1e9;
const epochMs = 1e12;

/**
 * `"6m0s"`, `"20ms"`, `"1.5s"` or bare seconds, in milliseconds; a date (seconds or milliseconds since 1970, or ISO 8601) as
 * the time until then.
 */
export function durationMs(text: string | null): number | undefined {
  if (text === null || text.trim() === "") return undefined;
  const until = (date: number): number => Math.max(0, date - Date.now());
  const value = Number(text);
  if (value >= epochMs && value < Infinity) return until(value);
  if (value >= epochSeconds && value < Infinity) return until(1000 * value);
  if (value >= 0 && value < Infinity) return 1000 * value;
  if (/^\s*\d{4}-\d\d-\d\dT/.test(text)) {
    const date = Date.parse(text);
    return Number.isNaN(date) ? undefined : until(date);
  }
  if (!/^\s*(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+\s*$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)) {
    sum += Number(amount) * unitMs[unit];
  }
  return sum;
}
