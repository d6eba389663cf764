import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ShardRun } from "./flow.js";

/** What a worker says to whoever started it as a child. */
export type WorkerMessage =
  { readonly shard: string } | { readonly usage: { readonly cpuSeconds: number } };

type Usage = Extract<WorkerMessage, { usage: unknown }>["usage"];

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Lets it finish its shard. @returns What it used; `undefined` where it was killed. */
  stop(): Promise<Usage | undefined>;
}

const script = fileURLToPath(new URL("../shards.ts", import.meta.url));

/** @param onShard Told of each shard that it begins. */
export function startWorkerProcess(
  run: ShardRun,
  cache: string,
  onShard: (name: string) => void = () => undefined,
): WorkerProcess {
  const args = ["--work", "--redis", run.redis, "--name", run.name, "--folder", run.folder];
  if (run.lockMs !== undefined) args.push("--lock-ms", String(run.lockMs));
  args.push("--cache", cache);
  const child = fork(script, args, { execArgv: ["--import", "tsx"] });
  let usage: Usage | undefined;
  child.on("message", (message: WorkerMessage) => {
    if ("usage" in message) usage = message.usage;
    else onShard(message.shard);
  });
  return {
    child,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      return usage;
    },
  };
}
