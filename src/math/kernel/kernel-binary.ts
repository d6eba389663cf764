import { builtinModule } from "./kernel-threads.js";
import { fusedKernel, simdKernel, wideFusedKernel, wideKernel } from "./wasm.generated.js";

/** A compiled module and what it makes use of. */
export interface KernelBinary {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fma: boolean;
  readonly wide: boolean;
}

/** The module that every platform with WebAssembly SIMD runs. */
export function plainBinary(): KernelBinary {
  return { bytes: decode(simdKernel), fma: false, wide: false };
}

/** Of the modules that the platform can run, the one that has most of what is wanted. */
export function chooseBinary(wanted: Pick<KernelBinary, "fma" | "wide">): KernelBinary {
  const wide = wanted.wide && joinTo256Bits();
  const fused = decode(wide ? wideFusedKernel : fusedKernel);
  const fma = wanted.fma && validateFused(fused);
  return { bytes: fma ? fused : decode(wide ? wideKernel : simdKernel), fma, wide };
}

/** Sets the flag by which V8 uses registers of 256 bits. @returns Whether V8 can: older versions ignore or lack the flag. */
function joinTo256Bits(): boolean {
  const { arch, versions } = (globalThis as { process?: NodeJsProcess }).process ?? {};
  if (arch !== "x64" || !(Number.parseInt(versions?.["v8"] ?? "0") >= 13)) return false;
  builtinModule("node:v8")?.setFlagsFromString("--experimental-wasm-revectorize");
  return true;
}

interface NodeJsProcess {
  readonly arch?: string;
  readonly versions?: Readonly<Record<string, string | undefined>>;
}

/** Whether the platform has relaxed SIMD; Node 20 has it behind a flag that may be set at run time. */
function validateFused(bytes: Uint8Array<ArrayBuffer>): boolean {
  if (WebAssembly.validate(bytes)) return true;
  builtinModule("node:v8")?.setFlagsFromString("--experimental-wasm-relaxed-simd");
  return WebAssembly.validate(bytes);
}

/** The bytes of a module. */
export function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Marks the module's memory import as shared: the one byte in which the two kinds of module differ. */
export function withSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const importEntry = [3, ...latin("env"), 6, ...latin("memory"), 2];
  const at = bytes.findIndex((_, i) => importEntry.every((byte, j) => bytes[i + j] === byte));
  const result = bytes.slice();
  result[at + importEntry.length] = 3; // 1: has a maximum, 2: shared
  return result;
}

function latin(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
