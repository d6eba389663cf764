import { afterEach, describe, expect, it, vi } from "vitest";
import { createMemoryStore, withCache } from "embedtune";
import { createOpenAIEmbedder, embedWithOpenAIBatches } from "embedtune/openai";
import { rowOf } from "../../src/math/matrix.js";
import {
  fakeVector,
  startFakeOpenAI,
  type FakeOpenAIServer,
  type FakeServerOptions,
} from "../support/fake-openai-server.js";

let server: FakeOpenAIServer;
afterEach(() => server.close());

const texts = Array.from({ length: 120 }, (_, i) => `batch text ${i % 100}`);
const setup = async (serverOptions: FakeServerOptions = {}) => {
  server = await startFakeOpenAI(serverOptions);
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

  it("stores in half precision for a cache that does", async () => {
    const options = await setup();
    const store = createMemoryStore();
    const precision = "float16";
    await embedWithOpenAIBatches(texts, store, { ...options, precision });
    const again = await embedWithOpenAIBatches(texts, store, { ...options, precision });
    expect(again).toMatchObject({ found: 100, embedded: 0 });
    const cached = withCache(createOpenAIEmbedder(options), store, { precision });
    const matrix = await cached.embed(texts);
    expect(cached.statistics()).toEqual({ hits: 100, misses: 0, damaged: 0 });
    expect(server.requests()).toBe(0);
    for (const [i, text] of texts.entries()) {
      for (const [j, value] of fakeVector(text, 8).entries()) {
        expect(Math.abs(rowOf(matrix, i)[j] - value)).toBeLessThanOrEqual(2 ** -11);
      }
    }
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

  it("does not pay twice for a batch whose beginning was not confirmed", async () => {
    const options = await setup({
      batchFault: (call, n) => (call === "create" && n === 0 ? "reset" : undefined),
    });
    const store = createMemoryStore();
    const report = await embedWithOpenAIBatches(texts, store, options);
    expect(report).toMatchObject({ embedded: 100, failed: [] });
    expect(server.batches).toHaveLength(3);
  });

  it.each(["half-body", "stall"] as const)(
    "goes on with a download that ended in a %s, and takes no line twice",
    async (fault) => {
      const options = await setup({
        batchFault: (call, n) => (call === "content" && n < 2 ? fault : undefined),
      });
      const store = createMemoryStore();
      const report = await embedWithOpenAIBatches(texts, store, { ...options, timeoutMs: 300 });
      expect(report).toMatchObject({ embedded: 100, failed: [], tokens: 500 });
      const cached = withCache(createOpenAIEmbedder(options), store);
      await cached.embed(texts);
      expect(cached.statistics()).toEqual({ hits: 100, misses: 0, damaged: 0 });
    },
  );

  it("passes over batches of an earlier run whose files were deleted since", async () => {
    // The first run reads three files of results; the second finds three files of inputs gone.
    const options = await setup({
      batchFault: (call, n) => (call === "content" && n >= 3 && n < 6 ? "gone" : undefined),
    });
    await embedWithOpenAIBatches(texts, createMemoryStore(), options);
    expect(await embedWithOpenAIBatches(texts, createMemoryStore(), options)).toMatchObject({
      embedded: 100,
      failed: [],
      batches: ["batch-4", "batch-5", "batch-6"],
    });
  });

  it("names the texts of a batch whose results were deleted before they were fetched", async () => {
    const options = await setup({
      batchFault: (call) => (call === "content" ? "gone" : undefined),
    });
    const report = await embedWithOpenAIBatches(["a"], createMemoryStore(), options);
    const reason = "batch batch-1 was completed without an answer that can be read";
    expect(report).toMatchObject({ embedded: 0, failed: [{ index: 0, text: "a", reason }] });
  });

  it("keeps what a batch finished before it expired, and names the rest", async () => {
    const options = await setup();
    const mixed = ["done in time", "would expire", "done, too"];
    const report = await embedWithOpenAIBatches(mixed, createMemoryStore(), options);
    expect(report.embedded).toBe(2);
    expect(report.failed).toEqual([
      { index: 1, text: "would expire", reason: "batch batch-1 expired" },
    ]);
  });

  it("names the text of an answer that cannot be read", async () => {
    const options = await setup();
    const mixed = ["whole", "damage this"];
    const report = await embedWithOpenAIBatches(mixed, createMemoryStore(), options);
    expect(report.embedded).toBe(1);
    const reason = "damaged line: cut, or of more than 16000000 characters";
    expect(report.failed).toEqual([{ index: 1, text: "damage this", reason }]);
  });

  it("counts positions and progress in the caller's texts, repeated ones included", async () => {
    const options = await setup();
    const seen: [number, number][] = [];
    const report = await embedWithOpenAIBatches(
      ["same", "same", "bad luck", "bad luck", "other", "would expire"],
      createMemoryStore(),
      { ...options, onProgress: ({ done, total }) => seen.push([done, total ?? NaN]) },
    );
    expect(report.failed.map(({ index }) => index)).toEqual([2, 5]);
    expect(seen.at(-1)).toEqual([4, 4]);
  });

  it("names a text that is too long by its position in the caller's texts, before anything is sent", async () => {
    const options = { ...(await setup()), maxTokensPerInput: 3, longInputs: "refuse" } as const;
    const store = createMemoryStore();
    await embedWithOpenAIBatches(["stored"], store, options);
    const before = server.batches.length;
    const job = embedWithOpenAIBatches(["stored", "stored", "one two three four"], store, options);
    await expect(job).rejects.toThrow(
      'embedWithOpenAIBatches: texts[2] ("one two three four"): must have at most 3 tokens, received 4',
    );
    expect(server.batches).toHaveLength(before);
  });

  it("refuses options that are out of range, by name", async () => {
    const options = await setup();
    const refused = async (bad: object): Promise<string> =>
      embedWithOpenAIBatches(texts, createMemoryStore(), { ...options, ...bad }).then(
        () => "",
        (error: unknown) => (error as Error).message,
      );
    expect(await refused({ maxInputsPerBatch: 0 })).toBe(
      "embedWithOpenAIBatches: maxInputsPerBatch must be an integer >= 1, received 0",
    );
    expect(await refused({ longInputs: "average" })).toBe(
      'embedWithOpenAIBatches: longInputs must be "cut", "cut-bytes" or "refuse", received "average"',
    );
    expect(await refused({ timeoutMs: 0 })).toBe(
      "embedWithOpenAIBatches: timeoutMs must be an integer >= 1, received 0",
    );
    expect(await refused({ pollMs: NaN })).toBe(
      "embedWithOpenAIBatches: pollMs must be a number >= 0, received NaN",
    );
  });

  it("stops between two looks when the signal aborts, and leaves the batch under way", async () => {
    const options = await setup({ batchLooks: 1e9 });
    const stop = new AbortController();
    const listen = vi.spyOn(stop.signal, "addEventListener");
    const job = embedWithOpenAIBatches(texts, createMemoryStore(), {
      ...options,
      pollMs: 60_000,
      signal: stop.signal,
    });
    while (server.batches.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error("enough"));
    await expect(job).rejects.toThrow("enough");
    expect(listen).not.toHaveBeenCalled(); // a day's calls must not pile up listeners on the caller's signal
    expect(server.batches.every(({ status }) => status === "validating")).toBe(true);
  });
});
