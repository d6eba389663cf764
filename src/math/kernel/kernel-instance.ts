import { withSharedMemory } from "./kernel-binary.js";
import {
  ARGUMENTS,
  CLOSED,
  CONTROL_WORDS,
  FAILED,
  FURTHER,
  FURTHER_AT,
  FURTHER_BYTES,
  FURTHER_MODULES,
  FURTHER_ROOM,
  FURTHER_SHIFT,
  GENERATION,
  NEXT,
  PIECES,
  RUNNING,
  startWorkers,
} from "./kernel-threads.js";

/** Operations of assembly/kernel.ts by number. */
export const OPERATION = {
  packSingle: 0,
  productSingle: 1,
  packDouble: 2,
  productDouble: 3,
  symmetricVector: 4,
  rowsBothWays: 5,
  /** Of the further module "cosines", which is the second; numbers, as what is computed would stay in every bundle. */
  productRounded: 80,
  roundRows: 81,
  scaleRows: 82,
  mixWords: 83,
} as const;

/** The compiled kernel with its memory. Everything in it is synchronous, so reservations of memory nest as calls do. */
export interface Kernel {
  readonly fma: boolean;
  readonly wide: boolean;
  readonly threads: number;
  /** Reserves bytes of the kernel's memory, 64-byte aligned, not cleared; the address. */
  reserve(bytes: number): number;
  /** Runs `job`, then frees what it reserved. */
  scope<T>(job: () => T): T;
  float32(at: number, length: number): Float32Array;
  float64(at: number, length: number): Float64Array;
  /** Runs an operation: its number and arguments, its pieces, and about how many floating-point operations it takes. */
  dispatch(operation: readonly number[], pieces: number, flops: number): void;
  /**
   * Adds the operations of a further module to those that can be dispatched; it may be added again.
   *
   * @param bytes The module, which imports a memory as the kernel's does.
   * @returns Whether the platform compiles it.
   */
  extend(name: keyof typeof FURTHER_MODULES, bytes: () => Uint8Array<ArrayBuffer>): boolean;
  /** Ends the workers. */
  close(): void;
}

const PAGE = 65_536;
const FIRST_FREE = FURTHER_AT + PAGE;
const MAX_PAGES = 65_536;
/** Below this, notifying a worker takes longer than the work. */
const SHARED_FLOPS = 5e5;
/** Only work of this size (some 10 ms), or five times as much in smaller pieces, starts the workers. */
const START_FLOPS = 2e8;
const START_SUM = 1e9;

/** How often to look whether the last pieces are done before sleeping: some 20 µs, less than being woken takes. */
const LOOKS = 2000;

interface KernelExports {
  run(piece: number, slot: number): void;
}

/** A kernel of one of the modules; for more than one thread its memory import is a shared one. */
export function instantiate(
  module: WebAssembly.Module,
  { fma, wide, threads }: Pick<Kernel, "fma" | "wide" | "threads">,
): Kernel {
  const shared = threads > 1;
  const memory = new WebAssembly.Memory({ initial: 2, maximum: MAX_PAGES, shared });
  const start = (compiled: WebAssembly.Module): KernelExports["run"] => {
    const instance = new WebAssembly.Instance(compiled, { env: { memory } });
    return (instance.exports as unknown as KernelExports).run;
  };
  const own = start(module);
  const further: (KernelExports["run"] | null | undefined)[] = [];
  let control = new Int32Array(memory.buffer, 0, CONTROL_WORDS);
  Atomics.store(control, NEXT, CLOSED);

  let top = FIRST_FREE;
  let stopWorkers: (() => void) | undefined;
  let failed = false;
  let shareable = 0;

  const runOf = (operation: readonly number[]): KernelExports["run"] =>
    operation[0] < FURTHER ? own : further[(operation[0] - FURTHER) >> FURTHER_SHIFT]!;
  const runAlone = (run: KernelExports["run"], pieces: number): void => {
    for (let piece = 0; piece < pieces; piece++) run(piece, 0);
  };
  const runShared = (run: KernelExports["run"], pieces: number): void => {
    Atomics.store(control, PIECES, pieces);
    Atomics.store(control, NEXT, 0); // last: a worker that gets a piece finds the arguments in place
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    for (;;) {
      const piece = Atomics.add(control, NEXT, 1);
      if (piece >= pieces) break;
      run(piece, 0);
    }
    Atomics.store(control, NEXT, CLOSED);
    for (let looks = 0, running; (running = Atomics.load(control, RUNNING)) !== 0; looks++) {
      if (looks > LOOKS) Atomics.wait(control, RUNNING, running, 1);
    }
    if (Atomics.load(control, FAILED) !== 0) {
      failed = true;
      throw new Error("kernel: a thread failed before its piece of the work was done");
    }
  };

  return {
    fma,
    wide,
    threads,
    reserve(bytesWanted) {
      const at = top;
      const end = at + Math.ceil(bytesWanted / 64) * 64;
      const missing = end - memory.buffer.byteLength;
      if (missing > 0) {
        try {
          memory.grow(Math.ceil(missing / PAGE));
        } catch (cause) {
          const megabytes = Math.ceil(end / 1e6);
          throw new RangeError(
            `kernel: ${megabytes} MB of memory are needed and could not be reserved`,
            { cause },
          );
        }
        control = new Int32Array(memory.buffer, 0, CONTROL_WORDS);
      }
      top = end;
      return at;
    },
    scope(job) {
      const mark = top;
      try {
        return job();
      } finally {
        top = mark;
      }
    },
    float32: (at, length) => new Float32Array(memory.buffer, at, length),
    float64: (at, length) => new Float64Array(memory.buffer, at, length),
    dispatch(operation, pieces, flops) {
      control.set(operation, ARGUMENTS);
      if (flops >= SHARED_FLOPS) shareable += flops;
      if (shared && !failed && (flops >= START_FLOPS || shareable >= START_SUM)) {
        stopWorkers ??= startWorkers(module, memory, threads - 1, () => (failed = true));
      }
      if (stopWorkers === undefined || failed || pieces === 1 || flops < SHARED_FLOPS) {
        runAlone(runOf(operation), pieces);
      } else {
        runShared(runOf(operation), pieces);
      }
    },
    extend(name, bytes) {
      const slot = FURTHER_MODULES[name];
      if (further[slot] === undefined) {
        try {
          const plain = bytes();
          const code = shared ? withSharedMemory(plain) : plain;
          further[slot] = start(new WebAssembly.Module(code));
          const missing = FIRST_FREE - memory.buffer.byteLength;
          if (missing > 0) memory.grow(missing / PAGE);
          control = new Int32Array(memory.buffer, 0, CONTROL_WORDS);
          const at = FURTHER_AT + slot * FURTHER_ROOM;
          new Uint8Array(memory.buffer, at, code.length).set(code);
          control[FURTHER_BYTES + slot] = code.length;
        } catch {
          further[slot] = null; // Where no bytes are compiled while a request runs.
        }
      }
      return further[slot] !== null;
    },
    close: () => stopWorkers?.(),
  };
}
