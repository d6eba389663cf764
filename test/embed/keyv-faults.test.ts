import Keyv from "keyv";
import { describe, expect, it } from "vitest";
import { createFunctionEmbedder, createKeyvStore, withCache } from "embedtune";
import { readAll } from "./key-value-store.contract.js";

/** An adapter like that of Redis: of what fails it emits an error, and answers as if nothing were there. */
function createAdapter(fails: (operation: "get" | "set", call: number) => Error | undefined) {
  const values = new Map<string, unknown>();
  const listeners: ((error: Error) => void)[] = [];
  let calls = 0;
  const attempt = <T>(operation: "get" | "set", work: () => T, otherwise: T): T => {
    const error = fails(operation, ++calls);
    if (error === undefined) return work();
    for (const listener of listeners) listener(error);
    return otherwise;
  };
  return {
    values,
    calls: () => calls,
    adapter: {
      opts: { dialect: "fake", url: "" },
      on: (_: "error", listener: (error: Error) => void) => listeners.push(listener),
      get: async (key: string) => attempt("get", () => values.get(key), undefined),
      getMany: async (keys: string[]) =>
        attempt(
          "get",
          () => keys.map((key) => values.get(key)),
          keys.map(() => undefined),
        ),
      set: async (key: string, value: unknown) =>
        attempt("set", () => void values.set(key, value), undefined),
      delete: async (key: string) => values.delete(key),
      clear: async () => values.clear(),
    },
  };
}
const storeOver = (adapter: object, options = {}) =>
  createKeyvStore(new Keyv({ store: adapter as Map<string, unknown> }), options);

const counted = () => {
  const asked: string[] = [];
  const embedder = createFunctionEmbedder(
    (texts) => {
      asked.push(...texts);
      return texts.map((text) => [text.length, 1]);
    },
    { id: "test/counted", symmetric: true, dimensions: 2, batchSize: 2 },
  );
  return { asked, embedder };
};
const texts = ["one", "two", "three", "four"];

describe("a cache over Keyv", () => {
  it("takes nothing for absent that could not be read: it would be paid for again", async () => {
    const { adapter } = createAdapter((operation) =>
      operation === "get" ? new Error("Socket closed unexpectedly") : undefined,
    );
    const { asked, embedder } = counted();
    await expect(withCache(embedder, storeOver(adapter)).embed(texts)).rejects.toThrow(
      "keyv: the store cannot be read (Socket closed unexpectedly)",
    );
    expect(asked).toEqual([]);
  });

  it("takes nothing for stored that was not, though the adapter says nothing, and hands back what was paid for", async () => {
    const full = new Error("OOM command not allowed when used memory > 'maxmemory'.");
    const { adapter } = createAdapter((operation) => (operation === "set" ? full : undefined));
    const { asked, embedder } = counted();
    const error = await withCache(embedder, storeOver(adapter))
      .embed(texts)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: "StoreWriteError",
      message: `keyv: the store cannot be written (${full.message})`,
      embedded: { indices: [0, 1], vectors: { rows: 2 } },
    });
    expect(asked).toEqual(["one", "two"]);
  });

  it("goes on where a connection was dropped in the middle of a step", async () => {
    const { adapter, calls } = createAdapter((_, call) =>
      call % 3 === 1 ? new Error("Socket closed unexpectedly") : undefined,
    );
    const { asked, embedder } = counted();
    const store = storeOver(adapter, { concurrency: 1 });
    const first = await withCache(embedder, store).embed(texts);
    expect(await withCache(embedder, store).embed(texts)).toEqual(first);
    expect(asked).toEqual(texts);
    expect(calls()).toBeGreaterThan(9);
  });

  it("embeds anew what is no JSON, another program's, or of another kind", async () => {
    const { adapter, values } = createAdapter(() => undefined);
    const { asked, embedder } = counted();
    const store = storeOver(adapter);
    const first = await withCache(embedder, store).embed(texts);
    const keys = [...values.keys()].filter((key) => !key.endsWith(":length"));
    values.set(keys[0], "{broken");
    values.set(keys[1], JSON.stringify({ value: { theirs: 1 } }));
    values.set(keys[2], undefined);
    values.set(keys[3], JSON.stringify({ value: "not base64 of a vector" }));
    const again = withCache(embedder, store);
    expect(await again.embed(texts)).toEqual(first);
    expect(again.statistics()).toEqual({ hits: 0, misses: 4, damaged: 3 });
    expect(asked.length).toBe(8);
    expect((await readAll(store, [keys[0].replace(/^keyv:/, "")]))[0]).toBeDefined();
  });

  it("ends a wait for a server that is gone, by itself and when it is told to", async () => {
    const away = () => new Promise<never>(() => undefined);
    const gone = { get: away, set: away, delete: away };
    const { embedder } = counted();
    await expect(
      withCache(embedder, createKeyvStore(gone, { timeoutMs: 50 })).embed(texts),
    ).rejects.toThrow("keyv: the store cannot be read (no answer within 50 ms)");
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 30);
    await expect(
      withCache(embedder, createKeyvStore(gone)).embed(texts, { signal: stop.signal }),
    ).rejects.toThrow("enough");
    const writes = { get: async () => [], set: away, delete: away };
    const late = new AbortController();
    setTimeout(() => late.abort(new Error("enough")), 30);
    await expect(
      withCache(embedder, createKeyvStore(writes)).embed(texts, { signal: late.signal }),
    ).rejects.toThrow("enough");
  });

  it("refuses a time limit that is none, by name", () => {
    expect(() => createKeyvStore(new Keyv(), { timeoutMs: 0 })).toThrow(
      "createKeyvStore: timeoutMs must be a number > 0, received 0",
    );
  });
});
