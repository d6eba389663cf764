import { formatThreshold } from "embedtune/evaluate";
import type { MeasuredMethod, MethodRow } from "./measure.js";

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Where the right passages rank among all passages, a row per method. */
export function rankingTable(methods: readonly MeasuredMethod[]): string {
  const header = ["method", "recall@1", "recall@10", "MRR", "seconds to fit"];
  const rows = methods.map(({ name, rows: [row] }) => [
    name,
    row["recall@1"].toFixed(3),
    row["recall@10"].toFixed(3),
    row.mrr.toFixed(3),
    row.seconds.toFixed(1),
  ]);
  return table(header, [rows], 1);
}

/** How well a cosine tells matches from negatives, a block for each kind of negatives. */
export function pairTable(rows: readonly MethodRow[]): string {
  const header = [
    "negatives",
    "method",
    "accuracy (95 %)",
    "base rate",
    "threshold (fitted on)",
    "ROC AUC",
  ];
  const sets = [...new Set(rows.map(({ set }) => set))];
  const blocks = sets.map((set) =>
    rows
      .filter((row) => row.set === set)
      .map((row) => [
        row.set,
        row.name,
        `${percent(row.accuracy)} ± ${(100 * row.interval).toFixed(1)}`,
        percent(row.baseRate),
        `${formatThreshold(row.threshold)} (${row.thresholdFrom})`,
        row.rocAuc.toFixed(3),
      ]),
  );
  return table(header, blocks, 2);
}

/** Lines for a terminal: the first `names` columns to the left, figures to the right, a rule before each block. */
function table(
  header: readonly string[],
  blocks: readonly (readonly (readonly string[])[])[],
  names: number,
): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...blocks.flat().map((cells) => cells[column].length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < names ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [line(header), ...blocks.flatMap((block) => [rule, ...block.map(line)])].join("\n");
}
