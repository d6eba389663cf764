import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { encodeAdapter } from "embedtune";
import { decodePairStatistics, fitFromStatistics, mergePairStatistics } from "embedtune/fit";
import { countShard } from "../../examples/shards/count-shard.js";
import { openEmbedder } from "../../examples/shards/embedder.js";
import { runShards, startShardWorker, type ShardRun } from "../../examples/shards/flow.js";
import { shardRanges, type ShardPlan } from "../../examples/shards/texts.js";
import { startWorkerProcess } from "../../examples/shards/worker-process.js";
import { redisAnswers, redisURL as redis } from "../support/redis-server.js";

const { embedder } = openEmbedder(redis, "none");

/** The adapter's bytes as one process makes them, without a queue and without a cache. */
async function inOneProcess(plan: ShardPlan): Promise<Uint8Array> {
  const states = [];
  for (let shard = 0; shard < plan.shards; shard++) {
    states.push(decodePairStatistics(await countShard(plan, shard, embedder)));
  }
  return encodeAdapter(fitFromStatistics(states.reduce(mergePairStatistics)));
}

/** A run of its own in Redis and on disk; nothing of it is left. */
async function withRun(use: (run: ShardRun) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "embedtune-shards-"));
  const name = `embedtune-test-${process.pid}-${performance.now()}`;
  try {
    await use({ redis, name, folder, lockMs: 5000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    const client = new Redis(redis);
    const keys = await client.keys(`${name}*`);
    for (let at = 0; at < keys.length; at += 1000) await client.unlink(keys.slice(at, at + 1000));
    client.disconnect();
  }
}

describe("the plan of shards", () => {
  it("gives each question and each passage to one shard", () => {
    const plan = { seed: 1, pairs: 1003, passages: 97, shards: 7 };
    for (const [part, count] of [
      ["questions", plan.pairs],
      ["passages", plan.passages],
    ] as const) {
      let next = 0;
      for (let shard = 0; shard < plan.shards; shard++) {
        const [start, end] = shardRanges(plan, shard)[part];
        expect(start).toBe(next);
        next = end;
      }
      expect(next).toBe(count);
    }
  });
});

describe.skipIf(!redisAnswers)("shards of pairs over BullMQ, with a Redis server", () => {
  it("give the bytes of one process, from 100,000 pairs and two workers of which one is killed with -9", async () => {
    const plan = { seed: 1, pairs: 100_000, passages: 10_000, shards: 20 };
    await withRun(async (run) => {
      const begun: string[] = [];
      const cache = `redis:${run.name}`;
      const workers = [
        startWorkerProcess(run, cache, (shard) => begun.push(shard)),
        startWorkerProcess(run, cache, (shard) => {
          begun.push(shard);
          // In the middle of its third shard: the first batch of it takes longer than this message.
          if (++ofSecond !== 3) return;
          interrupted = shard;
          workers[1].child.kill("SIGKILL");
        }),
      ];
      let ofSecond = 0;
      let interrupted = "none";
      const killed = once(workers[1].child, "exit");
      try {
        const adapter = await runShards(run, plan);
        expect(await killed).toEqual([null, "SIGKILL"]);
        expect(begun.filter((shard) => shard === interrupted).length).toBeGreaterThan(1);
        expect(new Set(begun).size).toBe(plan.shards);
        expect(Buffer.compare(encodeAdapter(adapter), await inOneProcess(plan))).toBe(0);
      } finally {
        await Promise.all(workers.map((worker) => worker.stop()));
      }
    });
  }, 600_000);

  const small = { seed: 2, pairs: 600, passages: 60, shards: 6 };

  it("fail by the name of a shard that fails for good, and merge nothing", async () => {
    await withRun(async (run) => {
      let tries = 0;
      const worker = startShardWorker(run, async (plan, shard) => {
        if (shard !== 3) return countShard(plan, shard, embedder);
        tries++;
        throw new Error("passages.jsonl:7: text must be a string, received null");
      });
      try {
        await expect(runShards(run, small)).rejects.toThrow(
          "nothing was merged, for good failed: " +
            "shard-00003 (passages.jsonl:7: text must be a string, received null)",
        );
        expect(tries).toBe(3);
      } finally {
        await worker.close();
      }
    });
  });

  it("survive a shard that fails once", async () => {
    await withRun(async (run) => {
      let tries = 0;
      const worker = startShardWorker(run, async (plan, shard) => {
        if (shard === 3 && tries++ === 0) throw new Error("the disk is full");
        return countShard(plan, shard, embedder);
      });
      try {
        const adapter = await runShards(run, small);
        expect(Buffer.compare(encodeAdapter(adapter), await inOneProcess(small))).toBe(0);
      } finally {
        await worker.close();
      }
    });
  });

  it("are not merged without a state that was lost or damaged after its shard was done", async () => {
    await withRun(async (run) => {
      const worker = startShardWorker(run, async (plan, shard) => {
        const bytes = await countShard(plan, shard, embedder);
        if (shard === 5) {
          rmSync(join(run.folder, "shard-00001"));
          writeFileSync(join(run.folder, "shard-00002"), bytes.subarray(1));
        }
        return bytes;
      });
      try {
        await expect(runShards(run, small)).rejects.toThrow(
          "all 6 shards must be there and whole, received none of shard-00001, shard-00002 (ENOENT",
        );
        expect(existsSync(join(run.folder, "adapter.safetensors"))).toBe(false);
      } finally {
        await worker.close();
      }
    });
  });

  it("leave their states in the folder, and nothing in Redis", async () => {
    await withRun(async (run) => {
      const worker = startShardWorker(run, (plan, shard) => countShard(plan, shard, embedder));
      try {
        await runShards(run, small);
      } finally {
        await worker.close();
      }
      expect(readdirSync(run.folder)).toHaveLength(small.shards);
      const client = new Redis(redis);
      // What a worker says of itself stays.
      const keys = await client.keys(`${run.name}*`);
      client.disconnect();
      expect(keys.filter((key) => !/:(meta|stalled-check)$/.test(key))).toEqual([]);
    });
  });
});
