import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FlowProducer, Queue, QueueEvents, Worker, type ConnectionOptions } from "bullmq";
import type { Adapter } from "embedtune";
import { fitFromStatistics, mergeStoredStatistics } from "embedtune/fit";
import { writeWhole } from "../shared/write-whole.js";
import { shardName, type ShardPlan } from "./texts.js";

/** Where a run keeps what: the queue in Redis, the states in a folder that all machines see. */
export interface ShardRun {
  /** Of the server, e.g. `"redis://127.0.0.1:6379"`. */
  readonly redis: string;
  /** Tells the run's keys in Redis from those of others: another one for each run, as is the folder. */
  readonly name: string;
  /** For the states of the shards. Object storage does as well: what is written must appear whole or not at all. */
  readonly folder: string;
  /** Milliseconds after which a worker that has not been heard of counts as dead. @default 30000 */
  readonly lockMs?: number | undefined;
}

const shardQueue = "shards";
const mergeQueue = "merge";

interface ShardJob {
  readonly plan: ShardPlan;
  readonly shard: number;
}

const connectionOf = ({ redis }: ShardRun): ConnectionOptions => ({
  url: redis,
  // Workers wait for a server that is away; they do not give up.
  maxRetriesPerRequest: null,
});

/**
 * Works on shards until it is closed, one at a time. Any number of such workers may run, on any machines, and come and go.
 *
 * @param count Makes the state of a shard.
 * @param onShard Told of each shard that is begun.
 */
export function startShardWorker(
  run: ShardRun,
  count: (plan: ShardPlan, shard: number) => Promise<Uint8Array>,
  onShard: (name: string) => void = () => undefined,
): Worker {
  const { lockMs = 30_000 } = run;
  return new Worker<ShardJob>(
    shardQueue,
    async ({ data: { plan, shard } }) => {
      onShard(shardName(shard));
      // The state goes to the folder: Redis keeps a job's return value in memory, and this may be megabytes.
      await writeWhole(join(run.folder, shardName(shard)), await count(plan, shard));
    },
    {
      ...{ connection: connectionOf(run), prefix: run.name, concurrency: 1 },
      // A killed worker's lock runs out; another worker then begins its shard anew, however often that happens.
      ...{ lockDuration: lockMs, stalledInterval: lockMs, maxStalledCount: 100 },
    },
  );
}

/**
 * Hands all shards to the workers and waits for the parent of the flow, which merges their states in the order of the shards and
 * fits.
 *
 * @throws Error naming the shards that failed for good; then nothing was merged.
 */
export async function runShards(run: ShardRun, plan: ShardPlan): Promise<Adapter> {
  const base = { connection: connectionOf(run), prefix: run.name };
  const names = Array.from({ length: plan.shards }, (_, shard) => shardName(shard));
  let adapter: Adapter | undefined;
  const merger = new Worker(
    mergeQueue,
    async () => {
      const read = (name: string): Promise<Uint8Array> => readFile(join(run.folder, name));
      adapter = fitFromStatistics(await mergeStoredStatistics(names, read));
    },
    base,
  );
  const events = new QueueEvents(mergeQueue, base);
  const flows = new FlowProducer(base);
  const [shards, merges] = [new Queue(shardQueue, base), new Queue(mergeQueue, base)];
  try {
    await events.waitUntilReady();
    const { job } = await flows.add({
      ...{ name: "merge", queueName: mergeQueue },
      children: names.map((name, shard) => ({
        ...{ name, queueName: shardQueue, data: { plan, shard } satisfies ShardJob },
        opts: {
          jobId: name,
          // A server that is away or a full disk pass; what fails three times does not.
          ...{ attempts: 3, backoff: { type: "exponential", delay: 1000 } },
          failParentOnFailure: true,
        },
      })),
    });
    try {
      await job.waitUntilFinished(events);
    } catch (cause) {
      const failed = await shards.getFailed();
      if (failed.length === 0) throw cause;
      const reasons = failed.map(({ name, failedReason }) => `${name} (${failedReason})`).sort();
      throw new Error(`nothing was merged, for good failed: ${reasons.join(", ")}`, { cause });
    }
    return adapter!;
  } finally {
    await Promise.all([merger.close(), events.close(), flows.close()]);
    for (const queue of [shards, merges]) {
      await queue.obliterate({ force: true });
      await queue.close();
    }
  }
}
