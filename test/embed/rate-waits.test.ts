import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore, withCache } from "embedtune";
import {
  createOpenAIEmbedder,
  EmbeddingRequestError,
  type OpenAIEmbedderOptions,
} from "embedtune/openai";
import type { Progress } from "../../src/base/progress.js";
import { durationMs } from "../../src/embed/requests/rate-limiter.js";
import { rightAnswer, sendJson, startScripted, type Script } from "../support/scripted-server.js";

let server: Awaited<ReturnType<typeof startScripted>> | undefined;
afterEach(() => server?.close());

async function start(script: Script, options: OpenAIEmbedderOptions = {}) {
  server = await startScripted(script);
  const { baseURL } = server;
  return createOpenAIEmbedder({
    ...{ apiKey: "key", baseURL, model: "fake", maxInputsPerRequest: 2, concurrency: 1 },
    ...options,
  });
}

const texts = ["a", "b", "c", "d", "e", "f"];
const says =
  (headers: () => Record<string, string>): Script =>
  (request, response) =>
    sendJson(response, 200, rightAnswer(request), headers());
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
    for (const date of [
      String(Math.floor(Date.now() / 1000) + 60),
      String(Date.now() + 60_000),
      new Date(Date.now() + 60_000).toISOString(),
    ]) {
      expect(durationMs(date)).toBeGreaterThan(58_000);
      expect(durationMs(date)).toBeLessThanOrEqual(60_000);
    }
    expect(durationMs(String(Math.floor(Date.now() / 1000) - 60))).toBe(0);
  });

  it("says nothing where it makes no sense", () => {
    for (const text of [null, "", " ", "-1", "soon", "NaN", "Infinity", "1x", "100ms, 20ms"]) {
      expect(durationMs(text)).toBeUndefined();
    }
  });
});

describe("a server's rate headers", () => {
  const epoch = (): string => String(Math.floor(Date.now() / 1000) + 1);
  const heads: [string, () => Record<string, string>, OpenAIEmbedderOptions][] = [
    ["-1 for everything", () => rate("-1", "-1", "0"), {}],
    [
      "-1 left of the caller's limit",
      () => ({ "x-ratelimit-remaining-requests": "-1" }),
      { requestsPerMinute: 6000 },
    ],
    ["nothing left until a second of 1970's clock", () => rate("60", "0", epoch()), {}],
    ["nothing left for an hour", () => rate("60", "0", "1h"), {}],
    ["nothing left of a day's", () => rate("1000", "0", "33011.38"), {}],
    ["a window of one request", () => rate("1", "0", "1s"), {}],
    ["two values", () => rate("600, 3000", "0, 2999", "100ms, 20ms"), {}],
    ["none", () => ({}), {}],
  ];
  for (const [name, headers, options] of heads) {
    it(`never make anybody wait for longer than maxWaitMs: ${name}`, async () => {
      const embedder = await start(says(headers), { maxWaitMs: 100, ...options });
      const began = performance.now();
      expect((await embedder.embed(texts)).rows).toBe(6);
      expect(performance.now() - began).toBeLessThan(1500);
      expect(server!.log).toHaveLength(3);
    });
  }

  it("let one request be tried after maxWaitMs, and no more", async () => {
    const times: number[] = [];
    const embedder = await start(
      (request, response) => {
        times.push(performance.now());
        sendJson(response, 200, rightAnswer(request), rate("60", "0", "1h"));
      },
      { maxWaitMs: 150, concurrency: 8 },
    );
    await embedder.embed(texts);
    for (let i = 1; i < times.length; i++) {
      expect(times[i] - times[i - 1]).toBeGreaterThan(120);
    }
  });

  it("never overrule the caller's own limit", async () => {
    const embedder = await start(
      says(() => rate("6000", "5999", "1s")),
      { requestsPerMinute: 2, rateWindowMs: 400, maxWaitMs: 20 },
    );
    const began = performance.now();
    await embedder.embed(texts);
    expect(performance.now() - began).toBeGreaterThan(380);
  });
});

describe("a job that waits", () => {
  const busy: Script = (_, response) =>
    sendJson(response, 429, { error: { message: "slow down" } }, rate("60", "0", "1h"));

  it("ends after giveUpAfterMs without a success, and says where, when it may go on, and what is kept", async () => {
    const embedder = await start(
      (request, response) =>
        request.number === 0
          ? sendJson(response, 200, rightAnswer(request))
          : busy(request, response),
      { giveUpAfterMs: 200, maxWaitMs: 20 },
    );
    const store = createMemoryStore();
    const error = await withCache(embedder, store)
      .embed(texts)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EmbeddingRequestError);
    expect((error as Error).message).toMatch(
      new RegExp(
        `^${server!.baseURL}/embeddings: the server answers 429 slow down; nothing was answered for 200 ms \\(giveUpAfterMs\\), its limits reset at \\d{4}-.*Z; what was embedded before is kept where a cache`,
      ),
    );
    expect(server!.log.length).toBeGreaterThan(6);
    expect(await withCache(embedder, store).missing(texts)).toEqual(texts.slice(2));
  });

  it("goes on for any number of refusals while something is answered now and then", async () => {
    const embedder = await start(
      (request, response) =>
        request.number % 12 === 11
          ? sendJson(response, 200, rightAnswer(request))
          : sendJson(response, 429, { error: { message: "slow down" } }),
      { maxWaitMs: 5 },
    );
    expect((await embedder.embed(texts)).rows).toBe(6);
  });

  it("sends no more than maxRetries says where it is said", async () => {
    const embedder = await start(busy, { maxRetries: 3, maxWaitMs: 5 });
    await expect(embedder.embed(["a"])).rejects.toThrow("429 slow down (tried 4 times)");
    expect(server!.log).toHaveLength(4);
  });

  it("does not lose patience over waits that the caller's own limits cause", async () => {
    const embedder = await start(
      (request, response) =>
        request.number === 1 || request.number === 2
          ? sendJson(response, 503, { error: { message: "busy" } })
          : sendJson(response, 200, rightAnswer(request)),
      { requestsPerMinute: 1, rateWindowMs: 300, giveUpAfterMs: 150, maxWaitMs: 5 },
    );
    expect((await embedder.embed(texts.slice(0, 4))).rows).toBe(4);
  });

  for (const cached of [false, true]) {
    it(`says what it waits for and until when${cached ? ", through a cache" : ""}`, async () => {
      let left = 2;
      const embedder = await start(
        (request, response) =>
          request.number > 0 && left-- > 0
            ? busy(request, response)
            : sendJson(response, 200, rightAnswer(request)),
        { maxWaitMs: 60 },
      );
      const seen: Progress[] = [];
      const before = Date.now();
      const own = cached ? withCache(embedder, createMemoryStore()) : embedder;
      await own.embed(texts, { onProgress: (progress) => seen.push(progress) });
      const waits = seen.filter(({ waiting }) => waiting !== undefined);
      expect(waits.map(({ waiting }) => waiting!.for)).toContain(
        "the server answers 429 slow down",
      );
      for (const { stage, done, total, waiting } of waits) {
        expect([stage, total]).toEqual(["embed", 6]);
        expect(done).toBeGreaterThanOrEqual(2);
        expect(waiting!.until.getTime()).toBeGreaterThanOrEqual(before);
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
