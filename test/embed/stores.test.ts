import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import KeyvRedis from "@keyv/redis";
import Keyv from "keyv";
import { describe, expect, it } from "vitest";
import { createKeyvStore, createMemoryStore } from "embedtune";
import { createLmdbStore } from "embedtune/node";
import { describeKeyValueStore, readAll } from "./key-value-store.contract.js";
import { redisAnswers, redisURL } from "../support/redis-server.js";

describeKeyValueStore("memory", async () => ({ store: createMemoryStore() }));

describeKeyValueStore("LMDB", async () => {
  const path = mkdtempSync(join(tmpdir(), "embedtune-"));
  return {
    store: createLmdbStore({ path }),
    dispose: async () => rmSync(path, { recursive: true, force: true }),
  };
});

describeKeyValueStore("Keyv", async () => ({ store: createKeyvStore(new Keyv()) }));

describe.skipIf(!redisAnswers)("with a Redis server", () => {
  describeKeyValueStore("Redis", async () => {
    const namespace = `embedtune-test-${process.pid}-${performance.now()}`;
    const keyv = new Keyv(new KeyvRedis(redisURL), { namespace });
    const store = createKeyvStore(keyv);
    return {
      store: {
        readMany: store.readMany,
        writeMany: store.writeMany,
        removeMany: store.removeMany,
        ...(store.lease && { lease: store.lease }),
      },
      dispose: async () => {
        await keyv.clear();
        await keyv.disconnect();
      },
    };
  });
});

describe("the Keyv store", () => {
  it("fails where Keyv only says false", async () => {
    const store = createKeyvStore({
      get: async () => [],
      set: async () => false,
      delete: async () => true,
    });
    await expect(store.writeMany([["a", Uint8Array.of(1)]])).rejects.toThrow(
      "keyv: a could not be stored",
    );
  });
});

describe("a store", () => {
  it("refuses options that are out of range, by name", () => {
    expect(() => createMemoryStore({ maxBytes: 0 })).toThrow(
      "createMemoryStore: maxBytes must be a number > 0, received 0",
    );
    expect(() => createKeyvStore(new Keyv(), { concurrency: 0 })).toThrow(
      "createKeyvStore: concurrency must be an integer >= 1, received 0",
    );
  });
});

describe("the memory store", () => {
  it("lets the least recently used go when its bytes are more than allowed", async () => {
    const store = createMemoryStore({ maxBytes: 300 });
    await store.writeMany(["a", "b", "c"].map((key) => [key, new Uint8Array(100)] as const));
    await store.readMany(["a"], () => undefined);
    await store.writeMany([["d", new Uint8Array(100)]]);
    expect((await readAll(store, ["a", "b", "c", "d"])).map((value) => value?.length)).toEqual([
      100,
      undefined,
      100,
      100,
    ]);
    expect(store.bytes).toBe(300);
  });

  it("counts a read and a write as use, and lets go in exactly that order", async () => {
    const keys = ["a", "b", "c", "d"];
    for (const [freshBytes, left] of [
      [1, ["a", "b", "c"]],
      [2, ["a", "b"]],
      [3, ["b"]],
      [4, []],
    ] as const) {
      const store = createMemoryStore({ maxBytes: 4 });
      for (const key of keys) await store.writeMany([[key, Uint8Array.of(0)]]);
      await store.readMany(["c", "a"], () => undefined);
      await store.writeMany([["b", Uint8Array.of(1)]]); // from least to most recent: d, c, a, b
      await store.writeMany([["fresh", new Uint8Array(freshBytes)]]);
      const found = await readAll(store, keys);
      expect(keys.filter((_, i) => found[i] !== undefined)).toEqual(left);
      expect(store.bytes).toBe(4);
    }
  });
});

describe("the LMDB store", () => {
  it("keeps what was stored when it is opened again", async () => {
    const path = mkdtempSync(join(tmpdir(), "embedtune-"));
    try {
      const first = createLmdbStore({ path });
      await first.writeMany([["a", Uint8Array.of(7)]]);
      await first.close();
      const second = createLmdbStore({ path });
      expect([...(await readAll(second, ["a"]))[0]!]).toEqual([7]);
      await second.close();
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  });

  it("reads what another has written since, within one turn of the event loop: a lease that is free again says so", async () => {
    const path = mkdtempSync(join(tmpdir(), "embedtune-"));
    const [mine, theirs] = [createLmdbStore({ path }), createLmdbStore({ path })];
    try {
      await theirs.writeMany([["a", Uint8Array.of(1)]]);
      expect((await readAll(mine, ["a", "b"]))[1]).toBeUndefined();
      await theirs.writeMany([["b", Uint8Array.of(2)]]);
      expect([...(await readAll(mine, ["a", "b"]))[1]!]).toEqual([2]);
    } finally {
      await mine.close();
      await theirs.close();
      rmSync(path, { recursive: true, force: true });
    }
  });

  it("names the directory it cannot open", () => {
    expect(() => createLmdbStore({ path: "/dev/null/cache" })).toThrow(
      'createLmdbStore: path must be a directory that can be opened, received "/dev/null/cache"',
    );
  });
});
