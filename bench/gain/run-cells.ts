import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface, type Interface } from "node:readline";
import { setKernel } from "../../src/math/kernel/kernel.js";
import { runCell, type Job, type ResultOf } from "./cells.js";

type Result = ResultOf[Job["kind"]];

/** Finds the result of a job that has been run. */
export type Lookup = <K extends Job["kind"]>(
  job: Extract<Job, { readonly kind: K }>,
) => ResultOf[K];

export interface RunCellsOptions {
  /** Cells at a time, each in a process of its own where there is more than one. */
  readonly jobs: number;
  /** A file of results: cells found there are not run again, others are appended as they end. */
  readonly file: string | undefined;
}

const keyOf = (job: Job): string => JSON.stringify(Object.entries(job).sort());

/** Runs cells, each once; what takes long goes first, so that processes end together. */
export async function runCells(
  wanted: readonly Job[],
  { jobs, file }: RunCellsOptions,
): Promise<Lookup> {
  const results = new Map<string, Result>(file === undefined ? [] : readResults(file));
  const left = [...new Map(wanted.map((job) => [keyOf(job), job])).values()]
    .filter((job) => !results.has(keyOf(job)))
    .sort((a, b) => weightOf(b) - weightOf(a));
  const total = left.length;
  const began = performance.now();
  let done = 0;
  const keep = (job: Job, result: Result): void => {
    results.set(keyOf(job), result);
    if (file !== undefined) appendFileSync(file, `${JSON.stringify({ job, result })}\n`);
    done++;
    const seconds = Math.round((performance.now() - began) / 1000);
    console.error(`${done} of ${total} cells, ${seconds} s: ${JSON.stringify(job)}`);
  };
  const work = async (run: (job: Job) => Promise<Result>): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) keep(job, await run(job));
  };
  if (jobs === 1) await work(runCell);
  else {
    const threads = Math.max(1, Math.floor(availableParallelism() / jobs));
    const workers = Array.from({ length: Math.min(jobs, total) }, () => startWorker(threads));
    try {
      await Promise.all(workers.map(({ run }) => work(run)));
    } finally {
      for (const { stop } of workers) stop();
    }
  }
  return <K extends Job["kind"]>(job: Extract<Job, { readonly kind: K }>) => {
    const result = results.get(keyOf(job));
    if (result === undefined) throw new RangeError(`the cell must have been run: ${keyOf(job)}`);
    return result as ResultOf[K];
  };
}

/** About how long a cell takes beside others. */
function weightOf(job: Job): number {
  if (job.kind === "gaussian") return 10;
  const labels = job.labels !== "all" ? job.labels : job.set === "clinc" ? 10_000 : 900;
  return job.kind === "peers" ? labels / 10 : labels;
}

function readResults(file: string): [string, Result][] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { job, result } = JSON.parse(line) as { job: Job; result: Result };
      return [keyOf(job), result];
    });
}

interface Worker {
  run(job: Job): Promise<Result>;
  stop(): void;
}

/** This program once more, as {@link serveCells}. */
function startWorker(threads: number): Worker {
  const args = [...process.execArgv, process.argv[1], "gain", "--cell", "--threads", `${threads}`];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines: Interface = createInterface({ input: child.stdout! });
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          lines.off("line", onLine);
          child.off("exit", onExit);
        };
        const onLine = (line: string): void => {
          settle();
          resolve((JSON.parse(line) as { result: Result }).result);
        };
        const onExit = (code: number | null): void => {
          settle();
          reject(new Error(`a worker ended with ${code} at ${JSON.stringify(job)}`));
        };
        lines.on("line", onLine);
        child.on("exit", onExit);
        child.stdin!.write(`${JSON.stringify(job)}\n`);
      }),
    stop() {
      child.stdin!.end();
    },
  };
}

/** Reads jobs from standard input, a JSON line each, and writes a line `{ job, result }` for each. */
export async function serveCells(threads: number): Promise<void> {
  setKernel({ threads });
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line) as Job;
    const result = await runCell(job);
    process.stdout.write(`${JSON.stringify({ job, result })}\n`);
  }
}
