import { describe, expect, it } from "vitest";
import { mapConcurrently } from "../../src/base/map-concurrently.js";
import { runConcurrently } from "../../src/base/run-concurrently.js";

/** Work that is finished from outside, in any order. */
function manualWork(): {
  readonly started: number[];
  readonly work: (item: number) => Promise<string>;
  readonly finish: (item: number) => Promise<void>;
  readonly fail: (item: number) => Promise<void>;
} {
  const started: number[] = [];
  const open = new Map<number, PromiseWithResolvers>();
  return {
    started,
    work: (item) =>
      new Promise((resolve, reject) => {
        started.push(item);
        open.set(item, { resolve, reject });
      }),
    finish: async (item) => {
      open.get(item)!.resolve(`done ${item}`);
      await settle();
    },
    fail: async (item) => {
      open.get(item)!.reject(new Error(`failed ${item}`));
      await settle();
    },
  };
}

interface PromiseWithResolvers {
  readonly resolve: (value: string) => void;
  readonly reject: (error: Error) => void;
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function collect<T>(results: AsyncIterable<T>, into: T[]): Promise<void> {
  for await (const result of results) into.push(result);
}

describe("runConcurrently", () => {
  it("keeps at most as many jobs under way as it may, and yields results as they are finished", async () => {
    const { started, work, finish } = manualWork();
    const results: string[] = [];
    const all = collect(
      runConcurrently([0, 1, 2, 3], work, () => 2),
      results,
    );
    await settle();
    expect(started).toEqual([0, 1]);
    await finish(1);
    expect(started).toEqual([0, 1, 2]);
    expect(results).toEqual(["done 1"]);
    await finish(0);
    await finish(3);
    await finish(2);
    await all;
    expect(results).toEqual(["done 1", "done 0", "done 3", "done 2"]);
  });

  it("starts no more than one window of jobs while the consumer is away", async () => {
    const { started, work, finish } = manualWork();
    const results = runConcurrently([0, 1, 2, 3, 4, 5], work, () => 2);
    const first = results.next();
    await settle();
    await finish(0);
    expect(await first).toEqual({ done: false, value: "done 0" });
    await finish(1);
    await finish(2);
    await finish(3);
    expect(started).toEqual([0, 1, 2, 3]);
    await results.return();
  });

  it("follows a concurrency that changes meanwhile", async () => {
    const { started, work, finish } = manualWork();
    let concurrency = 1;
    const all = collect(
      runConcurrently([0, 1, 2, 3], work, () => concurrency),
      [],
    );
    await settle();
    expect(started).toEqual([0]);
    concurrency = 3;
    await finish(0);
    expect(started).toEqual([0, 1, 2, 3]);
    for (const item of [1, 2, 3]) await finish(item);
    await all;
  });

  it("yields what is under way after a failure, starts nothing new, and then throws the first failure", async () => {
    const { started, work, finish, fail } = manualWork();
    const results: string[] = [];
    const all = collect(
      runConcurrently([0, 1, 2, 3, 4], work, () => 3),
      results,
    );
    const outcome = expect(all).rejects.toThrow("failed 1");
    await settle();
    await fail(1);
    await fail(2);
    await finish(0);
    await outcome;
    expect(results).toEqual(["done 0"]);
    expect(started).toEqual([0, 1, 2]);
  });

  it("takes jobs from an asynchronous source, closes it when stopped early, and passes on its failure", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        for (let i = 0; ; i++) yield await Promise.resolve(i);
      } finally {
        closed = true;
      }
    }
    for await (const result of runConcurrently(
      source(),
      (i) => Promise.resolve(i),
      () => 2,
    )) {
      if (result === 3) break;
    }
    expect(closed).toBe(true);

    async function* broken(): AsyncGenerator<number> {
      yield await Promise.resolve(0);
      throw new Error("no more jobs");
    }
    const results: number[] = [];
    const all = collect(
      runConcurrently(
        broken(),
        (i) => Promise.resolve(i),
        () => 1,
      ),
      results,
    );
    await expect(all).rejects.toThrow("no more jobs");
    expect(results).toEqual([0]);
  });

  it("yields results that are undefined", async () => {
    let count = 0;
    for await (const nothing of runConcurrently(
      [1, 2, 3],
      () => Promise.resolve(),
      () => 2,
    )) {
      expect(nothing).toBeUndefined();
      count++;
    }
    expect(count).toBe(3);
  });
});

describe("mapConcurrently", () => {
  it("gives results in the order of the items, whatever order they are finished in", async () => {
    const { started, work, finish } = manualWork();
    const results = mapConcurrently([10, 11, 12], 2, work);
    await settle();
    expect(started).toEqual([10, 11]);
    await finish(11);
    await finish(12);
    await finish(10);
    expect(await results).toEqual(["done 10", "done 11", "done 12"]);
  });

  it("tells the work which item it is, and gives nothing for nothing", async () => {
    const results = await mapConcurrently(["a", "b"], 9, (text, i) => Promise.resolve(text + i));
    expect(results).toEqual(["a0", "b1"]);
    expect(await mapConcurrently([], 1, () => Promise.resolve(1))).toEqual([]);
  });

  it("keeps results that are undefined", async () => {
    const results = await mapConcurrently([1, 2], 1, () => Promise.resolve(undefined));
    expect(results).toEqual([undefined, undefined]);
  });

  it("starts nothing after a failure, and throws the first when what is under way is finished", async () => {
    const { started, work, finish, fail } = manualWork();
    let over = false;
    const results = mapConcurrently([0, 1, 2], 2, work).finally(() => (over = true));
    const outcome = expect(results).rejects.toThrow("failed 0");
    await settle();
    await fail(0);
    expect(over).toBe(false);
    await finish(1);
    await outcome;
    expect(started).toEqual([0, 1]);
  });
});
