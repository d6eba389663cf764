/**
 * More than one machine: how many pairs a second one process, one worker and two workers count into the same bytes, and what the judge
 * takes at a million passages. Texts, vectors and labels are drawn from seeds; see docs/many-machines.md.
 *
 *   --only shards,judge     some of the parts
 *   --pairs 1000000 --shards 50 --workers 1,2 --cache lmdb|redis|none
 *   --passages 1000000 --in-memory 100000 --questions 1000 --dimensions 384 --threads 1
 *
 * Starts a redis-server of its own unless REDIS_URL names one. On a machine that does other things take the processor time, which is
 * that of all processes of a run but Redis.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { encodeAdapter, type Adapter } from "embedtune";
import { decodePairStatistics, fitFromStatistics, mergePairStatistics } from "embedtune/fit";
import { setKernel } from "embedtune/math";
import { countShard } from "../examples/shards/count-shard.js";
import { openEmbedder } from "../examples/shards/embedder.js";
import { runShards } from "../examples/shards/flow.js";
import type { ShardPlan } from "../examples/shards/texts.js";
import { startWorkerProcess } from "../examples/shards/worker-process.js";
import { countOption, type BenchOptions, type BenchRow } from "./rows.js";

export async function run(options: BenchOptions): Promise<readonly BenchRow[]> {
  const wanted = options.get("only")?.split(",") ?? ["shards", "judge"];
  const rows: BenchRow[] = [];
  const folder = mkdtempSync(join(tmpdir(), "embedtune-scale-"));
  try {
    if (wanted.includes("shards")) rows.push(...(await shards(options, folder)));
    if (wanted.includes("judge")) rows.push(...(await judge(options, folder)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

interface Counted {
  readonly adapter: Adapter;
  readonly cpuSeconds: number;
  /** Of the largest process. */
  readonly peakBytes: number;
}

async function shards(options: BenchOptions, folder: string): Promise<BenchRow[]> {
  const pairs = countOption(options, "pairs", 1_000_000);
  const shardCount = countOption(options, "shards", 50);
  const plan: ShardPlan = { seed: 1, pairs, passages: Math.ceil(pairs / 10), shards: shardCount };
  const cache = options.get("cache") ?? "lmdb";
  const { url, stop } = await startRedis(folder);
  const rows: BenchRow[] = [];
  try {
    let expected: Uint8Array | undefined;
    for (const workers of [0, ...(options.get("workers") ?? "1,2").split(",").map(Number)]) {
      const name = `scale-${process.pid}-${workers}`;
      // A cache of its own, empty, for each run.
      const own =
        cache === "none" ? cache : cache === "redis" ? `redis:${name}` : join(folder, name);
      const started = performance.now();
      const { adapter, cpuSeconds, peakBytes } =
        workers === 0
          ? await countInOneProcess(plan, url, own)
          : await countByWorkers(plan, url, own, workers, name, folder);
      const seconds = (performance.now() - started) / 1000;
      const bytes = encodeAdapter(adapter);
      expected ??= bytes;
      rows.push({
        table: `${pairs} pairs about ${plan.passages} passages, 384 dimensions, ${shardCount} shards, cache ${cache}`,
        by: workers === 0 ? "one process" : `${workers} worker${workers > 1 ? "s" : ""}`,
        "pairs/s": pairs / seconds,
        s: seconds,
        "processor s": cpuSeconds,
        "pairs/processor s": pairs / cpuSeconds,
        "own memory of a process, MB": peakBytes / 1e6,
        "Redis, MB": await redisMegabytes(url),
        "same bytes": Buffer.compare(bytes, expected) === 0 ? "yes" : "no",
      });
    }
  } finally {
    await stop();
  }
  return rows;
}

/** As a worker does, without a queue. */
async function countInOneProcess(plan: ShardPlan, redis: string, cache: string): Promise<Counted> {
  setKernel({ threads: 1 });
  const memory = watchMemory([process.pid]);
  const before = process.cpuUsage();
  const { embedder, close } = openEmbedder(redis, cache);
  let total;
  for (let shard = 0; shard < plan.shards; shard++) {
    const state = decodePairStatistics(await countShard(plan, shard, embedder));
    total = total === undefined ? state : mergePairStatistics(total, state);
  }
  await close();
  const { user, system } = process.cpuUsage(before);
  return {
    adapter: fitFromStatistics(total!),
    cpuSeconds: (user + system) / 1e6,
    peakBytes: memory.stop(),
  };
}

/**
 * The most memory of its own that one of the processes has, looked at several times a second. What an LMDB cache maps from its file
 * counts as resident, too, and is no memory that anybody must have. Only on Linux.
 */
function watchMemory(pids: readonly (number | undefined)[]): { stop(): number } {
  let most = NaN;
  const look = (): void => {
    for (const pid of pids) {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        const bytes = Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) * 1024;
        most = Math.max(Number.isNaN(most) ? 0 : most, bytes);
      } catch {
        // The process has ended, or this is no Linux.
      }
    }
  };
  const timer = setInterval(look, 200);
  return {
    stop() {
      look();
      clearInterval(timer);
      return most;
    },
  };
}

async function countByWorkers(
  plan: ShardPlan,
  redis: string,
  cache: string,
  count: number,
  name: string,
  folder: string,
): Promise<Counted> {
  const run = { redis, name, folder };
  const before = process.cpuUsage();
  const workers = Array.from({ length: count }, () => startWorkerProcess(run, cache));
  const memory = watchMemory(workers.map(({ child }) => child.pid));
  try {
    const adapter = await runShards(run, plan);
    const peakBytes = memory.stop();
    const { user, system } = process.cpuUsage(before);
    const used = await Promise.all(workers.map((worker) => worker.stop()));
    return {
      adapter,
      cpuSeconds: used.reduce((sum, own) => sum + (own?.cpuSeconds ?? NaN), (user + system) / 1e6),
      peakBytes,
    };
  } finally {
    memory.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** Memory that the server has used at most, so far. */
async function redisMegabytes(url: string): Promise<number> {
  const client = new Redis(url);
  const info = await client.info("memory");
  client.disconnect();
  return Number(/used_memory_peak:(\d+)/.exec(info)?.[1]) / 1e6;
}

async function startRedis(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const { REDIS_URL: given } = process.env;
  if (given !== undefined) return { url: given, stop: async () => undefined };
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = server.address() as AddressInfo;
      server.close(() => resolve(free));
    });
  });
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const server = spawn("redis-server", flags, { stdio: "ignore" });
  await new Promise((resolve, reject) => {
    server.once("spawn", resolve);
    server.once("error", (cause) => {
      reject(new Error("bench scale: shards need redis-server, or REDIS_URL", { cause }));
    });
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill();
    },
  };
}

interface Judged {
  readonly sentence: string;
  readonly figures: object;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

async function judge(options: BenchOptions, folder: string): Promise<BenchRow[]> {
  const passages = countOption(options, "passages", 1_000_000);
  const questions = countOption(options, "questions", 1000);
  const threads = countOption(options, "threads", 1);
  const dimensions = countOption(options, "dimensions", 384);
  const few = countOption(options, "in-memory", Math.ceil(passages / 10));
  const script = fileURLToPath(new URL("scale-judge.ts", import.meta.url));
  const file = join(folder, "passages.npy");
  const child = async (what: string, count: number): Promise<string> => {
    const numbers = [dimensions, count, questions, threads].map(String);
    const args = ["--import", "tsx", script, what, file, ...numbers];
    return (await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 })).stdout;
  };
  const judged = async (what: string, count: number): Promise<Judged> =>
    JSON.parse(await child(what, count)) as Judged;
  const row = (corpus: string, count: number, result: Judged, same: string): BenchRow => ({
    table: `the judge: ${questions} questions, ${dimensions} dimensions, ${threads} thread${threads > 1 ? "s" : ""}`,
    corpus,
    passages: count,
    "in float32, MB": (count * dimensions * 4) / 1e6,
    "peak of the process, MB": result.peakBytes / 1e6,
    s: result.seconds,
    "processor s": result.cpuSeconds,
    "same figures": same,
  });
  await child("write", few);
  const [inMemory, inBlocks] = [await judged("memory", few), await judged("streamed", few)];
  const same = JSON.stringify(inMemory.figures) === JSON.stringify(inBlocks.figures);
  const rows = [
    row("in memory", few, inMemory, ""),
    row("streamed", few, inBlocks, same ? "yes" : "no"),
  ];
  if (passages <= few) return rows;
  await child("write", passages);
  const all = await judged("streamed", passages);
  console.log(all.sentence);
  return [...rows, row("streamed", passages, all, "")];
}
