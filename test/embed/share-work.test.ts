import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  createMemoryStore,
  RefusedTextsError,
  withCache,
  type KeyValueStore,
  type Progress,
} from "embedtune";
import { createLmdbStore } from "embedtune/node";
import { createOpenAIEmbedder } from "embedtune/openai";
import { startFakeTime } from "../support/fake-time.js";
import { startFakeOpenAI } from "../support/fake-openai-server.js";

let path: string;
let open: KeyValueStore[];
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "embedtune-share-"));
  open = [];
});
afterEach(async () => {
  for (const store of open) await store.close?.();
  rmSync(path, { recursive: true, force: true });
});

/** A store that knows the other ones only by their file, as another process does. */
const another = (): KeyValueStore => {
  const store = createLmdbStore({ path });
  open.push(store);
  return store;
};

/** An embedder that takes its time, and counts how often it was asked for each text. */
function counting(asked: Map<string, number>, ms = 5) {
  return createFunctionEmbedder(
    async (texts) => {
      for (const text of texts) asked.set(text, (asked.get(text) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return texts.map((text) => [text.length, Number(/\d+$/.exec(text)?.[0] ?? 0) + 1]);
    },
    { id: "test/counting", symmetric: true, dimensions: 2, batchSize: 64 },
  );
}
const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `text ${from + i}`);

describe("processes that share their work", () => {
  it("send no text twice, whatever the order and the overlap, and all have every vector", async () => {
    const asked = new Map<string, number>();
    const jobs = [numbered(2000), numbered(2000).reverse(), numbered(2000, 1000)];
    const results = await Promise.all(
      jobs.map((texts) => withCache(counting(asked), another(), { shareWork: true }).embed(texts)),
    );
    expect(asked.size).toBe(3000);
    expect([...asked.values()].every((times) => times === 1)).toBe(true);
    for (const [k, texts] of jobs.entries()) {
      expect([...results[k].data]).toEqual(
        texts.flatMap((text) => [text.length, Number(text.slice(5)) + 1]),
      );
    }
  });

  it("without it pay twice for what both miss at the same moment", async () => {
    const asked = new Map<string, number>();
    await Promise.all(
      [another(), another()].map((store) => withCache(counting(asked), store).embed(numbered(64))),
    );
    expect([...asked.values()].every((times) => times === 2)).toBe(true);
  });

  it("divide it: each has a part of one list", async () => {
    const asked = [new Map<string, number>(), new Map<string, number>()];
    await Promise.all(
      asked.map((mine) =>
        withCache(counting(mine), another(), { shareWork: true }).embed(numbered(4000)),
      ),
    );
    expect(asked[0].size + asked[1].size).toBe(4000);
    for (const mine of asked) expect(mine.size).toBeGreaterThan(500);
  });

  it("wait for one that has crashed no longer than its lease, and say so", async () => {
    const asked = new Map<string, number>();
    const texts = numbered(10);
    let keys: readonly string[] = [];
    const crashed = another();
    const spy: KeyValueStore = {
      ...crashed,
      lease: async (wanted, ttl) => {
        keys = wanted;
        return crashed.lease!(wanted, ttl);
      },
    };
    await withCache(counting(asked), spy, { shareWork: true }).embed(texts);
    await crashed.removeMany(keys);
    asked.clear();
    const waits: Progress[] = [];
    const time = startFakeTime();
    try {
      const start = performance.now();
      await crashed.lease!(keys, 400); // and never released
      const own = withCache(counting(asked), another(), { shareWork: true });
      await time.pass(
        own.embed(texts, { onProgress: (progress) => progress.waiting && waits.push(progress) }),
      );
      const waited = performance.now() - start;
      expect(waited).toBeGreaterThan(400);
      expect(waited).toBeLessThan(1400); // its lease and a pause, not the usual one of half a minute
    } finally {
      time.end();
    }
    expect([...asked.values()]).toEqual(texts.map(() => 1));
    expect(waits[0].waiting?.for).toBe("another process that embeds the same texts");
  });

  it("stop at once when they are told to, and leave their texts to the others", async () => {
    const asked = new Map<string, number>();
    const stop = new AbortController();
    const slow = withCache(counting(asked, 60_000), another(), { shareWork: true });
    const stopped = slow.embed(numbered(10), { signal: stop.signal });
    const waiting = withCache(counting(asked), another(), { shareWork: true });
    while (asked.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const alsoStopped = new AbortController();
    const waiter = waiting.embed(numbered(10), {
      signal: alsoStopped.signal,
      onProgress: (progress) =>
        progress.waiting && alsoStopped.abort(new Error("enough of waiting")),
    });
    await expect(waiter).rejects.toThrow("enough of waiting");
    stop.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    asked.clear();
    const { rows } = await waiting.embed(numbered(10));
    expect([rows, asked.size]).toEqual([10, 10]);
  });

  it("embed all that can be, where the server refuses some, and name those", async () => {
    const texts = numbered(1000);
    const server = await startFakeOpenAI({
      misbehave: (inputs) =>
        inputs.some((text) => /^text (7|900)$/.test(text))
          ? { kind: "status", status: 400, error: { message: "not this one" } }
          : undefined,
    });
    try {
      const one = createOpenAIEmbedder({ baseURL: server.baseURL, model: "fake", dimensions: 8 });
      const cached = withCache(one, another(), { shareWork: true });
      const error = await cached.embed(texts).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(RefusedTextsError);
      expect((error as RefusedTextsError).refused.map(({ index }) => index).sort()).toEqual([
        7, 900,
      ]);
      expect(await cached.missing(texts)).toEqual(["text 7", "text 900"]);
    } finally {
      await server.close();
    }
  });

  it("need a store that can lease, and say which can", () => {
    expect(() => withCache(counting(new Map()), createMemoryStore(), { shareWork: true })).toThrow(
      "withCache: store must be one that can lease where shareWork is set (LMDB, or Keyv",
    );
  });

  it("in two processes of their own send each of 6,000 texts once", async () => {
    const server = await startFakeOpenAI({ delayMs: 20 });
    const script = fileURLToPath(new URL("../support/embed-numbered-texts.ts", import.meta.url));
    try {
      const codes = await Promise.all(
        [1, 2].map(
          () =>
            new Promise((resolve) => {
              const args = ["--import", "tsx", script, server.baseURL, path, "6000", "share"];
              spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }).on(
                "exit",
                resolve,
              );
            }),
        ),
      );
      expect(codes).toEqual([0, 0]);
      expect(server.answered.size).toBe(6000);
      expect([...server.answered.values()].filter((times) => times !== 1)).toEqual([]);
    } finally {
      await server.close();
    }
  }, 60_000);
});
