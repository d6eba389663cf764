import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  encodePairStatistics,
  mergePairStatistics,
  mergeStoredStatistics,
  pairStatistics,
} from "embedtune/fit";
import { topics } from "../tune/topics.js";

/** A storage of shards, and their names. */
function storage(count: number, dimensions = 5) {
  const shards = Array.from({ length: count }, (_, i) =>
    pairStatistics(topics(20 + i, dimensions, { seed: i })),
  );
  const names = shards.map((_, i) => `shard-${i}`);
  const kept = new Map(shards.map((shard, i) => [names[i], encodePairStatistics(shard)]));
  return { shards, names, kept, read: async (name: string) => kept.get(name) };
}

describe("stored statistics", () => {
  it("add up in the order of their names to the bits of one process, however late each comes", async () => {
    const { shards, names, kept } = storage(6);
    const expected = encodePairStatistics(shards.reduce(mergePairStatistics));
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const read = (name: string) => scheduler.schedule(Promise.resolve(kept.get(name)));
        const merged = await scheduler.waitFor(mergeStoredStatistics(names, read));
        expect(Buffer.compare(encodePairStatistics(merged), expected)).toBe(0);
      }),
      { numRuns: 10 },
    );
  });

  it("are not added up at all where shards are missing, unreadable or damaged: all of them are named", async () => {
    const { names, kept, read } = storage(9);
    const place = "mergeStoredStatistics: all 9 shards must be there and whole, received none of ";
    kept.delete("shard-2");
    await expect(mergeStoredStatistics(names, read)).rejects.toThrow(
      `${place}shard-2 (there is nothing of that name)`,
    );
    kept.set("shard-4", kept.get("shard-4")!.subarray(0, -8));
    kept.get("shard-8")![100] ^= 1;
    await expect(mergeStoredStatistics(names, read)).rejects.toThrow(
      `${place}shard-2, shard-4, shard-8 (`,
    );
    const cause = new Error("EACCES: permission denied");
    const failing = storage(9);
    const error = await mergeStoredStatistics(failing.names, async (name) => {
      if (name === "shard-3") throw cause;
      return failing.read(name);
    }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: `${place}shard-3 (EACCES: permission denied)`,
      cause,
    });
    kept.clear();
    await expect(mergeStoredStatistics(names, read)).rejects.toThrow("shard-4 and 4 more (");
  });

  it("know any flipped bit", async () => {
    const { kept, read } = storage(1, 3);
    const bytes = kept.get("shard-0")!;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flip = (): void => void (bytes[bit >> 3] ^= 1 << (bit & 7));
      flip();
      await expect(mergeStoredStatistics(["shard-0"], read)).rejects.toThrow("of shard-0 (");
      flip();
    }
    await mergeStoredStatistics(["shard-0"], read);
  });

  it("refuse names that say nothing or twice the same, and dimensions that differ", async () => {
    const { kept, names, read } = storage(2);
    await expect(mergeStoredStatistics([], read)).rejects.toThrow(
      "mergeStoredStatistics: names must be at least one",
    );
    await expect(mergeStoredStatistics([...names, "shard-0"], read)).rejects.toThrow(
      'mergeStoredStatistics: names must be all different, received "shard-0"',
    );
    kept.set("shard-1", encodePairStatistics(pairStatistics(topics(20, 4))));
    await expect(mergeStoredStatistics(names, read)).rejects.toThrow(
      "mergeStoredStatistics: shard-1 must be of 5 dimensions like those before, received 4",
    );
  });

  it("are not read on after an abort", async () => {
    const { names, read } = storage(3);
    const controller = new AbortController();
    let asked = 0;
    const aborting = async (name: string) => {
      asked++;
      controller.abort(new Error("enough"));
      return read(name);
    };
    await expect(
      mergeStoredStatistics(names, aborting, { signal: controller.signal }),
    ).rejects.toThrow("enough");
    expect(asked).toBe(1);
  });
});
