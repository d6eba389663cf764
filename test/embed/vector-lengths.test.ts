import { describe, expect, it } from "vitest";
import {
  createFunctionEmbedder,
  createKeyvStore,
  createMemoryStore,
  withCache,
  type Embedder,
  type KeyValueStore,
} from "embedtune";
import { createOpenAIEmbedder } from "embedtune/openai";
import { collectBatches } from "../../src/embed/requests/collect-batches.js";
import { fakeVector, startFakeOpenAI } from "../support/fake-openai-server.js";

/** An embedder whose vectors have as many values as `length` says at the moment. */
function changing(length: () => number, dimensions?: number): Embedder {
  return createFunctionEmbedder(
    (texts) => texts.map((text) => Array.from({ length: length() }, (_, j) => text.length + j)),
    { id: "mine/m", symmetric: true, batchSize: 1, dimensions },
  );
}

const refusal = (expected: number, received: number): string =>
  `mine/m must give vectors of ${expected} values like those in the cache, received ${received}; vectors of another length need another id`;

describe("the length of an embedder's vectors", () => {
  for (const dimensions of [undefined, 8]) {
    it(`is refused by name where a cache holds another one, and nothing is stored (dimensions: ${dimensions})`, async () => {
      const store = createMemoryStore();
      await withCache(
        changing(() => 7),
        store,
      ).embed(["old", "older"]);
      const now = withCache(
        changing(() => 8, dimensions),
        store,
      );
      for (const texts of [["old", "new"], ["new"], ["new", "newer", "old"]]) {
        await expect(now.embed(texts)).rejects.toThrow(refusal(7, 8));
      }
      const again = withCache(
        changing(() => 7),
        store,
      );
      expect(await again.missing(["old", "older", "new", "newer"])).toEqual(["new", "newer"]);
      expect((await again.embed(["old"])).cols).toBe(7);
    });
  }

  it("is refused where a store holds two of them already", async () => {
    const store = createMemoryStore();
    const entries: (readonly [string, Uint8Array])[] = [];
    const other = createMemoryStore();
    const spying: KeyValueStore = {
      ...other,
      writeMany: async (written) => {
        entries.push(...written);
        return other.writeMany(written);
      },
    };
    await withCache(
      changing(() => 7),
      spying,
    ).embed(["one"]);
    await withCache(
      changing(() => 8),
      store,
    ).embed(["other"]);
    await store.writeMany(entries);
    await expect(
      withCache(
        changing(() => 8),
        store,
      ).embed(["one", "other"]),
    ).rejects.toThrow(/must give vectors of . values like those in the cache/);
  });

  it("is not settled by a first answer that was wrong: what it left in the cache is taken back", async () => {
    const store = createMemoryStore();
    let calls = 0;
    const embedder = changing(() => (calls++ === 0 ? 7 : 8));
    const cached = withCache(embedder, store);
    await expect(cached.embed(["a", "b", "c"])).rejects.toThrow(/received 8|like before/);
    expect(await cached.missing(["a", "b", "c"])).toEqual(["a", "b", "c"]);
    expect((await cached.embed(["a", "b", "c"])).cols).toBe(8);
    expect(
      (
        await withCache(
          changing(() => 8),
          store,
        ).embed(["a", "d"])
      ).cols,
    ).toBe(8);
  });

  it("is not settled for good by one wrong answer after which the process ended", async () => {
    const store = createMemoryStore();
    await withCache(
      changing(() => 7),
      store,
    ).embed(["a"]);
    const now = () =>
      withCache(
        changing(() => 8),
        store,
      );
    await expect(now().embed(["a", "b"])).rejects.toThrow(refusal(7, 8));
    expect(await now().missing(["a", "b"])).toEqual(["a", "b"]);
    expect((await now().embed(["a", "b"])).cols).toBe(8);
  });

  it("is known to the store when nothing of it is found", async () => {
    const store = createMemoryStore();
    await withCache(
      changing(() => 7),
      store,
    ).embed(["a", "b"]);
    await expect(
      withCache(
        changing(() => 8),
        store,
      ).embed(["c"]),
    ).rejects.toThrow(refusal(7, 8));
  });

  it("of a function is free again after an answer of another one", async () => {
    let length = 7;
    const embedder = changing(() => length);
    await embedder.embed(["a"]);
    length = 8;
    await expect(embedder.embed(["a"])).rejects.toThrow(
      "mine/m must give vectors of 7 values like before, received 8",
    );
    expect((await embedder.embed(["a"])).cols).toBe(8);
  });

  it("of a server is what most of its answers have, not what the first one had", async () => {
    const server = await startFakeOpenAI({
      misbehave: (_, request) => (request === 0 ? { kind: "wrong-length" } : undefined),
    });
    const embedder = createOpenAIEmbedder({
      ...{ baseURL: server.baseURL, apiKey: "k", model: "fake", maxWaitMs: 5 },
      ...{ maxInputsPerRequest: 1, concurrency: 1 },
    });
    const store = createMemoryStore();
    const texts = ["one", "two", "three", "four"];
    await expect(withCache(embedder, store).embed(texts)).rejects.toThrow(
      /must give vectors of 9 values like those in the cache, received 8/,
    );
    expect(embedder.dimensions).toBe(8);
    const matrix = await withCache(embedder, store).embed(texts);
    expect([...matrix.data.subarray(0, 8)]).toEqual([...fakeVector("one", 8)]);
    await server.close();
  });

  it("is checked without a cache too", async () => {
    async function* batches() {
      yield { indices: [0], vectors: { rows: 1, cols: 2, data: Float32Array.of(1, 2) } };
      yield { indices: [1], vectors: { rows: 1, cols: 1, data: Float32Array.of(1) } };
    }
    await expect(collectBatches("mine/m", 2, batches())).rejects.toThrow(
      "mine/m must give vectors of 2 values like the first, received 1",
    );
  });
});

describe("a Keyv adapter that leaves out what it does not have", () => {
  it("gives no text the vector of another", async () => {
    const kept = new Map<string, string>();
    const store = createKeyvStore({
      get: (async (key: string | string[]) =>
        Array.isArray(key)
          ? key.filter((one) => kept.has(one)).map((one) => kept.get(one))
          : kept.get(key)) as never,
      set: async (key, value) => kept.set(key, value),
      delete: async (key) => kept.delete(key),
    });
    const embedder = changing(() => 3);
    await withCache(embedder, store).embed(["bb"]);
    const { data } = await withCache(embedder, store).embed(["a", "bb"]);
    expect([...data]).toEqual([1, 2, 3, 2, 3, 4]);
  });
});
