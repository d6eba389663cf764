import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore, withCache } from "embedtune";
import { createOpenAIEmbedder, embedWithOpenAIBatches } from "embedtune/openai";
import { rowOf } from "../../src/math/matrix.js";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
} from "../support/fake-openai-server.js";

let server: FakeOpenAIServer;
afterEach(() => server.close());

const texts = Array.from({ length: 120 }, (_, i) => `batch text ${i % 100}`);
const setup = async () => {
  server = await startFakeOpenAI();
  return {
    baseURL: server.baseURL,
    apiKey: "test",
    model: "fake",
    dimensions: 8,
    pollMs: 1,
    maxInputsPerBatch: 40,
    pricePerMillionTokens: 2,
  };
};

describe("embedding through the Batch API", () => {
  it("fetches every vector into the cache that the embedder looks in", async () => {
    const options = await setup();
    const store = createMemoryStore();
    const seen: number[] = [];
    const report = await embedWithOpenAIBatches(texts, store, {
      ...options,
      onProgress: ({ done }) => seen.push(done),
    });
    expect(report).toEqual({
      found: 0,
      embedded: 100,
      failed: [],
      batches: ["batch-1", "batch-2", "batch-3"],
      tokens: 500,
      cost: 0.0005,
    });
    expect(seen.at(-1)).toBe(100);
    const cached = withCache(createOpenAIEmbedder(options), store);
    const matrix = await cached.embed(texts);
    expect(cached.statistics()).toEqual({ hits: 100, misses: 0, damaged: 0 });
    expect(server.requests()).toBe(0);
    for (const [i, text] of texts.entries()) expect(rowOf(matrix, i)).toEqual(fakeVector(text, 8));
  });

  it("goes on after a restart with what is under way, and submits only the rest", async () => {
    const options = await setup();
    const store = createMemoryStore();
    const stop = new AbortController();
    const first = embedWithOpenAIBatches(texts.slice(0, 60), store, {
      ...options,
      pollMs: 60_000,
      signal: stop.signal,
    });
    while (server.batches.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error("restarted"));
    await expect(first).rejects.toThrow("restarted");
    const report = await embedWithOpenAIBatches(texts, store, options);
    expect(report.embedded).toBe(100);
    expect(server.batches).toHaveLength(3); // 60 texts in the first two, 40 in the third
    const again = await embedWithOpenAIBatches(texts, store, options);
    expect(again).toMatchObject({ found: 100, embedded: 0, batches: [] });
    expect(server.batches).toHaveLength(3);
  });

  it("fetches what an earlier run left behind, even with an empty store", async () => {
    const options = await setup();
    await embedWithOpenAIBatches(texts, createMemoryStore(), options);
    const report = await embedWithOpenAIBatches(texts, createMemoryStore(), options);
    expect(report).toMatchObject({ found: 0, embedded: 100 });
    expect(server.batches).toHaveLength(3);
  });

  it("names the inputs that failed, keeps the others, and asks for the failed ones again", async () => {
    const options = await setup();
    const store = createMemoryStore();
    const mixed = ["good one", "bad one", "good two"];
    const report = await embedWithOpenAIBatches(mixed, store, options);
    expect(report.embedded).toBe(2);
    expect(report.failed).toEqual([
      { index: 1, text: "bad one", reason: "400 This input is refused" },
    ]);
    await embedWithOpenAIBatches(mixed, store, options);
    expect(server.batches).toHaveLength(2);
  });

  it("says why a batch failed as a whole", async () => {
    const options = await setup();
    const { failed } = await embedWithOpenAIBatches(
      ["fail the batch"],
      createMemoryStore(),
      options,
    );
    expect(failed).toEqual([
      {
        index: 0,
        text: "fail the batch",
        reason: "batch batch-1 failed: Enqueued token limit reached",
      },
    ]);
  });
});
