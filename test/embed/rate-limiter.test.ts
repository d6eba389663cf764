import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createRateLimiter, durationMs } from "../../src/embed/requests/rate-limiter.js";
import { createRateMeter, type RateUse } from "../../src/embed/requests/rate-meter.js";

import { startFakeTime, type FakeTime } from "../support/fake-time.js";

const never = new AbortController().signal;

describe("a duration in a header", () => {
  it("is read as OpenAI writes it", () => {
    expect(durationMs("6m0s")).toBe(360_000);
    expect(durationMs("20ms")).toBe(20);
    expect(durationMs("1.5s")).toBe(1500);
    expect(durationMs("1h2m3s4ms")).toBe(3_723_004);
    expect(durationMs("7")).toBe(7000);
    expect(durationMs("soon")).toBeUndefined();
    expect(durationMs(null)).toBeUndefined();
  });
});

describe("a rate meter", () => {
  it("limits nothing while no limit is known", () => {
    expect(createRateMeter(undefined, 1000).wait(1e9, 0)).toBe(0);
  });

  it("never lets more than the limit go in any window, wherever it begins, however long answers take", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            amount: fc.integer({ min: 1, max: 50 }),
            latency: fc.integer({ min: 0, max: 700 }),
            pause: fc.integer({ min: 0, max: 400 }),
          }),
          { minLength: 1, maxLength: 60 },
        ),
        (uses) => {
          const meter = createRateMeter(100, 1000);
          // The server may count a use at any moment between sending and answer: both ends are tried.
          const early: { at: number; amount: number }[] = [];
          const late: { at: number; amount: number }[] = [];
          const ends: { at: number; use: RateUse }[] = [];
          let now = 0;
          for (const { amount, latency, pause } of uses) {
            now += pause;
            for (;;) {
              ends.sort((a, b) => a.at - b.at);
              while (ends.length > 0 && ends[0].at <= now) {
                const { at, use } = ends.shift()!;
                use.end(at, {});
              }
              const wait = meter.wait(amount, now);
              if (wait <= 0) break;
              now = Math.min(now + wait, ends[0]?.at ?? Infinity);
            }
            const use = meter.take(amount, now);
            early.push({ at: now, amount });
            late.push({ at: now + latency, amount });
            ends.push({ at: now + latency, use });
          }
          for (const counted of [early, late]) {
            for (const { at } of counted) {
              const sum = counted
                .filter((use) => use.at >= at && use.at < at + 1000)
                .reduce((total, use) => total + use.amount, 0);
              expect(sum).toBeLessThanOrEqual(100);
            }
          }
        },
      ),
    );
  });

  it("keeps to what the server says is left until it is reset", () => {
    const meter = createRateMeter(undefined, 1000);
    meter.take(1, 0).end(10, { limit: 100, remaining: 5, resetMs: 300 });
    expect(meter.wait(5, 10)).toBe(0);
    expect(meter.wait(6, 10)).toBe(300);
    meter.take(3, 20);
    expect(meter.wait(3, 20)).toBe(290);
    expect(meter.wait(50, 310)).toBe(0);
  });

  it("trusts the bucket only after the server's figures have matched it three times", () => {
    const meter = createRateMeter(undefined, 1000);
    let left = 100;
    for (let k = 1; k <= 3; k++) {
      left -= 20;
      meter.take(20, 0).end(0, { limit: 100, remaining: left, resetMs: 10 * (100 - left) });
      // As a window, all that was used comes back after 1,000 ms; as a bucket, 10 units come back every 100 ms.
      expect(meter.wait(left + 10, 0)).toBe(k < 3 ? 1000 : 100);
    }
  });

  it("does not believe an overtaken answer, which tells of a time before the others", () => {
    const meter = createRateMeter(undefined, 1000);
    const report = (remaining: number) => ({
      limit: 100,
      remaining,
      resetMs: 10 * (100 - remaining),
    });
    for (const left of [80, 60, 40]) meter.take(20, 0).end(0, report(left));
    const first = meter.take(20, 0); // the server then has 20 left,
    const second = meter.take(20, 0); // and then none
    second.end(0, report(0));
    first.end(0, report(20));
    expect(meter.wait(20, 0)).toBe(200);
  });

  it("gives a bucket that may still be full on the server no gain for the time on the way", () => {
    const meter = createRateMeter(undefined, 1000);
    const report = (remaining: number) => ({
      limit: 100,
      remaining,
      resetMs: 10 * (100 - remaining),
    });
    for (const left of [80, 60, 40]) meter.take(20, 0).end(0, report(left));
    const late = meter.take(50, 2000); // sent when the bucket is full, counted at 2,400 only
    expect(meter.wait(60, 2400)).toBeGreaterThan(0);
    late.end(2400, report(50));
    expect(meter.wait(60, 2400)).toBe(100);
  });

  it("counts a request without an answer a little longer: it may have come late", () => {
    const meter = createRateMeter(100, 1000);
    meter.take(100, 0).end(10);
    expect(meter.wait(1, 1010)).toBe(100);
  });

  it("does not take a window for a bucket", () => {
    const meter = createRateMeter(undefined, 1000);
    let left = 100;
    for (let k = 0; k < 5; k++) {
      left -= 20;
      meter.take(20, 0).end(0, { limit: 100, remaining: left, resetMs: 1000 });
    }
    expect(meter.wait(10, 500)).toBe(500);
  });

  it("keeps the caller's limit where it is the lower one", () => {
    const meter = createRateMeter(10, 1000);
    meter.take(0, 0).end(0, { limit: 1000, remaining: 1000 });
    expect(meter.limit).toBe(10);
    meter.take(0, 0).end(0, { limit: 4, remaining: 4 });
    expect(meter.limit).toBe(4);
  });
});

describe("the rate limiter", () => {
  let time: FakeTime | undefined;
  afterEach(() => time?.end());

  it("lets the first request go alone, and the others when its answer has told the limits", async () => {
    const limiter = createRateLimiter({});
    const first = await limiter.acquire(() => 10, never);
    let gone = 0;
    const others = [1, 2, 3].map(async () => {
      const permit = await limiter.acquire(() => 10, never);
      gone++;
      return permit;
    });
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(gone).toBe(0);
    first.done(new Headers({ "x-ratelimit-limit-tokens": "1000" }));
    await Promise.all(others);
    expect(limiter.tokensPerMinute).toBe(1000);
  });

  it("counts the longest wait from the answer that lets nobody go", async () => {
    time = startFakeTime();
    const limiter = createRateLimiter({}, { maxWaitMs: 100 });
    const left = { "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0" };
    const headers = new Headers({ ...left, "x-ratelimit-reset-requests": "1h" });
    const before = performance.now();
    (await limiter.acquire(() => 1, never)).done(headers);
    await time.pass(new Promise((resolve) => setTimeout(resolve, 70))); // nobody asks
    (await time.pass(limiter.acquire(() => 1, never))).done(headers);
    expect(performance.now() - before).toBe(100);
    (await time.pass(limiter.acquire(() => 1, never))).done(headers);
    expect(performance.now() - before).toBe(200);
  });

  it("forgets a waiter that is stopped, and serves the next", async () => {
    time = startFakeTime();
    const limiter = createRateLimiter({ requestsPerMinute: 1, rateWindowMs: 50 });
    (await limiter.acquire(() => 1, never)).done();
    const stop = new AbortController();
    const stopped = limiter.acquire(() => 1, stop.signal);
    const next = limiter.acquire(() => 1, never);
    stop.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    (await time.pass(next)).done();
  });

  it("lets go at once whoever is stopped, though another waits before it for an hour", async () => {
    const limiter = createRateLimiter({ requestsPerMinute: 1, rateWindowMs: 3_600_000 });
    (await limiter.acquire(() => 1, never)).done();
    const end = new AbortController();
    const before = limiter.acquire(() => 1, end.signal);
    const stop = new AbortController();
    const behind = limiter.acquire(() => 1, stop.signal);
    stop.abort(new Error("enough"));
    await expect(behind).rejects.toThrow("enough");
    end.abort(new Error("over"));
    await expect(before).rejects.toThrow("over");
  });

  it("lets nobody go while it is paused", async () => {
    time = startFakeTime();
    const limiter = createRateLimiter({ requestsPerMinute: 100 });
    limiter.pause(60);
    const before = performance.now();
    (await time.pass(limiter.acquire(() => 1, never))).done();
    expect(performance.now() - before).toBe(60);
  });
});
