import { checkInteger } from "../../base/checks.js";
import {
  chooseBinary,
  decode,
  plainBinary,
  withSharedMemory,
  type KernelBinary,
} from "./kernel-binary.js";
import { instantiate, type Kernel } from "./kernel-instance.js";
import { builtinModule, defaultThreads, MAX_THREADS } from "./kernel-threads.js";
import { cosinesKernel } from "./wasm.generated.js";

export interface KernelOptions {
  /**
   * Threads that share large products, the calling one included; 1 keeps all work on the calling thread. Results are the
   * same bits whatever the number. Only Node has more than one.
   * @default the number of cores
   */
  readonly threads?: number | undefined;
  /**
   * Use the fused multiply-add of relaxed SIMD where the platform has it (Node 22 and later; Node 20 where it was started
   * with `--experimental-wasm-relaxed-simd`): faster and a little more exact, but the last bits then depend on the
   * processor. Off, results are the same bits on every machine.
   * @default false
   */
  readonly fma?: boolean | undefined;
  /**
   * Use tiles for registers of 256 bits where V8 joins operations on 128 bits to such on 256: Node 24 and later on x64
   * that was started with `--experimental-wasm-revectorize`. Faster, the same bits.
   * @default false
   */
  readonly wide?: boolean | undefined;
  /**
   * The kernel as a `WebAssembly.Module` that the platform compiled: for those that compile no bytes while a request runs
   * (Cloudflare's workers), where it is what importing `embedtune/kernel.wasm` gives. One thread, without `fma` and `wide`.
   */
  readonly module?: object | undefined;
}

/** What large products run on here. */
export interface KernelStatus {
  /** Whether there is WebAssembly SIMD; without it, plain JavaScript gives the same bits. */
  readonly simd: boolean;
  /** Why there is none, in the platform's words; or why what was asked for is not there, and how to get it. */
  readonly reason?: string | undefined;
  /** Whether fused multiply-add was asked for and is there. */
  readonly fma: boolean;
  /** Whether registers of 256 bits were asked for and are there. */
  readonly wide: boolean;
  readonly threads: number;
}

interface Settings {
  readonly threads: number | undefined;
  readonly module?: WebAssembly.Module | undefined;
  /** Which module to run. Whoever never calls {@link setKernel} need not bundle the others. */
  readonly binary: () => KernelBinary;
}

let settings: Settings = { threads: undefined, binary: plainBinary };
let kernel: Kernel | null | undefined;
let reason: string | undefined;

/**
 * Chooses how products run from now on. What is left out goes back to its default.
 *
 * @throws RangeError when `threads` is no integer from 1 to 256, TypeError when `module` is not the kernel, compiled.
 */
export function setKernel({
  threads,
  fma = false,
  wide = false,
  module,
}: KernelOptions = {}): void {
  if (threads !== undefined) {
    checkInteger(threads, "setKernel: threads", { least: 1, most: MAX_THREADS });
  }
  if (module !== undefined) checkModule(module);
  closeKernel();
  settings = { threads, module, binary: () => chooseBinary({ fma, wide }) };
}

function checkModule(module: object): asserts module is WebAssembly.Module {
  const compiled = typeof WebAssembly === "object" && module instanceof WebAssembly.Module;
  if (compiled && WebAssembly.Module.exports(module).some(({ name }) => name === "run")) return;
  const received = compiled ? "another module" : Object.prototype.toString.call(module);
  throw new TypeError(
    `setKernel: module must be the WebAssembly.Module of embedtune/kernel.wasm, received ${received}`,
  );
}

/** Ends the kernel's threads and frees its memory; the next product creates both again. */
export function closeKernel(): void {
  kernel?.close();
  kernel = undefined;
  reason = undefined;
}

/** What large products run on here and now. */
export function kernelStatus(): KernelStatus {
  const loaded = loadKernel();
  return {
    simd: loaded !== null,
    reason,
    fma: loaded?.fma ?? false,
    wide: loaded?.wide ?? false,
    threads: loaded?.threads ?? 1,
  };
}

/** The kernel, compiled on first use and kept; `null` where the platform has no WebAssembly SIMD. */
export function loadKernel(): Kernel | null {
  if (kernel === undefined) kernel = createKernel(settings);
  return kernel;
}

/** {@link loadKernel} with what cosines and digests need; `null` where no further module is compiled, too. */
export function cosinesOfKernel(): Kernel | null {
  const loaded = loadKernel();
  return loaded?.extend("cosines", () => decode(cosinesKernel)) ? loaded : null;
}

function createKernel(wanted: Settings): Kernel | null {
  if (typeof WebAssembly !== "object") {
    reason = "there is no WebAssembly";
    return null;
  }
  try {
    if (wanted.module !== undefined) {
      return instantiate(wanted.module, { fma: false, wide: false, threads: 1 });
    }
    const { bytes, fma, wide, reason: missing } = wanted.binary();
    if (!WebAssembly.validate(bytes)) {
      reason = "WebAssembly has no SIMD";
      return null;
    }
    reason = missing;
    const threads = wanted.threads ?? defaultThreads();
    return (
      (threads > 1 ? shareMemory(bytes, { fma, wide, threads }) : null) ??
      instantiate(new WebAssembly.Module(bytes), { fma, wide, threads: 1 })
    );
  } catch (error) {
    // A browser's main thread may refuse to compile at once, a worker at the edge while it answers a request.
    reason = error instanceof Error ? error.message : String(error);
    return null;
  }
}

/** A kernel for several threads, or `null` where there are none or no room for a shared memory: one thread needs none. */
function shareMemory(
  bytes: Uint8Array<ArrayBuffer>,
  traits: Pick<Kernel, "fma" | "wide" | "threads">,
): Kernel | null {
  if (builtinModule("node:worker_threads") === undefined) return null;
  try {
    return instantiate(new WebAssembly.Module(withSharedMemory(bytes)), traits);
  } catch {
    return null;
  }
}
