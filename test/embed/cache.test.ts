import { describe, expect, it } from "vitest";
import {
  createHashingEmbedder,
  createMemoryStore,
  fromRows,
  withCache,
  type Embedder,
  type EmbedOptions,
  type KeyValueStore,
} from "embedtune";
import { createMatrix } from "embedtune/math";
import { readAll } from "./key-value-store.contract.js";

/** Embeds a text as its length and first character code, and remembers what it was asked. */
function countingEmbedder(overrides: Partial<Embedder> = {}) {
  const asked: string[] = [];
  const embedder: Embedder = {
    id: "test/length/2",
    dimensions: 2,
    symmetric: true,
    async embed(texts) {
      asked.push(...texts);
      return fromRows(texts.map((text) => [text.length, text.charCodeAt(0)]));
    },
    ...overrides,
  };
  return { embedder, asked };
}

describe("a cache around an embedder", () => {
  it("gives the same vectors as the embedder, row by row", async () => {
    const embedder = createHashingEmbedder({ dimensions: 16 });
    const cached = withCache(embedder, createMemoryStore());
    const texts = ["one", "two", "one", "three", "two"];
    const expected = await embedder.embed(texts);
    expect(await cached.embed(texts)).toEqual(expected);
    expect(await cached.embed(texts)).toEqual(expected);
  });

  it("embeds equal texts once, and nothing that was embedded before", async () => {
    const { embedder, asked } = countingEmbedder();
    const cached = withCache(embedder, createMemoryStore());
    await cached.embed(["a", "b", "a"]);
    await cached.embed(["b", "c", "a", "c"]);
    expect(asked).toEqual(["a", "b", "c"]);
    expect(cached.statistics()).toEqual({ hits: 2, misses: 3, damaged: 0 });
  });

  it("shares the entries of queries and passages only where the embedder says they are the same", async () => {
    for (const [symmetric, expected] of [
      [true, ["a"]],
      [false, ["a", "a"]],
      [undefined, ["a", "a"]],
    ] as const) {
      const { embedder, asked } = countingEmbedder({ symmetric });
      const cached = withCache(embedder, createMemoryStore());
      await cached.embed(["a"], { side: "query" });
      await cached.embed(["a"], { side: "passage" });
      await cached.embed(["a"]);
      expect(asked).toEqual(expected);
    }
  });

  it("never mixes two embedders in one store", async () => {
    const store = createMemoryStore();
    const one = countingEmbedder({ id: "test/one" });
    const two = countingEmbedder({ id: "test/two" });
    await withCache(one.embedder, store).embed(["a"]);
    await withCache(two.embedder, store).embed(["a"]);
    expect(two.asked).toEqual(["a"]);
  });

  it("stores each batch before it asks for the next, so a failure loses nothing", async () => {
    const store = createMemoryStore();
    const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`);
    const { embedder, asked } = countingEmbedder();
    const failing = withCache(
      {
        ...embedder,
        embed: async (slice, options?: EmbedOptions) => {
          if (slice.includes("text 7")) throw new Error("the line is dead");
          return embedder.embed(slice, options);
        },
      },
      store,
      { batchSize: 3 },
    );
    await expect(failing.embed(texts)).rejects.toThrow("the line is dead");
    expect(asked).toEqual(texts.slice(0, 6));
    asked.length = 0;
    await withCache(embedder, store).embed(texts);
    expect(asked).toEqual(texts.slice(6));
  });

  it("takes an embedder's own batches in the order they are finished", async () => {
    const { embedder } = countingEmbedder({
      async *embedBatches(texts) {
        for (let i = texts.length - 1; i >= 0; i--) {
          yield { indices: [i], vectors: fromRows([[texts[i].length, 1]]) };
        }
      },
    });
    const { data } = await withCache(embedder, createMemoryStore()).embed(["a", "bb", "ccc"]);
    expect([...data]).toEqual([1, 1, 2, 1, 3, 1]);
  });

  it("finds damaged entries, drops them and embeds them again", async () => {
    const store = createMemoryStore();
    const { embedder, asked } = countingEmbedder();
    const texts = ["a", "b", "c", "d"];
    const keys: string[] = [];
    const spying = {
      ...store,
      writeMany: async (entries: Parameters<typeof store.writeMany>[0]) => {
        keys.push(...entries.map(([key]) => key));
        return store.writeMany(entries);
      },
    };
    const expected = await withCache(embedder, spying).embed(texts);
    const [first, second, third] = (await readAll(store, keys)).map((value) => value!);
    first[first.length - 1] ^= 1;
    third[8] ^= 1; // the count of values
    await store.writeMany([
      [keys[0], first],
      [keys[1], second.subarray(0, 7)],
      [keys[2], third],
    ]);
    asked.length = 0;
    const cached = withCache(embedder, store);
    expect(await cached.embed(texts)).toEqual(expected);
    expect(asked).toEqual(["a", "b", "c"]);
    expect(cached.statistics()).toEqual({ hits: 1, misses: 3, damaged: 3 });
  });

  it("refuses vectors that would end in a wrong number", async () => {
    const nan = countingEmbedder({ embed: async () => fromRows([[1, NaN]]) });
    await expect(withCache(nan.embedder, createMemoryStore()).embed(["a"])).rejects.toThrow(
      "test/length/2: row 0, column 1 must be a finite number, received NaN",
    );
    const few = countingEmbedder({ embed: async () => fromRows([[1, 2]]) });
    await expect(withCache(few.embedder, createMemoryStore()).embed(["a", "b"])).rejects.toThrow(
      "test/length/2 must give 2 vectors for 2 texts, received 1",
    );
  });

  it("refuses an embedder whose vectors changed their length", async () => {
    const store = createMemoryStore();
    const before = countingEmbedder({ dimensions: undefined });
    await withCache(before.embedder, store).embed(["a"]);
    const after = countingEmbedder({
      dimensions: undefined,
      embed: async () => fromRows([[1, 2, 3]]),
    });
    await expect(withCache(after.embedder, store).embed(["a", "b"])).rejects.toThrow(
      "test/length/2 must give vectors of 2 values like those in the cache, received 3",
    );
  });

  it("refuses options that are out of range, by name", () => {
    const { embedder } = countingEmbedder();
    expect(() => withCache(embedder, createMemoryStore(), { batchSize: 0 })).toThrow(
      "withCache: batchSize must be an integer >= 1, received 0",
    );
    const precision = "int8" as "float16";
    expect(() => withCache(embedder, createMemoryStore(), { precision })).toThrow(
      'withCache: precision must be "float32" or "float16", received "int8"',
    );
  });

  it("gives an empty matrix for no texts", async () => {
    const { embedder } = countingEmbedder();
    const cached = withCache(embedder, createMemoryStore());
    expect(await cached.embed([])).toEqual(createMatrix(0, 2));
  });

  it("reports progress up to the number of distinct texts", async () => {
    const { embedder } = countingEmbedder();
    const seen: number[] = [];
    await withCache(embedder, createMemoryStore(), { batchSize: 2 }).embed(["a", "b", "c", "a"], {
      onProgress: ({ done, total }) => {
        expect(total).toBe(3);
        seen.push(done);
      },
    });
    expect(seen).toEqual([0, 2, 3]);
  });

  it("embeds a text once that several calls want at the same time, even through two caches", async () => {
    const { embedder, asked } = countingEmbedder();
    const slow = {
      ...embedder,
      embed: async (texts: readonly string[]) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return embedder.embed(texts);
      },
    };
    const store = createMemoryStore();
    const one = withCache(slow, store, { batchSize: 2 });
    const two = withCache(slow, store, { batchSize: 3 });
    const expected = await embedder.embed(["a", "b", "c", "d", "e"]);
    asked.length = 0;
    const answers = await Promise.all([
      one.embed(["a", "b", "c", "d", "e"]),
      two.embed(["a", "b", "c", "d", "e"]),
      one.embed(["e", "d", "c", "b", "a"]),
    ]);
    expect(asked.sort()).toEqual(["a", "b", "c", "d", "e"]);
    expect(answers[0]).toEqual(expected);
    expect(answers[1]).toEqual(expected);
    expect([...answers[2].data].slice(0, 2)).toEqual([1, "e".charCodeAt(0)]);
  });

  /** A store in which a call is held up after it has looked, until `go`. */
  const heldUp = (store: KeyValueStore) => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    let reads = 0;
    const slow: KeyValueStore = {
      ...store,
      async readMany(keys, visit) {
        const seen: [number, Uint8Array][] = [];
        await store.readMany(keys, (position, value) => seen.push([position, value.slice()]));
        if (reads++ === 0) await gate;
        for (const [position, value] of seen) visit(position, value);
      },
    };
    return { slow, go };
  };

  it("finds what another call has embedded and stored since it looked", async () => {
    const { embedder, asked } = countingEmbedder();
    const { slow, go } = heldUp(createMemoryStore());
    const cached = withCache(embedder, slow);
    const late = cached.embed(["a", "b"]);
    const expected = await cached.embed(["a", "b"]);
    go();
    expect(await late).toEqual(expected);
    expect(asked).toEqual(["a", "b"]);
    expect(cached.statistics()).toEqual({ hits: 2, misses: 2, damaged: 0 });
  });

  it("does not drop an entry that another call has mended since it looked", async () => {
    const { embedder, asked } = countingEmbedder();
    const store = createMemoryStore();
    const keys: string[] = [];
    const spying: KeyValueStore = {
      ...store,
      writeMany: async (entries) => {
        keys.push(...entries.map(([key]) => key));
        return store.writeMany(entries);
      },
    };
    const expected = await withCache(embedder, spying).embed(["a"]);
    await store.writeMany([[keys[0], Uint8Array.of(1, 2, 3)]]);
    const { slow, go } = heldUp(store);
    const cached = withCache(embedder, slow);
    const late = cached.embed(["a"]);
    expect(await cached.embed(["a"])).toEqual(expected);
    go();
    expect(await late).toEqual(expected);
    expect(asked).toEqual(["a", "a"]);
    expect(cached.statistics()).toEqual({ hits: 1, misses: 1, damaged: 1 });
    expect(await cached.missing(["a"])).toEqual([]);
  });

  it("does not fail a call because another one that fetched the same text failed or was stopped", async () => {
    const { embedder, asked } = countingEmbedder();
    let calls = 0;
    const flaky = {
      ...embedder,
      embed: async (texts: readonly string[]) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (calls++ === 0) throw new Error("the first call fails");
        return embedder.embed(texts);
      },
    };
    const cached = withCache(flaky, createMemoryStore());
    const [first, second] = await Promise.allSettled([cached.embed(["a"]), cached.embed(["a"])]);
    expect(first).toMatchObject({ status: "rejected" });
    expect(second).toMatchObject({ status: "fulfilled" });
    expect(asked).toEqual(["a"]);
  });

  it("stops waiting for another call when it is told to", async () => {
    const { embedder } = countingEmbedder({ embed: () => new Promise(() => undefined) });
    const cached = withCache(embedder, createMemoryStore());
    void cached.embed(["a"]);
    const stop = new AbortController();
    const waiting = cached.embed(["a"], { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 5);
    await expect(waiting).rejects.toThrow("enough");
  });

  it("gives the same rounded vectors the first time and the second in half precision", async () => {
    const store = createMemoryStore();
    const embedder = createHashingEmbedder({ dimensions: 33 });
    const half = withCache(embedder, store, { precision: "float16" });
    const first = await half.embed(["a half", "of it"]);
    expect(await half.embed(["a half", "of it"])).toEqual(first);
    const whole = withCache(embedder, store);
    expect(await whole.embed(["a half", "of it"])).toEqual(
      await embedder.embed(["a half", "of it"]),
    );
    expect(whole.statistics().hits).toBe(0);
    expect(first).not.toEqual(await embedder.embed(["a half", "of it"]));
  });

  it("says which texts it would have to ask for", async () => {
    const { embedder, asked } = countingEmbedder();
    const cached = withCache(embedder, createMemoryStore());
    await cached.embed(["a", "b"]);
    expect(await cached.missing(["a", "c", "b", "c", "d"])).toEqual(["c", "d"]);
    expect(asked).toEqual(["a", "b"]);
  });
});
