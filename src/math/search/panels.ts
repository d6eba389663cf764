import type { PanelRun, ScanMemory } from "./scan-memory.js";

/** Rows of a panel. */
export const PANEL_ROWS = 4;
/** Rows whose scores are computed before any is looked at: 4 KB of them stay in the first-level cache. */
export const BLOCK_ROWS = 1024;

const BLOCK_PANELS = BLOCK_ROWS / PANEL_ROWS;

/** Where things lie in a memory: the query from 0 on, the scores of a block, then panel after panel. */
export interface Panels {
  readonly memory: ScanMemory;
  /** Address of the scores. */
  readonly out: number;
  /** Address of a panel. */
  addressOf(panel: number): number;
  /** Rows that the memory can ever hold. */
  readonly mostRows: number;
  /** Makes room for `rows` in all. @throws RangeError when the platform has none. */
  reserve(rows: number): void;
}

/** @param queryBytes A multiple of 4. */
export function createPanels(memory: ScanMemory, queryBytes: number, panelBytes: number): Panels {
  const out = Math.ceil(queryBytes / 64) * 64;
  const first = out + 4 * BLOCK_ROWS;
  const mostPanels = Math.floor((memory.most - first) / panelBytes);
  memory.grow(Math.min(first, memory.most));
  return {
    memory,
    out,
    addressOf: (panel) => first + panel * panelBytes,
    mostRows: Math.max(0, mostPanels) * PANEL_ROWS,
    reserve(rows) {
      memory.grow(first + Math.ceil(rows / PANEL_ROWS) * panelBytes);
    },
  };
}

/** Runs an operation over the block of panels that begins with row `firstRow`, of `rows` in all. @returns Its rows. */
export function scanBlock(
  { addressOf, out }: Panels,
  operation: PanelRun,
  steps: number,
  firstRow: number,
  rows: number,
): number {
  const first = firstRow / PANEL_ROWS;
  const panels = Math.min(BLOCK_PANELS, Math.ceil(rows / PANEL_ROWS) - first);
  operation(0, steps, addressOf(first), panels, out);
  return Math.min(BLOCK_ROWS, rows - firstRow);
}
