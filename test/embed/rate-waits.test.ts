import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryStore, withCache } from "embedtune";
import {
  createOpenAIEmbedder,
  EmbeddingRequestError,
  type OpenAIEmbedderOptions,
} from "embedtune/openai";
import { failureOf } from "../support/failure-of.js";
import type { Progress } from "../../src/base/progress.js";
import { durationMs } from "../../src/embed/requests/rate-limiter.js";
import { startFakeTime, type FakeTime } from "../support/fake-time.js";
import { rightAnswer } from "../support/scripted-server.js";
import {
  startUnconnected,
  type UnconnectedAnswer,
  type UnconnectedRequest,
} from "../support/unconnected-server.js";

type Script = (request: UnconnectedRequest) => UnconnectedAnswer;

let server: ReturnType<typeof startUnconnected> | undefined;
let time: FakeTime;
beforeEach(() => {
  time = startFakeTime();
});
afterEach(() => {
  time.end();
  server?.close();
});

function start(script: Script, options: OpenAIEmbedderOptions = {}) {
  server = startUnconnected(script);
  const { baseURL } = server;
  return createOpenAIEmbedder({
    ...{ apiKey: "key", baseURL, model: "fake", maxInputsPerRequest: 2, concurrency: 1 },
    ...options,
  });
}

const texts = ["a", "b", "c", "d", "e", "f"];
/** The time between one request and the next, in milliseconds. */
const gaps = (): number[] =>
  server!.log.slice(1).map(({ at }, i) => Math.round(at - server!.log[i].at));
const right = (request: UnconnectedRequest, headers?: Record<string, string>) => ({
  ...{ status: 200, body: rightAnswer(request), headers },
});
const says =
  (headers: () => Record<string, string>): Script =>
  (request) =>
    right(request, headers());
const rate = (limit: string, remaining: string, reset: string) => ({
  "x-ratelimit-limit-requests": limit,
  "x-ratelimit-remaining-requests": remaining,
  "x-ratelimit-reset-requests": reset,
});

describe("a reset in a header", () => {
  it("is understood as a duration, as seconds, and as a date of any kind", () => {
    expect(durationMs("1m30s")).toBe(90_000);
    expect(durationMs("250ms")).toBe(250);
    expect(durationMs("1h0m0.5s")).toBe(3_600_500);
    expect(durationMs("2d")).toBe(172_800_000);
    expect(durationMs("33011.38")).toBeCloseTo(33_011_380);
    vi.setSystemTime(1_764_000_000_250);
    expect(durationMs("1764000060")).toBe(59_750);
    expect(durationMs("1764000060250")).toBe(60_000);
    expect(durationMs("2025-11-24T16:01:00.250Z")).toBe(60_000);
    expect(durationMs("1763999940")).toBe(0);
  });

  it("says nothing where it makes no sense", () => {
    for (const text of [null, "", " ", "-1", "soon", "NaN", "Infinity", "1x", "100ms, 20ms"]) {
      expect(durationMs(text)).toBeUndefined();
    }
  });
});

describe("a server's rate headers", () => {
  const epoch = (): string => String(Math.floor(Date.now() / 1000) + 2);
  const heads: [string, () => Record<string, string>, OpenAIEmbedderOptions, number][] = [
    ["-1 for everything", () => rate("-1", "-1", "0"), {}, 0],
    [
      "-1 left of the caller's limit",
      () => ({ "x-ratelimit-remaining-requests": "-1" }),
      { requestsPerMinute: 6000 },
      0,
    ],
    ["nothing left until a second of 1970's clock", () => rate("60", "0", epoch()), {}, 100],
    ["nothing left for an hour", () => rate("60", "0", "1h"), {}, 100],
    ["nothing left of a day's", () => rate("1000", "0", "33011.38"), {}, 100],
    ["a window of one request", () => rate("1", "0", "1s"), {}, 100],
    ["two values", () => rate("600, 3000", "0, 2999", "100ms, 20ms"), {}, 0],
    ["none", () => ({}), {}, 0],
  ];
  for (const [name, headers, options, gap] of heads) {
    it(`never make anybody wait for longer than maxWaitMs: ${name}`, async () => {
      const embedder = start(says(headers), { maxWaitMs: 100, ...options });
      expect((await time.pass(embedder.embed(texts))).rows).toBe(6);
      expect(gaps()).toEqual([gap, gap]);
    });
  }

  it("let one request be tried after maxWaitMs, and no more", async () => {
    const embedder = start(
      says(() => rate("60", "0", "1h")),
      { maxWaitMs: 150, concurrency: 8 },
    );
    await time.pass(embedder.embed([...texts, "g", "h"]));
    expect(gaps()).toEqual([150, 150, 150]);
  });

  it("never overrule the caller's own limit", async () => {
    const embedder = start(
      says(() => rate("6000", "5999", "1s")),
      { requestsPerMinute: 2, rateWindowMs: 400, maxWaitMs: 20 },
    );
    await time.pass(embedder.embed(texts));
    expect(gaps()).toEqual([0, 400]);
  });
});

describe("a job that waits", () => {
  const slowDown = { status: 429, body: { error: { message: "slow down" } } };
  const busy: Script = () => ({ ...slowDown, headers: rate("60", "0", "1h") });

  it("ends after giveUpAfterMs without a success, and says where, when it may go on, and what is kept", async () => {
    const embedder = start((request) => (request.number === 0 ? right(request) : busy(request)), {
      giveUpAfterMs: 200,
      maxWaitMs: 20,
    });
    const store = createMemoryStore();
    const error = await time.pass(failureOf(withCache(embedder, store).embed(texts)));
    expect(error).toBeInstanceOf(EmbeddingRequestError);
    expect(error.message).toMatch(
      new RegExp(
        `^${server!.baseURL}/embeddings: the server answers 429 slow down; nothing was answered for 200 ms \\(giveUpAfterMs\\), its limits reset at \\d{4}-.*Z; what was embedded before is kept where a cache`,
      ),
    );
    expect(gaps()).toEqual([0, ...Array<number>(10).fill(20)]);
    expect(await withCache(embedder, store).missing(texts)).toEqual(texts.slice(2));
  });

  it("goes on for any number of refusals while something is answered now and then", async () => {
    const embedder = start((request) => (request.number % 12 === 11 ? right(request) : slowDown), {
      maxWaitMs: 60_000,
    });
    expect((await time.pass(embedder.embed(texts))).rows).toBe(6);
    expect(server!.log).toHaveLength(36);
    expect(Math.max(...gaps())).toBe(60_000);
  });

  it("sends no more than maxRetries says where it is said", async () => {
    const embedder = start(busy, { maxRetries: 3, maxWaitMs: 5 });
    const { message } = await time.pass(failureOf(embedder.embed(["a"])));
    expect(message).toMatch(/429 slow down \(tried 4 times\)$/);
    expect(server!.log).toHaveLength(4);
  });

  it("does not lose patience over waits that the caller's own limits cause", async () => {
    const embedder = start(
      (request) =>
        request.number === 1 || request.number === 2
          ? { status: 503, body: { error: { message: "busy" } } }
          : right(request),
      { requestsPerMinute: 1, rateWindowMs: 300, giveUpAfterMs: 150, maxWaitMs: 5 },
    );
    expect((await time.pass(embedder.embed(texts.slice(0, 4)))).rows).toBe(4);
    expect(gaps()).toEqual([300, 300, 300]);
  });

  for (const cached of [false, true]) {
    it(`says what it waits for and until when${cached ? ", through a cache" : ""}`, async () => {
      let left = 2;
      const embedder = start(
        (request) => (request.number > 0 && left-- > 0 ? busy(request) : right(request)),
        { maxWaitMs: 60 },
      );
      const seen: Progress[] = [];
      const before = Date.now();
      const own = cached ? withCache(embedder, createMemoryStore()) : embedder;
      await time.pass(own.embed(texts, { onProgress: (progress) => seen.push(progress) }));
      const waits = seen.filter(({ waiting }) => waiting !== undefined);
      expect(waits.map(({ waiting }) => waiting!.for)).toContain(
        "the server answers 429 slow down",
      );
      for (const { stage, done, total, waiting } of waits) {
        expect([stage, total]).toEqual(["embed", 6]);
        expect(done).toBeGreaterThanOrEqual(2);
        // Twice it was refused, and then nothing was left for an hour.
        expect([60, 120, 180]).toContain(waiting!.until.getTime() - before);
      }
      expect(seen.at(-1)).toMatchObject({ done: 6, total: 6 });
      expect(seen.at(-1)?.waiting).toBeUndefined();
    });
  }

  it("refuses a patience that is no time", async () => {
    expect(() => createOpenAIEmbedder({ apiKey: "k", giveUpAfterMs: -1 })).toThrow(
      "createOpenAIEmbedder: giveUpAfterMs must be a number >= 0, received -1",
    );
  });
});
