/**
 * Statistics of many pairs, counted by several workers and added up by a flow of BullMQ's: docs/many-machines.md.
 *
 *   npx tsx examples/shards.ts [--pairs 100000] [--passages 10000] [--shards 20] [--workers 2]
 *     [--redis redis://127.0.0.1:6379] [--cache redis|none|FOLDER] [--folder out/shards]
 *   npx tsx examples/shards.ts --work --redis … --name … --folder … --cache …     another worker, on any machine
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { saveAdapter } from "embedtune/node";
import { setKernel } from "embedtune/math";
import { countShard } from "./shards/count-shard.js";
import { openEmbedder } from "./shards/embedder.js";
import { runShards, startShardWorker, type ShardRun } from "./shards/flow.js";
import type { ShardPlan } from "./shards/texts.js";
import { startWorkerProcess, type WorkerMessage } from "./shards/worker-process.js";
import { runExample } from "./shared/cli.js";

const { values: flags } = parseArgs({
  options: {
    work: { type: "boolean", default: false },
    pairs: { type: "string", default: "100000" },
    passages: { type: "string", default: "10000" },
    shards: { type: "string", default: "20" },
    workers: { type: "string", default: "2" },
    redis: { type: "string", default: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" },
    name: { type: "string", default: `shards-${Date.now()}` },
    folder: { type: "string", default: "out/shards" },
    cache: { type: "string", default: "redis" },
    "lock-ms": { type: "string" },
  },
});
const run: ShardRun = {
  ...{ redis: flags.redis, name: flags.name, folder: flags.folder },
  ...(flags["lock-ms"] !== undefined && { lockMs: Number(flags["lock-ms"]) }),
};

await runExample(flags.work ? work : coordinate);

/** Works on shards until SIGTERM, then finishes the one it has. */
async function work(): Promise<void> {
  // One thread a worker: as many workers as cores make better use of them than threads.
  setKernel({ threads: 1 });
  const tell = (message: WorkerMessage): void => void process.send?.(message);
  const { embedder, close } = openEmbedder(run.redis, flags.cache);
  const worker = startShardWorker(
    run,
    (plan, shard) => countShard(plan, shard, embedder),
    (shard) => tell({ shard }),
  );
  worker.on("error", (error) => console.error(`worker: ${error.message}`));
  await new Promise((resolve) => {
    process.once("SIGTERM", resolve);
    // Its parent is gone.
    process.once("disconnect", resolve);
  });
  await worker.close();
  await close();
  const { user, system } = process.cpuUsage();
  if (process.connected) tell({ usage: { cpuSeconds: (user + system) / 1e6 } });
  process.disconnect?.();
}

/** Starts workers, hands out the shards, and writes the adapter. */
async function coordinate(): Promise<void> {
  const plan: ShardPlan = {
    seed: 1,
    pairs: Number(flags.pairs),
    passages: Number(flags.passages),
    shards: Number(flags.shards),
  };
  await mkdir(run.folder, { recursive: true });
  const started = performance.now();
  const workers = Array.from({ length: Number(flags.workers) }, () =>
    startWorkerProcess(run, flags.cache),
  );
  try {
    const adapter = await runShards(run, plan);
    const path = join(run.folder, "adapter.safetensors");
    await saveAdapter(path, adapter);
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${plan.pairs} pairs in ${plan.shards} shards by ${workers.length} workers: ${seconds.toFixed(1)} s`,
    );
    console.log(adapter.metadata.sentence);
    console.log(`wrote ${path}`);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}
