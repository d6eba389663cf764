import { refuse } from "../../base/checks.js";
import type { Matrix } from "../matrix.js";
import { BLOCK_ROWS, createPanels, PANEL_ROWS, type Panels } from "./panels.js";
import type { ScanMemory } from "./scan-memory.js";

/** Rows as they came, and the exact scores of a query with them. */
export interface FloatRows {
  readonly panels: Panels;
  write(vectors: Matrix, firstRow: number): void;
  clear(row: number): void;
  /** Copies the query in. @returns The copy. @throws RangeError naming the value that is not finite. */
  load(query: ArrayLike<number>, place: string): Float32Array;
  /** Scores of the block of rows that begins with `firstRow`, of `rows` in all; overwritten by the next call. */
  block(firstRow: number, rows: number): Float32Array;
  /** Scores of the listed rows. */
  scores(rows: ArrayLike<number>): Float32Array;
}

export function createFloatRows(memory: ScanMemory, cols: number): FloatRows {
  const panels = createPanels(memory, {
    ...{ queryBytes: 4 * cols, outBytes: 4 * BLOCK_ROWS, panelBytes: 4 * PANEL_ROWS * cols },
  });
  const { addressOf, out } = panels;
  const valueOf = (row: number): number =>
    addressOf(Math.floor(row / PANEL_ROWS)) / 4 + (row % PANEL_ROWS);
  return {
    panels,
    write({ rows, data }, firstRow) {
      const { floats } = memory.views;
      for (let i = 0; i < rows; i++) {
        let at = valueOf(firstRow + i);
        for (let j = i * cols; j < (i + 1) * cols; j++, at += PANEL_ROWS) floats[at] = data[j];
      }
    },
    clear(row) {
      const { floats } = memory.views;
      const first = valueOf(row);
      for (let j = 0; j < cols; j++) floats[first + j * PANEL_ROWS] = 0;
    },
    load(query, place) {
      const copy = memory.views.floats.subarray(0, cols);
      copy.set(query);
      for (let j = 0; j < cols; j++) {
        if (!Number.isFinite(copy[j])) refuse(`${place}[${j}]`, "a finite number", query[j]);
      }
      return copy;
    },
    block(firstRow, rows) {
      const count = Math.min(BLOCK_ROWS, rows - firstRow);
      const first = addressOf(firstRow / PANEL_ROWS);
      memory.floatPanels(0, cols, first, Math.ceil(count / PANEL_ROWS), out);
      return memory.views.floats.subarray(out / 4, out / 4 + count);
    },
    scores(rows) {
      const { floats } = memory.views;
      const result = new Float32Array(rows.length);
      const last = rows.length - 1;
      for (let i = 0; i <= last; i += 8) {
        const at = (k: number): number =>
          addressOf(Math.floor(rows[Math.min(i + k, last)] / PANEL_ROWS));
        const panelsOf = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)] as const;
        memory.eightFloatPanels(0, cols, ...panelsOf, out, 4 * PANEL_ROWS);
        for (let k = 0; k < 8 && i + k <= last; k++) {
          result[i + k] = floats[out / 4 + PANEL_ROWS * k + (rows[i + k] % PANEL_ROWS)];
        }
      }
      return result;
    },
  };
}
