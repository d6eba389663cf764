import type { ScanMemory } from "./scan-memory.js";

/** Rows of a panel. */
export const PANEL_ROWS = 4;
/** Rows whose scores are computed before any is looked at: 4 KB of them stay in the first-level cache. */
export const BLOCK_ROWS = 1024;

/** Where things lie in a memory: the query from 0 on, what a block gives, then panel after panel. */
export interface Panels {
  readonly memory: ScanMemory;
  /** Address of what a block gives. */
  readonly out: number;
  /** Address of a panel. */
  addressOf(panel: number): number;
  /** Rows that the memory can ever hold. */
  readonly mostRows: number;
  /** Makes room for the query, what a block gives, and `rows` in all. @throws RangeError when the platform has none. */
  reserve(rows: number): void;
}

interface PanelSizes {
  readonly queryBytes: number;
  readonly outBytes: number;
  readonly panelBytes: number;
}

export function createPanels(
  memory: ScanMemory,
  { queryBytes, outBytes, panelBytes }: PanelSizes,
): Panels {
  const out = Math.ceil(queryBytes / 64) * 64;
  const first = out + outBytes;
  const mostPanels = Math.floor((memory.most - first) / panelBytes);
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
