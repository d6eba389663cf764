import { fusedKernel, simdKernel, wideFusedKernel, wideKernel } from "./wasm.generated.js";

/** A compiled module and what it makes use of. */
export interface KernelBinary {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fma: boolean;
  readonly wide: boolean;
  /** Why it makes no use of what was wanted; left out where it does. */
  readonly reason?: string | undefined;
}

/** The module that every platform with WebAssembly SIMD runs. */
export function plainBinary(): KernelBinary {
  return { bytes: decode(simdKernel), fma: false, wide: false };
}

/**
 * Of the modules that the platform can run, the one that has most of what is wanted. What V8 keeps behind a flag is used
 * where Node was started with the flag: to set one would change every other program of the process.
 */
export function chooseBinary(wanted: Pick<KernelBinary, "fma" | "wide">): KernelBinary {
  const noWide = wanted.wide ? whyNotWide() : null;
  const wide = wanted.wide && noWide === null;
  const fused = decode(wide ? wideFusedKernel : fusedKernel);
  const fma = wanted.fma && WebAssembly.validate(fused);
  const noFma = wanted.fma && !fma ? whyNotFused() : null;
  return {
    bytes: fma ? fused : decode(wide ? wideKernel : simdKernel),
    ...{ fma, wide },
    reason: [noFma, noWide].filter((why) => why !== null).join("; ") || undefined,
  };
}

const wideFlag = "--experimental-wasm-revectorize";
const fusedFlag = "--experimental-wasm-relaxed-simd";

/** Why V8 does not use registers of 256 bits; `null` where it does. Versions before 13 ignore or lack the flag. */
function whyNotWide(): string | null {
  const { arch, versions, execArgv = [] } = nodeProcess();
  if (arch !== "x64" || !(Number.parseInt(versions?.["v8"] ?? "0") >= 13)) {
    return "wide: only Node 24 and later on x64 join operations to 256 bits";
  }
  const flags = execArgv.map((argument) => argument.replaceAll("_", "-"));
  return flags.includes(wideFlag) ? null : `wide: start Node with ${wideFlag}`;
}

/** Node 20 has relaxed SIMD behind a flag, later ones without. */
function whyNotFused(): string {
  return nodeProcess().versions?.["v8"] === undefined
    ? "fma: there is no relaxed SIMD"
    : `fma: there is no relaxed SIMD; Node 20 has it when it is started with ${fusedFlag}`;
}

interface NodeJsProcess {
  readonly arch?: string;
  readonly versions?: Readonly<Record<string, string | undefined>>;
  readonly execArgv?: readonly string[];
}

const nodeProcess = (): NodeJsProcess => (globalThis as { process?: NodeJsProcess }).process ?? {};

/** The bytes of a module. */
export function decode(digits: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
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
