import { refuse } from "../../base/checks.js";
import type { Matrix } from "../../math/matrix.js";
import { createScanMemory, type ScanMemory } from "../../math/search/scan-memory.js";
import type { LowRankUpdate } from "../adapter.js";

/** Writes what the map makes of `unit` to `result`. */
export type VectorMap = (unit: Float32Array, result: Float32Array) => void;

export function denseMap(weights: Matrix): VectorMap {
  const memory = createScanMemory();
  const factor = placeFactor(memory, weights, 0);
  memory.grow(factor.end);
  const multiply = fill(memory, factor, weights);
  return (unit, result) => {
    result.set(multiply(unit));
  };
}

export function lowRankMap({ left, right }: LowRankUpdate): VectorMap {
  if (left.cols === 0) return (unit, result) => result.set(unit);
  const memory = createScanMemory();
  const first = placeFactor(memory, left, 0);
  const second = placeFactor(memory, right, first.end);
  memory.grow(second.end);
  const reduce = fill(memory, first, left);
  const spread = fill(memory, second, right);
  return (unit, result) => {
    const added = spread(reduce(unit));
    for (let j = 0; j < result.length; j++) result[j] = unit[j] + added[j];
  };
}

/** Where a factor lies: the vector, its product, then the columns in panels of four. */
interface PlacedFactor {
  readonly vector: number;
  readonly product: number;
  readonly panels: number;
  readonly end: number;
}

const PANEL_COLS = 4;
/** Columns that the kernel writes at least. */
const BLOCK_COLS = 32;

const aligned = (address: number): number => Math.ceil(address / 64) * 64;

function placeFactor(memory: ScanMemory, { rows, cols }: Matrix, vector: number): PlacedFactor {
  const product = aligned(vector + 4 * rows);
  const panels = aligned(product + 4 * Math.ceil(cols / BLOCK_COLS) * BLOCK_COLS);
  const end = aligned(panels + 4 * rows * Math.ceil(cols / PANEL_COLS) * PANEL_COLS);
  if (end > memory.most) refuse("prepareAdapter: adapter", `at most ${memory.most} bytes`, end);
  return { vector, product, panels, end };
}

/** Copies a factor in. @returns What multiplies a vector by it; what that gives is overwritten by the next call. */
function fill(
  memory: ScanMemory,
  { vector, product, panels }: PlacedFactor,
  { rows, cols, data }: Matrix,
): (vector: Float32Array) => Float32Array {
  const { floats } = memory.views; // The memory has its whole size by now.
  for (let j = 0; j < cols; j++) {
    let at = panels / 4 + Math.floor(j / PANEL_COLS) * PANEL_COLS * rows + (j % PANEL_COLS);
    for (let i = 0; i < rows; i++, at += PANEL_COLS) floats[at] = data[i * cols + j];
  }
  const input = floats.subarray(vector / 4, vector / 4 + rows);
  const output = floats.subarray(product / 4, product / 4 + cols);
  const count = Math.ceil(cols / PANEL_COLS);
  return (given) => {
    input.set(given);
    memory.floatPanels(vector, rows, panels, count, product);
    return output;
  };
}
