import type { Interval } from "../../evaluate/statistics/intervals.js";
import { pairedBootstrap } from "../../evaluate/statistics/paired-bootstrap.js";
import type { RowValues } from "./bridge-trial.js";

/** The mean over all rows of all parts with its bootstrap interval; rows of one text are drawn together. */
export function meanWithInterval(
  parts: readonly RowValues[],
  same: Uint32Array,
  seed: string | number,
): { readonly value: number; readonly interval: Interval } {
  const values = parts.flatMap((part) => [...part.values]);
  const groups = parts.flatMap((part) => part.rows.map((row) => same[row]));
  const zeros = new Float64Array(values.length);
  const { difference, interval } = pairedBootstrap(zeros, values, { groups, seed });
  return { value: difference, interval };
}
