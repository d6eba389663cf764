import { decode } from "../kernel/kernel-binary.js";
import { scanKernel } from "../kernel/wasm.generated.js";
import { bytePanel, floatPanel, type ScanViews } from "./plain-scan.js";

/**
 * The operations of ../kernel/assembly/scan.ts on the query at address `query`. Panels of a run lie one after another from
 * `first` on. Runs write as many values as a multiple of 32 rows has.
 */
export interface ScanOperations {
  /** Scores: 4 floats per panel at `out`. */
  floatPanels(query: number, cols: number, first: number, panels: number, out: number): void;
  /** The same of eight panels of any place, which may be the same one: 4 floats at `out` and every `stride` bytes. */
  eightFloatPanels(
    query: number,
    cols: number,
    ...panelsAndPlace: readonly [
      ...[a: number, b: number, c: number, d: number],
      ...[e: number, f: number, g: number, h: number],
      ...[out: number, stride: number],
    ]
  ): void;
  /** Upper ends of scores: 4 floats per panel at `out`; numbers of rows that reach the threshold at `list`: how many. */
  bytePanels(
    query: number,
    pairs: number,
    first: number,
    panels: number,
    ...[out, list, threshold]: readonly [out: number, list: number, threshold: number]
  ): number;
}

/** Memory that grows at its end and never moves what it holds, and the operations that read it. */
export interface ScanMemory extends ScanOperations {
  /** Taken anew whenever the memory grows: not to be kept across {@link grow}. */
  readonly views: ScanViews;
  /** Bytes that it can grow to. */
  readonly most: number;
  /** Makes it hold `bytes` or more; new bytes are 0. @throws RangeError when the platform has no room. */
  grow(bytes: number): void;
}

const PAGE = 65_536;
const MAX_PAGES = 65_536;

let module: WebAssembly.Module | null | undefined;

/** Memory of WebAssembly, of an instance of its own; plain memory where the platform has no WebAssembly SIMD. */
export function createScanMemory(pages = MAX_PAGES): ScanMemory {
  module ??= compile();
  if (module === null) return createPlainMemory(pages);
  let memory: WebAssembly.Memory;
  let instance: WebAssembly.Instance;
  try {
    memory = new WebAssembly.Memory({ initial: 2, maximum: pages });
    instance = new WebAssembly.Instance(module, { env: { memory } });
  } catch {
    return createPlainMemory(pages); // No addresses left for one more memory.
  }
  const { floatPanels, eightFloatPanels, bytePanels } =
    instance.exports as unknown as ScanOperations;
  let views = viewsOf(memory.buffer);
  return {
    get views() {
      return views;
    },
    most: pages * PAGE,
    grow(bytes) {
      const missing = bytes - memory.buffer.byteLength;
      if (missing <= 0) return;
      memory.grow(Math.ceil(missing / PAGE));
      views = viewsOf(memory.buffer);
    },
    floatPanels,
    eightFloatPanels,
    bytePanels,
  };
}

/** The same in plain JavaScript: the same bits, slower. */
export function createPlainMemory(pages = MAX_PAGES): ScanMemory {
  let views = viewsOf(new ArrayBuffer(2 * PAGE));
  return {
    get views() {
      return views;
    },
    most: pages * PAGE,
    grow(bytes) {
      const { length } = views.bytes;
      if (bytes <= length) return;
      // By half as much again, since what is there must be copied.
      const size = Math.min(pages * PAGE, Math.max(bytes, length * 1.5));
      const grown = viewsOf(new ArrayBuffer(Math.ceil(size / PAGE) * PAGE));
      grown.bytes.set(views.bytes);
      views = grown;
    },
    floatPanels(query, cols, first, panels, out) {
      for (let i = 0; i < panels; i++) {
        floatPanel(views, query, cols, first + 16 * cols * i, out + 16 * i);
      }
    },
    eightFloatPanels(query, cols, ...panelsAndPlace) {
      const [out, stride] = panelsAndPlace.slice(8);
      for (let i = 0; i < 8; i++) {
        floatPanel(views, query, cols, panelsAndPlace[i], out + stride * i);
      }
    },
    bytePanels(query, pairs, first, panels, out, list, threshold) {
      const { floats, ints } = views;
      let count = 0;
      for (let i = 0; i < panels; i++) {
        bytePanel(views, query, pairs, first + (8 * pairs + 48) * i, out + 16 * i);
      }
      for (let row = 0; row < 4 * panels; row++) {
        if (floats[out / 4 + row] >= Math.fround(threshold)) ints[list / 4 + count++] = row;
      }
      return count;
    },
  };
}

function viewsOf(buffer: ArrayBuffer): ScanViews {
  return {
    bytes: new Int8Array(buffer),
    shorts: new Int16Array(buffer),
    ints: new Int32Array(buffer),
    floats: new Float32Array(buffer),
  };
}

/** `null` where there is no WebAssembly SIMD, or the platform will not compile at once. */
function compile(): WebAssembly.Module | null {
  if (typeof WebAssembly !== "object") return null;
  const bytes = decode(scanKernel);
  try {
    return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  } catch {
    return null;
  }
}
