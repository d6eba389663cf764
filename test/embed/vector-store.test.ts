import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "embedtune";
import { createLmdbStore } from "embedtune/node";
import { describeVectorStore, readAll } from "./vector-store.contract.js";

describeVectorStore("memory", async () => ({ store: createMemoryStore() }));

describeVectorStore("LMDB", async () => {
  const path = mkdtempSync(join(tmpdir(), "embedtune-"));
  return {
    store: createLmdbStore({ path }),
    dispose: async () => rmSync(path, { recursive: true, force: true }),
  };
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

  it("names the directory it cannot open", () => {
    expect(() => createLmdbStore({ path: "/dev/null/cache" })).toThrow(
      "/dev/null/cache: expected a directory",
    );
  });
});
