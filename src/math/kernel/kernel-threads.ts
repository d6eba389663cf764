/**
 * The threads that share the kernel's memory, where the platform is Node. Nothing is imported: in a browser, where
 * `process.getBuiltinModule` is missing, the kernel runs on the calling thread alone and gives the same bits.
 */

/**
 * Words of the control block at the start of the shared memory: first an operation's arguments, as assembly/layout.ts knows,
 * 24 at most; at the lowest addresses, as the kernel's code then is the shortest.
 */
export const ARGUMENTS = 0;
export const GENERATION = 24;
export const NEXT = 25;
export const PIECES = 26;
export const RUNNING = 27;
/** 1 when a worker could not finish its piece. */
export const FAILED = 28;
/**
 * The lengths of the further modules, whose bytes lie from {@link FURTHER_AT} on, {@link FURTHER_ROOM} apart; they come
 * when workers may run already.
 */
export const FURTHER_BYTES = 29;
/** Words of the whole block. */
export const CONTROL_WORDS = 64;
/** The first argument is the operation's number; from this on it is one of a further module, sixteen of each. */
export const FURTHER = 64;
/** Bits of an operation's number within its module. */
export const FURTHER_SHIFT = 4;
/** Behind the two pages of the kernel's own. */
export const FURTHER_AT = 131_072;
export const FURTHER_ROOM = 16_384;
/** The value of {@link NEXT} between operations: greater than any number of pieces, so that no worker takes one. */
export const CLOSED = 0x4000_0000;

/**
 * How often a worker looks for the next operation before it sleeps: some 100 µs. Operations of a step of training or of a
 * decomposition follow each other sooner, and being woken takes as long as some of them.
 */
const IDLE_LOOKS = 20_000;

/** As many as the first pages hold scratch tiles. */
export const MAX_THREADS = 256;

/**
 * Further modules: what training does besides products, what cosines and what an eigen-decomposition need. Behind all
 * numbers: bundlers write those in their places only where nothing else comes before.
 */
export const FURTHER_MODULES = { training: 0, cosines: 1, eigen: 2 } as const;

/**
 * What a worker runs: wait until the generation changes, take pieces until none is left, wait again. It counts itself as
 * running before it takes a piece. Once no piece is left and no worker runs, all pieces are therefore done and the next
 * operation may be prepared, whether or not every worker has started. No name may be one that CommonJS declares: Deno
 * evaluates the source beside them.
 */
const workerSource = `
"use strict";
const { compiled, memory, slot } = require("node:worker_threads").workerData;
const start = (module) => new WebAssembly.Instance(module, { env: { memory } }).exports.run;
const kernel = start(compiled);
const further = [];
const control = new Int32Array(memory.buffer, 0, ${CONTROL_WORDS});
for (let seen = 0; ; ) {
  for (let looks = 0; looks < ${IDLE_LOOKS} && Atomics.load(control, ${GENERATION}) === seen; looks++);
  Atomics.wait(control, ${GENERATION}, seen);
  seen = Atomics.load(control, ${GENERATION});
  Atomics.add(control, ${RUNNING}, 1);
  try {
    for (;;) {
      const piece = Atomics.add(control, ${NEXT}, 1);
      if (piece >= Atomics.load(control, ${PIECES})) break;
      if (control[${ARGUMENTS}] < ${FURTHER}) kernel(piece, slot);
      else {
        const at = (control[${ARGUMENTS}] - ${FURTHER}) >> ${FURTHER_SHIFT};
        further[at] ??= start(new WebAssembly.Module(new Uint8Array(
          memory.buffer, ${FURTHER_AT} + at * ${FURTHER_ROOM}, control[${FURTHER_BYTES} + at],
        ).slice()));
        further[at](piece, slot);
      }
    }
  } catch {
    Atomics.store(control, ${FAILED}, 1);
  }
  if (Atomics.sub(control, ${RUNNING}, 1) === 1) Atomics.notify(control, ${RUNNING});
}
`;

interface NodeWorker {
  on(event: "error", listener: () => void): void;
  off(event: "error", listener: () => void): void;
  unref(): void;
  terminate(): Promise<number>;
}

/** What is used of Node's own modules; importing their types would tie the core to Node's. */
interface BuiltinModules {
  readonly "node:worker_threads": {
    readonly Worker: new (source: string, options: object) => NodeWorker;
  };
  readonly "node:os": { availableParallelism(): number };
  readonly "node:async_hooks": { readonly AsyncLocalStorage: new <T>() => AsyncStorage<T> };
}

/** A value that a call hands to all it calls, also to what goes on after it has waited. */
export interface AsyncStorage<T> {
  run<R>(value: T, job: () => R): R;
  getStore(): T | undefined;
}

/** A module of Node's own, or `undefined` where this is not Node. */
export function builtinModule<Name extends keyof BuiltinModules>(
  name: Name,
): BuiltinModules[Name] | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => BuiltinModules[Name] | undefined };
  };
  return process?.getBuiltinModule?.(name);
}

/** The threads worth having here: one per core on Node, one elsewhere. */
export function defaultThreads(): number {
  return Math.min(MAX_THREADS, builtinModule("node:os")?.availableParallelism() ?? 1);
}

/**
 * Starts `count` workers on the module and its shared memory. They neither keep the process alive nor inherit loaders or
 * environment. `onFailure` is called when one of them ends with an error.
 *
 * @returns A function that ends them.
 */
export function startWorkers(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  count: number,
  onFailure: () => void,
): () => void {
  const threads = builtinModule("node:worker_threads");
  if (threads === undefined) return () => undefined;
  const workers = Array.from({ length: count }, (_, i) => {
    const worker = new threads.Worker(workerSource, {
      eval: true,
      execArgv: [],
      env: {},
      name: "embedtune-kernel",
      workerData: { compiled: module, memory, slot: i + 1 },
    });
    worker.on("error", onFailure);
    worker.unref();
    return worker;
  });
  return () => {
    for (const worker of workers) {
      worker.off("error", onFailure);
      void worker.terminate();
    }
  };
}
