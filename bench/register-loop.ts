/**
 * What WebAssembly SIMD can do at most here: multiplications and additions on registers alone, seven chains of each, which
 * no load, store or dependence holds up. The same WebAssembly in every thread, timed while all run.
 */
import { Worker } from "node:worker_threads";
import asc from "assemblyscript/asc";

const CHAINS = 7;
const STEPS = 2_000_000;
/** Of one call: four lanes, a multiplication and an addition. */
const FLOPS = STEPS * CHAINS * 8;

function source(): string {
  const chains = Array.from({ length: CHAINS }, (_, i) => i);
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

async function compile(): Promise<Uint8Array> {
  const { error, binary } = await asc.compileString(source(), {
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
  const bytes = await compile();
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
      return threads * FLOPS;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
  for (let i = 0; i < 5; i++) await loop.run();
  return loop;
}
