/**
 * What WebAssembly SIMD can do at most here: multiplications and additions on registers alone, which no load or store holds
 * up, in as many chains of each as go fastest: too few wait for each other, too many leave the registers. The same
 * WebAssembly in every thread, timed while all run.
 */
import { Worker } from "node:worker_threads";
import asc from "assemblyscript/asc";

const CHAINS = [4, 5, 6, 7];
const STEPS = 2_000_000;
/** Runs of each number of chains, of which the fastest counts. */
const TRIALS = 8;

function source(count: number): string {
  const chains = Array.from({ length: count }, (_, i) => i);
  const each = (line: (i: number) => string): string => chains.map(line).join("\n");
  return `
    export function loop(steps: i32, at: usize): void {
      const x = v128.load(at);
      ${each((i) => `let d${i} = v128.load(at, ${16 + 16 * i}); let c${i} = f32x4.splat(0);`)}
      for (let p = 0; p < steps; p++) {
        ${each((i) => `d${i} = f32x4.mul(d${i}, x); c${i} = f32x4.add(c${i}, d${i});`)}
      }
      ${each((i) => `v128.store(at, c${i}, ${256 + 16 * i});`)}
    }`;
}

async function compile(chains: number): Promise<Uint8Array> {
  const { error, binary } = await asc.compileString(source(chains), {
    ...{ optimizeLevel: 3, runtime: "stub", initialMemory: 1, enable: ["simd"] },
  });
  if (error || binary === null) throw new Error("bench: the loop must compile", { cause: error });
  return binary;
}

const program = `
const { parentPort, workerData } = require("node:worker_threads");
const { loop, memory } = new WebAssembly.Instance(new WebAssembly.Module(workerData.bytes), {
  env: { abort() {} },
}).exports;
new Float32Array(memory.buffer, 1024, 64).fill(1);
parentPort.on("message", () => {
  loop(${STEPS}, 1024);
  parentPort.postMessage(0);
});
`;

export interface RegisterLoop {
  /** Runs it once on every thread; how many operations that was. */
  run(): Promise<number>;
  close(): Promise<void>;
}

/** The loop on so many threads, warmed up: compiled by the engine's optimising compiler. */
export async function registerLoop(threads: number): Promise<RegisterLoop> {
  let best: { readonly chains: number; readonly rate: number } = { chains: 0, rate: 0 };
  for (const chains of CHAINS) {
    const loop = await start(chains, 1);
    for (let trial = 0; trial < TRIALS; trial++) {
      const begin = performance.now();
      const rate = (await loop.run()) / (performance.now() - begin);
      if (rate > best.rate) best = { chains, rate };
    }
    await loop.close();
  }
  return start(best.chains, threads);
}

async function start(chains: number, threads: number): Promise<RegisterLoop> {
  const bytes = await compile(chains);
  const workers = Array.from(
    { length: threads },
    () => new Worker(program, { eval: true, execArgv: [], workerData: { bytes } }),
  );
  const once = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      worker.once("error", reject);
      worker.once("message", () => {
        worker.off("error", reject);
        resolve();
      });
      worker.postMessage(0);
    });
  const loop = {
    async run() {
      await Promise.all(workers.map(once));
      return threads * STEPS * chains * 8; // four lanes, a multiplication and an addition
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
  for (let i = 0; i < 5; i++) await loop.run();
  return loop;
}
