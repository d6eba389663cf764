import type { BenchRow } from "../rows.js";
import type { Job } from "./cells.js";
import type { Lookup } from "./run-cells.js";

/** A part of the bench: the cells it needs, and the tables made of their results. */
export interface Part {
  jobs(size: PartSize): readonly Job[];
  rows(size: PartSize, find: Lookup): readonly BenchRow[];
}

export interface PartSize {
  /** Draws of labels per cell of the table by label counts. */
  readonly draws: number;
  /** Runs on noise of each kind. */
  readonly runs: number;
  /** Restricts sets, to try things out. */
  readonly sets: readonly string[];
}

/** Four places: figures are means of at most some thousand questions. */
export const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
