import { afterEach, describe, expect, it } from "vitest";
import { createRandom } from "embedtune";
import type { KeyValueStore } from "embedtune";

/** What every vector store must do. `open` gives an empty store; what it needs it cleans up in `dispose`. */
export function describeKeyValueStore(
  name: string,
  open: () => Promise<{ store: KeyValueStore; dispose?: () => Promise<void> }>,
): void {
  describe(`the ${name} store`, () => {
    let dispose: (() => Promise<void>) | undefined;
    const fresh = async (): Promise<KeyValueStore> => {
      const opened = await open();
      dispose = async () => {
        await opened.store.close?.();
        await opened.dispose?.();
      };
      return opened.store;
    };
    afterEach(async () => {
      await dispose?.();
      dispose = undefined;
    });
    const copies = async (
      store: KeyValueStore,
      keys: string[],
    ): Promise<(number[] | undefined)[]> =>
      (await readAll(store, keys)).map((value) => value && [...value]);

    it("gives back what was stored, in the order of the keys asked", async () => {
      const store = await fresh();
      await store.writeMany([
        ["a", Uint8Array.of(1, 2, 3)],
        ["b", Uint8Array.of(0, 255)],
      ]);
      expect(await copies(store, ["b", "absent", "a", "b"])).toEqual([
        [0, 255],
        undefined,
        [1, 2, 3],
        [0, 255],
      ]);
    });

    it("overwrites", async () => {
      const store = await fresh();
      await store.writeMany([["a", Uint8Array.of(1, 2, 3)]]);
      await store.writeMany([["a", Uint8Array.of(9)]]);
      expect(await copies(store, ["a"])).toEqual([[9]]);
    });

    it("forgets", async () => {
      const store = await fresh();
      await store.writeMany([
        ["a", Uint8Array.of(1)],
        ["b", Uint8Array.of(2)],
      ]);
      await store.removeMany(["a", "absent"]);
      expect(await copies(store, ["a", "b"])).toEqual([undefined, [2]]);
    });

    it("keeps its own copy of the bytes", async () => {
      const store = await fresh();
      const value = Uint8Array.of(1, 2, 3);
      await store.writeMany([["a", value]]);
      value.fill(0);
      expect(await copies(store, ["a"])).toEqual([[1, 2, 3]]);
    });

    it("takes nothing and gives nothing", async () => {
      const store = await fresh();
      await store.writeMany([]);
      await store.removeMany([]);
      expect(await readAll(store, [])).toEqual([]);
    });

    it("takes keys of 300 characters and values of 16 KiB, a thousand at once", async () => {
      const store = await fresh();
      const random = createRandom("store");
      const entries = Array.from({ length: 1000 }, (_, i) => {
        const value = new Uint8Array(16 * 1024).map(() => random.integer(256));
        return [`${String(i).padStart(4, "0")}:${"k".repeat(295)}`, value] as const;
      });
      await store.writeMany(entries);
      const found = await readAll(
        store,
        entries.map(([key]) => key),
      );
      expect(found.map((value, i) => value !== undefined && equal(value, entries[i][1]))).toEqual(
        entries.map(() => true),
      );
    });

    it("leases what nobody holds, if it can lease: until it is released, or its time is over", async ({
      skip,
    }) => {
      const store = await fresh();
      const lease = store.lease?.bind(store);
      if (lease === undefined) return skip();
      const first = await lease(["a", "b", "c"], 60_000);
      expect(first.held).toEqual([0, 1, 2]);
      const second = await lease(["b", "x", "c", "y"], 60_000);
      expect(second.held).toEqual([1, 3]);
      expect((await lease(["a", "x"], 60_000)).held).toEqual([]);
      await first.release();
      // It ends by itself, but not while it is renewed.
      const short = await lease(["c", "a", "x"], 1500);
      expect(short.held).toEqual([0, 1]);
      for (let i = 0; i < 10; i++) {
        await new Promise((resolve) => setTimeout(resolve, 160));
        await short.renew();
      }
      expect((await lease(["a"], 60_000)).held).toEqual([]);
      let after: readonly number[] = [];
      while (after.length === 0) ({ held: after } = await lease(["a", "y"], 60_000));
      expect(after).toEqual([0]);
      await second.release();
      // Whoever takes no part in it reads and writes as ever.
      await store.writeMany([["a", Uint8Array.of(1)]]);
      expect(await copies(store, ["a", "c"])).toEqual([[1], undefined]);
    });

    it("gives each key to one of many that ask at the same time", async ({ skip }) => {
      const store = await fresh();
      const lease = store.lease?.bind(store);
      if (lease === undefined) return skip();
      const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
      const leases = await Promise.all(
        Array.from({ length: 20 }, (_, i) => lease(keys.slice(i, i + 20), 60_000)),
      );
      const held = leases.flatMap(({ held: positions }, i) => positions.map((k) => i + k));
      expect(held.sort((a, b) => a - b)).toEqual(Array.from({ length: 39 }, (_, i) => i));
    });

    it("serves many callers at the same time", async () => {
      const store = await fresh();
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          await store.writeMany([[`key-${i}`, Uint8Array.of(i)]]);
          expect(await copies(store, [`key-${i}`])).toEqual([[i]]);
        }),
      );
    });
  });
}

/** The bytes under each key, copied; `undefined` where there are none. */
export async function readAll(
  store: KeyValueStore,
  keys: readonly string[],
): Promise<(Uint8Array | undefined)[]> {
  const values = keys.map((): Uint8Array | undefined => undefined);
  await store.readMany(keys, (position, value) => {
    values[position] = Uint8Array.from(value);
  });
  return values;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
