import { simdKernel } from "./kernel/wasm.generated.js";
import { CHUNK, pack, TILE_COLS, TILE_ROWS } from "./packing.js";
import type { ProductJob } from "./plain-product.js";

/** Largest block handed to the kernel at once, in rows, columns and steps: bounds its memory to about 48 MB. */
const BLOCK = 1536;
const PAGE = 65_536;
/** Below the first page lies nothing but the kernel's scratch tile. */
const SCRATCH = 1024;

interface KernelExports {
  product(
    a: number,
    b: number,
    rowPanels: number,
    colPanels: number,
    steps: number,
    sums: number,
    out: number,
    rowBytes: number,
    scratch: number,
    from: number,
    to: number,
    first: boolean,
    last: boolean,
  ): void;
}

interface Kernel {
  readonly exports: KernelExports;
  readonly memory: WebAssembly.Memory;
}

let kernel: Kernel | null | undefined;

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Compiled on first use and kept; `null` where the platform has no WebAssembly SIMD. */
function loadKernel(): Kernel | null {
  if (kernel !== undefined) return kernel;
  kernel = null;
  if (typeof WebAssembly === "object") {
    const bytes = decode(simdKernel);
    if (WebAssembly.validate(bytes)) {
      try {
        const memory = new WebAssembly.Memory({ initial: 1 });
        const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
          env: { memory },
        });
        kernel = { exports: instance.exports as unknown as KernelExports, memory };
      } catch {
        // A browser's main thread may refuse to compile synchronously: the plain product gives the same bits.
      }
    }
  }
  return kernel;
}

/** Whether products run in WebAssembly SIMD here. */
export function hasSimd(): boolean {
  return loadKernel() !== null;
}

/** `size` cut into equal parts of at most BLOCK, each (but the last) a multiple of `multiple`. */
function blockSize(size: number, multiple: number): number {
  const parts = Math.ceil(size / BLOCK);
  return Math.ceil(size / parts / multiple) * multiple;
}

/** The product in WebAssembly SIMD; false when that is not to be had here. */
export function simdProduct(job: ProductJob): boolean {
  const loaded = loadKernel();
  if (loaded === null) return false;
  const { exports, memory } = loaded;
  const { m, n, k, out } = job;
  const mb = blockSize(m, TILE_ROWS);
  const nb = blockSize(n, TILE_COLS);
  const kb = blockSize(k, CHUNK);

  // Layout: scratch page, packed A, packed B, double-precision sums, result. Sizes are multiples of 16 bytes.
  const panelSteps = Math.min(kb, k);
  const aBytes = align(mb * panelSteps * 4);
  const bBytes = align(nb * panelSteps * 4);
  const sumsBytes = k > CHUNK ? align(mb * nb * 8) : 0;
  const aAt = PAGE;
  const bAt = aAt + aBytes;
  const sumsAt = bAt + bBytes;
  const outAt = sumsAt + sumsBytes;
  const missing = outAt + mb * nb * 4 - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  const aView = new Float32Array(memory.buffer, aAt, aBytes / 4);
  const bView = new Float32Array(memory.buffer, bAt, bBytes / 4);

  const packA = (i: number, p: number, lines: number, steps: number): void => {
    const { a: data, aRow: lineStride, aStep: stepStride } = job;
    const offset = i * lineStride + p * stepStride;
    pack({ data, offset, lines, steps, lineStride, stepStride }, aView, TILE_ROWS);
  };
  const packB = (j: number, p: number, lines: number, steps: number): void => {
    const { b: data, bCol: lineStride, bStep: stepStride } = job;
    const offset = j * lineStride + p * stepStride;
    pack({ data, offset, lines, steps, lineStride, stepStride }, bView, TILE_COLS);
  };

  const wholeA = m <= mb && k <= kb; // then A is packed once for all columns
  const wholeK = k <= kb; // then B is packed once for all rows
  for (let j = 0; j < n; j += nb) {
    const cols = Math.min(nb, n - j);
    const colPanels = Math.ceil(cols / TILE_COLS);
    const rowBytes = colPanels * TILE_COLS * 4;
    for (let i = 0; i < m; i += mb) {
      const rows = Math.min(mb, m - i);
      const rowPanels = Math.ceil(rows / TILE_ROWS);
      for (let p = 0; p < k; p += kb) {
        const steps = Math.min(kb, k - p);
        if (!wholeA || j === 0) packA(i, p, rows, steps);
        if (!wholeK || i === 0) packB(j, p, cols, steps);
        exports.product(
          ...[aAt, bAt, rowPanels, colPanels, steps, sumsAt, outAt, rowBytes, SCRATCH],
          ...[0, colPanels, p === 0, p + kb >= k],
        );
      }
      for (let r = 0; r < rows; r++) {
        const row = new Float32Array(memory.buffer, outAt + r * rowBytes, cols);
        out.set(row, (i + r) * n + j);
      }
    }
  }
  return true;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
