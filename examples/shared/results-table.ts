import { formatThreshold } from "embedtune/evaluate";
import type { MethodRow } from "./measure.js";

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The figures as a table for a terminal, a block for each set of pairs. */
export function resultsTable(rows: readonly MethodRow[]): string {
  const header = [
    "negatives",
    "method",
    "accuracy (95 %)",
    "base rate",
    "threshold (fitted on)",
    "ROC AUC",
    "recall@1",
    "recall@10",
    "MRR",
    "seconds",
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
        row["recall@1"].toFixed(3),
        row["recall@10"].toFixed(3),
        row.mrr.toFixed(3),
        row.seconds.toFixed(1),
      ]),
  );
  const widths = header.map((title, column) =>
    Math.max(title.length, ...blocks.flat().map((cells) => cells[column].length)),
  );
  // Names to the left, figures to the right.
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [line(header), ...blocks.flatMap((block) => [rule, ...block.map(line)])].join("\n");
}
