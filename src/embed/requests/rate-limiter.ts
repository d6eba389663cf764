import { createRateMeter, type RateReport } from "./rate-meter.js";
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
  acquire(tokens: () => number, signal: AbortSignal): Promise<RatePermit>;
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
export function createRateLimiter({
  requestsPerMinute,
  tokensPerMinute,
  rateWindowMs = 60_000,
}: RateLimits): RateLimiter {
  const requests = createRateMeter(requestsPerMinute, rateWindowMs);
  const tokens = createRateMeter(tokensPerMinute, rateWindowMs);
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

  const nextPermit = async (tokensNow: () => number, signal: AbortSignal): Promise<RatePermit> => {
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
      await waitOrChange(wait, change, signal);
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
        changed();
      },
    };
  };

  return {
    get tokensPerMinute() {
      return tokens.limit;
    },
    acquire(tokensNow, signal) {
      const permit = queue.then(() => nextPermit(tokensNow, signal));
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
    return text !== null && text.trim() !== "" && Number.isFinite(value) ? value : undefined;
  };
  return {
    limit: number("limit"),
    remaining: number("remaining"),
    resetMs: durationMs(headers.get(`x-ratelimit-reset-${resource}`)),
  };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `"6m0s"`, `"20ms"`, `"1.5s"` or bare seconds, in milliseconds. */
export function durationMs(text: string | null): number | undefined {
  if (text === null || text.trim() === "") return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return 1000 * seconds;
  if (!/^\s*(\d+(\.\d+)?(ms|s|m|h))+\s*$/.test(text)) return undefined;
  let sum = 0;
  for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    sum += Number(value) * unitMs[unit];
  }
  return sum;
}
